import { execFile } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { banner } from '../../src/cli/serve.ts'
import { startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/process.ts'
import { journeyOf, memberOf, seedOf } from '../support/seeds.ts'
import { command } from '../support/terminal.ts'

const sh = async (command: string): Promise<string> =>
  (await promisify(execFile)('sh', ['-c', command])).stdout
/** curl, or where there is none something that shows what it would have been given. */
const CURL = `command -v curl >/dev/null || curl() { for a; do printf '%s\\n' "$a"; done; }\n`

/** The banner, once it is complete: its last line is the curl. */
const BANNER = /^Journeys API {2}(\S+)\n[\s\S]*\n(curl .*)\n/
async function started(program: Program) {
  const [text, url = '', curl = ''] = await program.printed(BANNER)
  return { text, url, curl, origin: new URL(url).origin }
}

/** A connection that has sent this much, and whatever comes back until its end. */
async function sent(origin: string, text: string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  const answer = new Promise<string>(resolve => {
    let received = ''
    socket.setEncoding('utf8').on('data', data => {
      received += data
    })
    socket.on('error', () => resolve(received)).on('close', () => resolve(received))
  })
  await new Promise<void>(resolve => socket.once('connect', () => socket.write(text, () => resolve())))
  return { socket, answer }
}
const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))

describe('The running command', () => {
  it('prints where it really listens, the site with its secret, the docs, a curl that works, and nothing more', async () => {
    await using program = new Program(['--port', '0'])
    const { text, url, curl, origin } = await started(program)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/api\/3\.0$/)
    const lines = text.split('\n')
    expect(lines).toContainEqual(expect.stringMatching(/9991331 \(.+\).*sandbox-secret/))
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`${origin}/docs$`)))
    expect(lines[1]).toBe(`Inspector     ${origin}/`)
    expect(lines).toContain(`Health        ${origin}/_sandbox/health`)

    const printed = await sh(CURL + curl)
    if (printed.startsWith('{')) expect(JSON.parse(printed)).toHaveProperty('journeys')
    else expect(printed).toContain(`${url}/journeys`)

    const statuses: number[] = []
    for (const path of [
      '/api/3.0/journeys',
      '/api/3.0/nowhere',
      '/nowhere',
      '/api/3.0/%zz',
      '/docs',
      '/_sandbox/health',
      '/',
    ]) {
      statuses.push((await fetch(origin + path)).status)
    }
    statuses.push((await fetch(`${url}/journeys`, { method: 'POST', body: '{' })).status)
    expect(statuses).toEqual([401, 404, 404, 400, 200, 200, 200, 405])
    expect(await (await sent(origin, 'not HTTP\r\n\r\n')).answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(await program.stop('SIGTERM')).toMatchObject({ code: 0, signal: null, stdout: text, stderr: '' })
  })

  it('warns when --seed is not used, because the database holds sites already', async () => {
    using folder = temporaryFolder()
    const db = folder.file('kept.db')
    const run = async (...args: string[]) => {
      await using program = new Program(['--port', '0', '--db', db, ...args])
      await started(program)
      return (await program.stop('SIGTERM')).stderr
    }
    expect(await run('--seed', 'demo')).toBe('')
    expect(await run()).toBe('')
    expect(await run('--seed', 'demo')).toMatch(/^warning: --seed is not used, as .*kept\.db exists; remove/)
  })

  it('warns of what is probably a mistake in its seeds as check does: the first lines, and how many more', async () => {
    using folder = temporaryFolder()
    const replacing = (n: number) => ({ ...journeyOf(n), extra: { expired_at: null } })
    const serve = async (count: number) => {
      const journeys = Array.from({ length: count }, (_, i) => replacing(i + 1))
      const seed = folder.file('seed.json', JSON.stringify(seedOf({ journeys, members: [] }), null, 1))
      await using program = new Program(['--port', '0', '--seed', seed])
      await started(program)
      const { stdout } = await command(['check', seed])
      const checked = stdout.split('\n').filter(line => line.includes('warning: '))
      expect(checked).toHaveLength(count)
      return { checked, stderr: (await program.stop('SIGTERM')).stderr }
    }
    const few = await serve(5)
    expect(few.stderr).toBe(`${few.checked.join('\n')}\n`)
    const many = await serve(7)
    const first = many.checked.slice(0, 5)
    expect(many.stderr).toBe(`${first.join('\n')}\nwarning: 2 more; list them with the command check\n`)
  })

  it('logs every request, if asked to, under the name that its answer gives, whoever answers it', async () => {
    await using program = new Program(['--port', '0', '--auth', 'off', '--log-level', 'info'])
    const [, url = ''] = await program.printed(/^Journeys API {2}(\S+)\n/m)
    const names: (string | null)[] = []
    // The router is asked only for what is out of the ordinary.
    for (const more of [{}, { 'x-sandbox-fault': 'delay=1' }, {}]) {
      const headers = { 'x-annexcloud-site': '9991331', ...more }
      const response = await fetch(`${url}/journeys`, { headers })
      await response.text()
      names.push(response.headers.get('x-sandbox-request-id'))
    }
    const { stdout } = await program.stop('SIGTERM')
    const lines = stdout.split('\n').filter(line => line.includes('"reqId"'))
    const passing = /"(time|remotePort|responseTime)":[\d.]+/g
    const kindsOf = (name: string | null) =>
      lines
        .filter(line => JSON.parse(line).reqId === name)
        .map(line => line.replace(passing, '"$1":0').replace(`"${name}"`, '""'))
    const [first] = names
    expect(kindsOf(first as string)).toEqual([
      expect.stringMatching(/"method":"GET","url":"\/api\/3\.0\/journeys".*"msg":"incoming request"/),
      expect.stringMatching(/"statusCode":200.*"msg":"request completed"/),
    ])
    for (const name of names) expect(kindsOf(name)).toEqual(kindsOf(first as string))
    expect(lines.length).toBe(6)
  })

  // Tried again, because a machine that is busy with other things may need longer than promised.
  it('answers on SIGTERM what is in flight, cuts off what never ends, and exits within a second', {
    retry: 2,
  }, async () => {
    using folder = temporaryFolder()
    const seed = folder.file('seed.json', JSON.stringify(seedOf({ members: [memberOf('eve@example.com')] })))
    await using program = new Program(
      ['serve', '--port', '0', '--auth', 'off', '--base-path', '/v1', '--seed', seed],
      { env: { PORT: 'overruled', SANDBOX_AUTH: 'strict', SANDBOX_BASE_PATH: '/v2' } },
    )
    const { url, origin } = await started(program)
    expect(url).toBe(`${origin}/v1`)
    expect((await fetch(`${url}/user/eve@example.com/journeys`)).status).toBe(200)
    expect((await fetch(`${origin}/api/3.0/journeys`)).status).toBe(404)

    // The fetches above left idle connections too.
    const half = 'GET /v1/user/eve@example.com/journeys HTTP/1.1\r\nHost: localhost\r\n'
    const inFlight = await sent(origin, half)
    const never = await sent(origin, half)
    await pause(50)
    const ended = program.stop('SIGTERM')
    await pause(150)
    inFlight.socket.write('\r\n')
    expect(await inFlight.answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\{"journeys":\[\]\}$/)
    const { milliseconds, ...rest } = await ended
    expect(rest).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(milliseconds).toBeLessThan(1000)
    expect(await never.answer).toBe('')
  })

  it('stops on SIGINT at once when no request is in flight, and closes its database', {
    retry: 2,
  }, async () => {
    using folder = temporaryFolder()
    const db = folder.file('kept.db')
    await using program = new Program([], { env: { PORT: '0', SANDBOX_DB: db, SANDBOX_SEED: 'empty' } })
    const { url } = await started(program)
    const { milliseconds, ...rest } = await program.stop('SIGINT')
    expect(rest).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(milliseconds).toBeLessThan(1000)
    await expect(fetch(url)).rejects.toThrow()
    await using again = await startSandbox({ db })
    expect(again.sites().map(({ site_id }) => site_id)).toEqual(['9991331'])
  })
})

describe('On a terminal, serve prints one line for each request to the API', () => {
  it('with method, path, status, duration, site and the reason of a refusal', async () => {
    await using server = await serveOnTerminal(['--auth', 'strict'])
    const { url, lines } = server
    const site = { 'x-annexcloud-site': '9991331' }
    const fault = (name: string) => ({ headers: { ...site, 'x-sandbox-fault': name } })
    await fetch(`${url}/journeys?page=1`, { headers: site })
    await fetch(`${url}/nowhere`)
    await fetch(`${url}/journeys`, fault('status=503'))
    await fetch(`${url}/journeys`, fault('reset')).catch(() => undefined)
    await fetch(`${url}/%zz`, { headers: { 'x-annexcloud-site': 'a\x9b31mb' } })
    await expect
      .poll(() => lines.map(line => line.replace(/[\d.]+ ms/, 'N ms')))
      .toEqual([
        '[bold GET]  /api/3.0/journeys?page=1  [yellow 401]  [dim N ms]  [dim site 9991331]  [yellow format: send the token as Authorization: Bearer <JWT> (got no Authorization header)]',
        expect.stringMatching(
          /^\[bold GET\] {2}\/api\/3\.0\/nowhere {2}\[yellow 404\] {2}\[dim N ms\] {2}\[dim no site\] {2}\[yellow path: /,
        ),
        '[bold GET]  /api/3.0/journeys  [red 503]  [dim N ms]  [dim site 9991331]  [yellow fault: injected by x-sandbox-fault]',
        '[bold GET]  /api/3.0/journeys  [red no response]  [dim N ms]  [dim site 9991331]  [yellow fault: reset]',
        expect.stringMatching(
          /^\[bold GET\] {2}\/api\/3\.0\/%zz {2}\[yellow 400\] {2}\[dim N ms\] {2}\[dim site a\?31mb\] {2}\[yellow path: /,
        ),
      ])
  })

  it('and of an accepted request no reason', async () => {
    await using server = await serveOnTerminal(['--auth', 'off', '--journal', '0'])
    await fetch(`${server.url}/journeys`)
    await fetch(server.url.replace('/api/3.0', '/_sandbox/health'))
    await expect
      .poll(() => server.lines)
      .toEqual([
        expect.stringMatching(
          /^\[bold GET\] {2}\/api\/3\.0\/journeys {2}\[green 200\] {2}\[dim [\d.]+ ms\] {2}\[dim site 9991331\]$/,
        ),
      ])
  })

  it('unless a log level is given', async () => {
    await using server = await serveOnTerminal(['--auth', 'off', '--log-level', 'error'])
    await fetch(`${server.url}/journeys`)
    await server.close()
    expect(server.lines).toEqual([])
  })
})

/** `serve` in this process, on a terminal that shows styles in brackets; `lines` are those after the banner. */
async function serveOnTerminal(flags: string[]) {
  const printed: string[] = []
  let close = async () => {}
  await buildProgram({
    print: text => printed.push(text),
    warn: text => expect.fail(text),
    readInput: () => expect.fail('nothing is read'),
    onStop: stop => {
      close = stop
    },
    style: (format, text) => `[${format} ${text}]`,
  }).parseAsync(['serve', '--port', '0', ...flags], { from: 'user' })
  const [, url = ''] = /^Journeys API {2}(\S+)/.exec(printed.shift() ?? '') ?? []
  return { url, lines: printed, close, [Symbol.asyncDispose]: close }
}

describe('The curl of the banner', () => {
  it('works where the clock of the site decides when tokens expire', async () => {
    using folder = temporaryFolder()
    const options = { db: folder.file('a.db') }
    const first = await startSandbox(options)
    first.sites()[0]?.clock.set({ now: '2099-12-01T00:00:00Z', tokens: true })
    await first.close()
    await using again = await startSandbox(options)
    const [, token = ''] =
      /Authorization: (Bearer [^']+)/.exec(banner(again, { inspector: 'on', tlsCert: '' })) ?? []
    const headers = { authorization: token, 'x-annexcloud-site': '9991331' }
    expect((await fetch(`${again.url}/journeys`, { headers })).status).toBe(200)
  })

  it.each(['9991331', "o'hara", '$(id)`id`"a\\b!;&'])(
    'works when pasted into a shell, for the site %s',
    async site_id => {
      using folder = temporaryFolder()
      const seed = seedOf({ site: { site_id, name: 'a site', secret: "it's a $ecret" } })
      await using sandbox = await startSandbox({
        seed: folder.file('seed.json', JSON.stringify(seed)),
        basePath: '/',
      })
      const curl = banner(sandbox, { inspector: 'on', tlsCert: '' }).split('\n').at(-1) as string
      const words = await sh(`curl() { for a; do printf '%s\\n' "$a"; done; }\n${curl}`)
      const [url = '', ...rest] = words.trimEnd().split('\n').reverse()
      const headers = rest.reverse().filter(word => word !== '-H')
      const response = await fetch(url, {
        headers: headers.map(header => header.split(': ', 2) as [string, string]),
      })
      expect(response.status).toBe(200)
    },
  )
})

it('The curl of the banner works over https with a certificate of its own', async () => {
  const pem = (name: string) => fileURLToPath(new URL(`../fixtures/localhost-${name}.pem`, import.meta.url))
  const flags = ['--port', '0', '--tls-cert', pem('cert'), '--tls-key', pem('key')]
  await using program = new Program(flags)
  const { url, curl } = await started(program)
  expect(url).toMatch(/^https:/)
  const printed = await sh(CURL + curl)
  if (printed.startsWith('{')) expect(JSON.parse(printed)).toHaveProperty('journeys')
  else expect(printed).toMatch(/^-k\n/)
})

describe('A sandbox in this process', () => {
  it('that listens everywhere is called on loopback', async () => {
    await using sandbox = await startSandbox({ host: '0.0.0.0', seed: 'empty', auth: 'off' })
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/api\/3\.0$/)
    expect((await fetch(`${sandbox.url}/journeys`)).status).toBe(200)
  })

  it('whose operations are at the root has a base URL without a path', async () => {
    await using sandbox = await startSandbox({ basePath: '/', seed: 'empty', auth: 'off' })
    expect(sandbox.url).toBe(sandbox.origin)
    expect((await fetch(`${sandbox.url}/journeys`)).status).toBe(200)
  })

  it('says that the port is in use and how to choose another, and leaves nothing open', async () => {
    using folder = temporaryFolder()
    await using first = await startSandbox({ seed: 'empty' })
    const port = Number(new URL(first.url).port)
    const db = folder.file('kept.db')
    await expect(startSandbox({ port, db })).rejects.toMatchObject({
      name: 'ListenError',
      code: 'EADDRINUSE',
      message: `cannot listen on 127.0.0.1:${port}: the port is in use (EADDRINUSE); choose another port, or 0 for any free port`,
    })
    await using second = await startSandbox({ db })
    expect(second.sites()).toHaveLength(1)
  })

  it('goes back to its seeds with all its sites, and forgets who called', async () => {
    await using sandbox = await startSandbox()
    const sites = [...sandbox.sites(), sandbox.createSite({ seed: 'empty' })]
    const state = () => sites.map(({ content, requests }) => [content.read(), requests.count()])
    const atFirst = state()
    for (const site of sites) {
      site.member('ann@example.com').did('purchase')
      await fetch(`${sandbox.url}/journeys`, { headers: site.headersFor() })
    }
    await fetch(`${sandbox.url}/journeys`)
    const unmatched = async () => (await fetch(`${sandbox.origin}/_sandbox/requests`)).json()
    expect(state()).not.toEqual(atFirst)
    expect(await unmatched()).toMatchObject({ requests: [{ path: '/api/3.0/journeys' }] })
    sandbox.reset()
    expect(state()).toEqual(atFirst)
    expect(await unmatched()).toEqual({ requests: [], dropped: 0 })
  })

  it('can be closed twice', async () => {
    const sandbox = await startSandbox({ seed: 'empty' })
    await sandbox.close()
    await sandbox.close()
    await expect(fetch(sandbox.url)).rejects.toThrow()
  })
})

it.each([
  [
    'an open control API on a network is warned of, in one line',
    [],
    /^warning: everyone .+ control API; .*--control-token.*\n$/,
  ],
  ['one with a token is not', ['--control-token', 'open-sesame'], /^$/],
  ['without it, open pages are', ['--control', 'off'], /^warning: .+ the inspector; .*--inspector off\n$/],
  ['and nothing is once both are off', ['--control', 'off', '--inspector', 'off'], /^$/],
])('%s', async (_what, flags, expected) => {
  await using program = new Program(['--host', '0.0.0.0', '--port', '0', '--seed', 'empty', ...flags])
  await program.printed(/^curl /m)
  const { stderr } = await program.stop('SIGTERM')
  expect(stderr).toMatch(expected)
})
