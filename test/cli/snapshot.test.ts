import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { CommandFailed } from '../../src/cli/terminal.ts'
import { ConfigError } from '../../src/config.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { readSeed } from '../../src/seed/seed.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/process.ts'
import { SITE } from '../support/seeds.ts'
import { serverOf } from '../support/server.ts'

const EMAILS = ['ann@example.com', 'new@example.com', 'badge@example.com', 'zoë@exämple.com']

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
})
afterAll(() => sandbox.close())

/** A proxy of the sandbox that records the paths, and fails as the test says: with a status, or without an answer. */
const gate = (failureOf: (path: string, asked: string[]) => number | 'hang' | undefined) => {
  const asked: string[] = []
  const server = serverOf(async (request, response) => {
    const path = request.url as string
    const failure = failureOf(path, asked)
    asked.push(path)
    if (failure === 'hang') return
    if (failure !== undefined) {
      response.writeHead(failure, failure === 429 ? { 'retry-after': '1' } : {}).end('{}')
      return
    }
    const { authorization = '', 'x-annexcloud-site': site } = request.headers
    const headers = { authorization, 'x-annexcloud-site': site as string }
    const answer = await fetch(new URL(path, sandbox.origin), { headers })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  return { asked, server }
}

function work() {
  const folder = temporaryFolder()
  const out = folder.file('seed.json')
  const emails = folder.file(
    'emails.txt',
    `# known members\n\n${EMAILS.join('\r\n')}\n  ANN@example.com\nno@body.example # unknown\n`,
  )
  const args = (origin: string, ...rest: string[]) => [
    ...['snapshot', '--base-url', `${origin}/api/3.0`, '--site', SITE.site_id, '--secret-env', 'KEY'],
    ...['--rate', '1000', '--emails', emails, '--out', out, ...rest],
  ]
  return { ...folder, out, args }
}

/** Runs the command within this process: what it prints, or the error that the process would report. */
async function run(args: string[]): Promise<{ printed: string[]; error?: Error }> {
  const printed: string[] = []
  const print = (text: string) => printed.push(text)
  const program = buildProgram({
    print,
    warn: print,
    readInput: async () => Buffer.alloc(0),
    onStop: () => undefined,
  })
  const error = await program
    .parseAsync(['node', 'journeys-sandbox', ...args])
    .then(() => undefined)
    .catch((failure: Error) => failure)
  return error === undefined ? { printed } : { printed, error }
}

beforeAll(() => void vi.stubEnv('KEY', SITE.secret))
afterAll(() => void vi.unstubAllEnvs())

describe('snapshot', () => {
  it('writes a seed that a sandbox starts with, and prints a summary', async () => {
    using files = work()
    const { printed, error } = await run(files.args(sandbox.origin))
    expect(error).toBeUndefined()
    expect(printed).toEqual([
      `${files.out}: 14 journeys, 4 members, 3 participations\n1 email that the site does not know, line 8`,
    ])
    expect(readdirSync(files.path).sort()).toEqual(['emails.txt', 'seed.json'])
    expect(statSync(files.out).mode & 0o777).toBe(0o600)
    await using copy = await startSandbox({ seed: files.out, logLevel: 'silent' })
    const [site] = copy.sites()
    expect(site).toMatchObject({ site_id: SITE.site_id, secret: 'sandbox-secret' })
    expect(site?.content.read().members.map(({ email }) => email)).toEqual(EMAILS)
  })

  it('replaces a seed only with --force', async () => {
    using files = work()
    writeFileSync(files.out, 'precious')
    const refused = await run(files.args(sandbox.origin))
    expect(refused.error).toBeInstanceOf(ConfigError)
    expect(refused.error?.message).toMatch(/^--out: .* exists; .* --force$/)
    expect(readFileSync(files.out, 'utf8')).toBe('precious')
    const { printed } = await run(files.args(sandbox.origin, '--force', '--anonymise', '--json'))
    expect(JSON.parse(printed[0] as string)).toMatchObject({
      journeys: 14,
      unknown_emails: [8],
      different: {},
    })
    expect(readFileSync(files.out, 'utf8')).not.toContain('ann@example.com')
  })

  it('waits for Retry-After, and asks again', async () => {
    using files = work()
    const { asked, server } = gate((path, asked) =>
      asked.includes(path) || !/user.badge/.test(path) ? undefined : 429,
    )
    await using proxy = await server
    const start = performance.now()
    expect(await run(files.args(proxy.url))).not.toHaveProperty('error')
    expect(performance.now() - start).toBeGreaterThan(900)
    expect(asked.filter(path => /user.badge/.test(path))).toHaveLength(2)
  })

  it('continues after the server has failed, and sends no request twice', async () => {
    using files = work()
    let fails = true
    const { asked, server } = gate((_path, asked) => (fails && asked.length >= 20 ? 500 : undefined))
    await using proxy = await server
    const failed = await run(files.args(proxy.url, '--anonymise'))
    expect(failed.error).toBeInstanceOf(CommandFailed)
    expect(failed.error?.message).toMatch(/^http.* with 500/)
    expect(readdirSync(files.path).sort()).toEqual(['emails.txt', 'seed.json.partial'])
    const [failing] = asked.splice(20)
    fails = false

    const other = await run(files.args(proxy.url))
    expect(other.error?.message).toMatch(/belongs to another snapshot: .*--no-resume$/)
    expect(asked).toHaveLength(20)
    // Killed while it wrote a line.
    appendFileSync(`${files.out}.partial`, '{"operation":"getMember')
    expect(await run(files.args(proxy.url, '--anonymise'))).not.toHaveProperty('error')
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked[20]).toBe(failing)
    expect(readdirSync(files.path).sort()).toEqual(['emails.txt', 'seed.json'])
  })

  it('starts again with --no-resume, or when nothing was read yet', async () => {
    using files = work()
    writeFileSync(`${files.out}.partial`, '{"base_url":"http://elsewhere"}\n')
    expect(await run(files.args(sandbox.origin))).not.toHaveProperty('error')
    writeFileSync(`${files.out}.partial`, '{"base_url":"http://elsewhere"}\n{"operation":"getJourneys"}\n')
    expect((await run(files.args(sandbox.origin, '--force'))).error).toBeInstanceOf(ConfigError)
    expect(await run(files.args(sandbox.origin, '--force', '--no-resume'))).not.toHaveProperty('error')
    expect(readdirSync(files.path).sort()).toEqual(['emails.txt', 'seed.json'])
  })

  it('can be interrupted', async () => {
    using files = work()
    let hangs = true
    const { asked, server } = gate((_path, asked) => (hangs && asked.length >= 10 ? 'hang' : undefined))
    await using proxy = await server
    await using program = new Program(files.args(proxy.url), { env: { KEY: SITE.secret } })
    while (asked.length < 11) await new Promise(resolve => setTimeout(resolve, 10))
    expect(await program.stop('SIGINT')).toMatchObject({ signal: 'SIGINT', stdout: '', stderr: '' })
    asked.pop()
    hangs = false
    expect(await run(files.args(proxy.url))).not.toHaveProperty('error')
    expect(new Set(asked).size).toBe(asked.length)
    expect(readSeed(files.out).members).toHaveLength(EMAILS.length)
  })
})

describe('snapshot --from', () => {
  it('writes a seed of saved answers, masked with --anonymise, and prints what it left out', async () => {
    using folder = temporaryFolder()
    const [site] = sandbox.sites()
    const url = `${sandbox.url}/user/ann%40example.com/journeys`
    const response = await fetch(url, { headers: site?.headersFor('ann@example.com') ?? {} })
    const entry = {
      request: { method: 'GET', url },
      response: { status: 200, content: { text: await response.text() } },
    }
    const other = { request: { method: 'GET', url: 'https://example.com/' }, response: { status: 200 } }
    const har = folder.file('site.har', JSON.stringify({ log: { entries: [other, entry] } }))
    const out = folder.file('seed.json')
    const args = ['snapshot', '--from', har, '--out', out, '--site', SITE.site_id, '--anonymise', '--json']
    const { printed, error } = await run(args)
    expect(error).toBeUndefined()
    expect(JSON.parse(printed[0] as string)).toMatchObject({
      ...{ journeys: 1, members: 1, different: {} },
      notes: [
        `${har}: other entries left out: 1`,
        expect.stringMatching(/^values that the sandbox computes/),
      ],
    })
    expect(readFileSync(out, 'utf8')).not.toContain('ann@')
    expect(readSeed(out).members).toHaveLength(1)
    expect(readdirSync(folder.path).sort()).toEqual(['seed.json', 'site.har'])
  })
})

describe('snapshot, used wrongly,', () => {
  it.each<[string, string[], RegExp]>([
    ['no secret', ['--secret-env', 'NO_KEY'], /^--secret-env: the variable NO_KEY is not set/],
    ['a rate that is none', ['--rate', '0'], /^--rate: "0" is not a number above 0/],
    ['a site that cannot be', ['--site', 'my site'], /^--site: "my site" is no site id/],
    ['saved answers too', ['--from', 'a.json'], /^--from: leave it out, or --base-url/],
    ['a base URL that is none', ['--base-url', 'here'], /^--base-url: /],
    ['no key', ['--anonymise-key-env', 'NO_KEY'], /^--anonymise-key-env: the variable NO_KEY is not set/],
    ['emails that are not there', ['--emails', '/nowhere/emails'], /^--emails: ENOENT/],
    ['emails that are none', ['--emails', 'package.json'], /^--emails: package.json:1 is not an email/],
    ['a seed that cannot be written', ['--out', '/nowhere/seed.json'], /^--out: ENOENT/],
  ])('refuses %s in one line, and asks nothing', async (_what, rest, message) => {
    using files = work()
    const { asked, server } = gate(() => 500)
    await using proxy = await server
    const { printed, error } = await run(files.args(proxy.url, ...rest))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error?.message).toMatch(message)
    expect(error?.message).not.toContain('\n')
    expect([printed, asked]).toEqual([[], []])
    expect(readdirSync(files.path)).toEqual(['emails.txt'])
  })
})
