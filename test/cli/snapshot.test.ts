import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { ConfigError } from '../../src/config.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { readSeed } from '../../src/seeding/seed.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program, run } from '../support/process.ts'
import { SITE } from '../support/seeds.ts'
import { serverOf } from '../support/server.ts'

const EMAILS = readSeed('demo').members.map(({ email }) => email)

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
})
afterAll(() => sandbox.close())

/** A server before the sandbox that counts what it lets through, and does what a test says with the rest. */
const gate = (spoil: (path: string, asked: string[]) => number | 'hang' | undefined) => {
  const asked: string[] = []
  const server = serverOf(async (request, response) => {
    const path = request.url as string
    const spoilt = spoil(path, asked)
    asked.push(path)
    if (spoilt === 'hang') return
    if (spoilt !== undefined) {
      response.writeHead(spoilt, spoilt === 429 ? { 'retry-after': '1' } : {}).end('{}')
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
    `# whom we know\n\n${EMAILS.join('\r\n')}\n  ANN@example.com\nno@body.example # unknown\n`,
  )
  const args = (baseUrl: string, ...rest: string[]) => [
    ...['snapshot', '--base-url', baseUrl, '--site', SITE.site_id, '--secret-env', 'KEY', '--rate', '1000'],
    ...['--emails', emails, '--out', out, ...rest],
  ]
  const options = { env: { KEY: SITE.secret } }
  return { ...folder, out, args, options, [Symbol.dispose]: folder[Symbol.dispose] }
}
const base = (origin: string) => `${origin}/api/3.0`

describe.concurrent('snapshot', () => {
  it('writes a seed that a sandbox starts with, and says what came of it', async () => {
    using files = work()
    const { code, stdout, stderr } = await run(files.args(base(sandbox.origin)), files.options)
    expect(stderr).toBe('')
    expect(stdout).toBe(
      `${files.out}: 14 journeys, ${EMAILS.length} members with 36 participations\n` +
        `1 of the emails are not known there; they are in the lines ${EMAILS.length + 4}\n`,
    )
    expect(code).toBe(0)
    expect(readdirSync(files.path).sort()).toEqual(['emails.txt', 'seed.json'])
    expect(statSync(files.out).mode & 0o777).toBe(0o600)
    await using copy = await startSandbox({ seed: files.out, logLevel: 'silent' })
    const [site] = copy.sites()
    expect(site).toMatchObject({ site_id: SITE.site_id, secret: 'sandbox-secret' })
    expect(site?.content.read().members.map(({ email }) => email)).toEqual(EMAILS)

    const again = await run(files.args(base(sandbox.origin)), files.options)
    expect(again).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/--out: .* --force\n$/),
    })
    const forced = await run(
      files.args(base(sandbox.origin), '--force', '--anonymise', '--json'),
      files.options,
    )
    expect(JSON.parse(forced.stdout)).toMatchObject({ journeys: 14, otherwise: {} })
    expect(readFileSync(files.out, 'utf8')).not.toContain('ann@example.com')
  })

  it('waits as long as it is told, and asks again', async () => {
    using files = work()
    const { asked, server } = gate((path, asked) =>
      asked.includes(path) || !/badge/.test(path) ? undefined : 429,
    )
    await using proxy = await server
    const start = performance.now()
    expect(await run(files.args(base(proxy.url)), files.options)).toMatchObject({ code: 0, stderr: '' })
    expect(performance.now() - start).toBeGreaterThan(2000)
    expect(asked.filter(path => /badge/.test(path))).toHaveLength(4)
  })

  it('goes on after the server has failed, and asks nothing twice', async () => {
    using files = work()
    let fails = true
    const { asked, server } = gate((_path, asked) => (fails && asked.length >= 20 ? 500 : undefined))
    await using proxy = await server
    const failed = await run(files.args(base(proxy.url), '--anonymise'), files.options)
    expect(failed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^http.*with 500.*\n$/),
    })
    expect(readdirSync(files.path).sort()).toEqual(['emails.txt', 'seed.json.partial'])
    const failing = asked.splice(20)[0]
    fails = false

    const other = await run(files.args(base(proxy.url)), files.options)
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/of another snapshot: .*--no-resume\n$/),
    })
    expect(asked).toHaveLength(20)
    expect(await run(files.args(base(proxy.url), '--anonymise', '--resume'), files.options)).toMatchObject({
      code: 0,
    })
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked[20]).toBe(failing)
    expect(existsSync(`${files.out}.partial`)).toBe(false)
  })

  it('can be interrupted', async () => {
    using files = work()
    let hangs = true
    const { asked, server } = gate((_path, asked) => (hangs && asked.length >= 10 ? 'hang' : undefined))
    await using proxy = await server
    await using program = new Program(files.args(base(proxy.url)), files.options)
    while (asked.length < 11) await new Promise(resolve => setTimeout(resolve, 10))
    expect(await program.stop('SIGINT')).toMatchObject({ signal: 'SIGINT', stdout: '', stderr: '' })
    asked.pop()
    hangs = false
    expect(await run(files.args(base(proxy.url)), files.options)).toMatchObject({ code: 0 })
    expect(new Set(asked).size).toBe(asked.length)
    await using copy = await startSandbox({ seed: files.out, logLevel: 'silent' })
    expect(copy.sites()[0]?.content.read().members).toHaveLength(EMAILS.length)
  })
})

describe('snapshot, used wrongly,', () => {
  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['no secret', [], {}, /^--secret-env: the variable KEY is not set/],
    ['a rate that is none', ['--rate', '0'], { KEY: 'x' }, /^--rate: "0" is not a number above 0/],
    ['a site that cannot be', ['--site', 'my site'], { KEY: 'x' }, /^--site: "my site" is no site id/],
    ['a base URL that is none', ['--base-url', 'here'], { KEY: 'x' }, /^--base-url: /],
    [
      'no key',
      ['--anonymise-key-env', 'MASK'],
      { KEY: 'x' },
      /^--anonymise-key-env: the variable MASK is not set/,
    ],
    ['emails that are not there', ['--emails', '/nowhere/emails'], { KEY: 'x' }, /^--emails: ENOENT/],
    [
      'emails that are none',
      ['--emails', 'package.json'],
      { KEY: 'x' },
      /^--emails: package.json:1 is not an email/,
    ],
    ['a seed that cannot be written', ['--out', '/nowhere/seed.json'], { KEY: 'x' }, /^--out: ENOENT/],
  ])('refuses %s in one line, and asks nothing', async (_what, rest, env, message) => {
    using files = work()
    const { asked, server } = gate(() => 500)
    await using proxy = await server
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const nothing = () => expect.fail()
    const program = buildProgram({ print: nothing, warn: nothing, onStop: nothing })
    const error: Error = await program
      .parseAsync(['node', 'journeys-sandbox', ...files.args(base(proxy.url), ...rest)])
      .then(nothing, failure => failure)
    vi.unstubAllEnvs()
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
    expect(asked).toEqual([])
    expect(readdirSync(files.path)).toEqual(['emails.txt'])
  })
})
