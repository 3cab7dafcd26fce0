import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Config, type SettingName, settings } from '../../src/config.ts'
import { operations } from '../../src/contract/operations.ts'
import { readLedger } from '../../src/fidelity/ledger.ts'
import { type Sandbox, type SandboxSite, startSandbox } from '../../src/index.ts'
import { parseFaultHeader } from '../../src/sites/fault-header.ts'
import { Fault } from '../../src/sites/fault-rule.ts'
import { STATE_NAMES } from '../../src/sites/provider-states.ts'

/** The README is held to its word: its programs and commands are run, its tables are compared with what there is. */

const ROOT = new URL('../../', import.meta.url)
const README = readFileSync(new URL('README.md', ROOT), 'utf8')
const CONTROL = JSON.parse(readFileSync(new URL('openapi/control.openapi.json', ROOT), 'utf8'))
const PRINTED_ORIGIN = 'http://127.0.0.1:4300'

let sandbox: Sandbox
let demo: SandboxSite
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'readme-'))
  sandbox = await startSandbox({ logLevel: 'silent' })
  demo = sandbox.sites()[0] as SandboxSite
})
afterAll(async () => {
  await sandbox.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => demo.reset())

/** What stands under a heading, up to the next of its level or above. */
function section(heading: string): string {
  const start = README.indexOf(`\n${heading}\n`)
  if (start < 0) throw new Error(`the README has no "${heading}"`)
  const level = heading.indexOf(' ')
  const [text = ''] = README.slice(start + heading.length + 2).split(new RegExp(`^#{2,${level}} `, 'm'), 1)
  return text
}

const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(found => found[1] as string)
const onlyBlock = (text: string, language: string): string => {
  const found = blocks(text, language)
  expect(found, language).toHaveLength(1)
  return found[0] as string
}

/** The cells of a table's rows, found by the first column's name. */
function table(text: string, column: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex(line => line.startsWith(`| ${column} |`))
  if (start < 0) throw new Error(`there is no table of "${column}"`)
  const rest = lines.slice(start + 2)
  return rest
    .slice(
      0,
      rest.concat('').findIndex(line => !line.startsWith('|')),
    )
    .map(line =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cell => cell.trim().replaceAll('\\|', '|')),
    )
}

const spans = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(found => found[1] as string)
const span = (cell = ''): string => spans(cell)[0] ?? ''

interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** A process of its own. Asynchronous, as the server it calls is in this one. */
function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Finished> {
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH, HOME: process.env.HOME, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const finished: Finished = { code: null, stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', text => {
      finished[stream] += text
    })
  }
  return new Promise(resolve => {
    child.once('error', error => resolve({ ...finished, stderr: String(error) }))
    child.once('close', code => resolve({ ...finished, code }))
  })
}

/** Whether a tool is here, tried before the server starts. */
async function present(command: string, args: string[], pattern: RegExp): Promise<boolean> {
  folder ??= tmpdir()
  const { code, stdout } = await run(command, args)
  return code === 0 && pattern.test(stdout)
}
const [hasPython, hasPhp, hasJava, hasCurl] = await Promise.all([
  present('python3', ['--version'], /^Python 3/),
  present('php', ['--version'], /^PHP ([89]|\d\d)/),
  // A runtime without the compiler cannot run a source file.
  present('java', ['--list-modules'], /^jdk\.compiler@(1[7-9]|[2-9]\d)/m),
  present('curl', ['--version'], /^curl/),
])

const ask = async (path: string, identifier?: string) => {
  const response = await fetch(`${sandbox.url}${path}`, { headers: demo.headersFor(identifier) })
  return { status: response.status, body: await response.text() }
}
const askAbout = (email: string) => ask(`/user/${encodeURIComponent(email)}/journeys`, email)

describe('Of the programs that sign a call', () => {
  const EMAILS = ['ann@example.com', 'ann+loyalty@example.com', 'zoë@exämple.com', '"ann b"@example.com']
  // Java compiles before every call, so it makes those that are easiest to get wrong.
  const HARDEST = EMAILS.slice(2)
  const programs = [
    {
      title: 'TypeScript',
      language: 'ts',
      file: 'call.mts',
      command: process.execPath,
      emails: EMAILS,
      here: true,
    },
    {
      title: 'Python',
      language: 'python',
      file: 'call.py',
      command: 'python3',
      emails: EMAILS,
      here: hasPython,
    },
    { title: 'PHP', language: 'php', file: 'call.php', command: 'php', emails: EMAILS, here: hasPhp },
    {
      title: 'Java',
      language: 'java',
      file: 'Call.java',
      command: 'java',
      // It runs once, and so is compiled in as little time as can be.
      flags: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
      emails: HARDEST,
      here: hasJava,
    },
  ]

  for (const { title, language, file, command, flags = [], emails, here } of programs) {
    const name = `the one in ${title} gets each member's journeys${here ? '' : ` (skipped: no ${command} here)`}`
    test.skipIf(!here)(name, { timeout: 90_000 }, async () => {
      const text = section(`### ${title}`)
      expect(text).toContain(file)
      writeFileSync(join(folder, file), onlyBlock(text, language))
      const settingsOf = (SANDBOX_EMAIL: string) => ({ ...documentedEnvironment(), SANDBOX_EMAIL })
      const calls = emails.map(async email => {
        const { status, body } = await askAbout(email)
        expect(status, email).toBe(200)
        expect(await run(command, [...flags, file], settingsOf(email)), email).toEqual({
          code: 0,
          stdout: `200 ${body}\n`,
          stderr: '',
        })
      })
      const refused = run(command, [...flags, file], {
        ...settingsOf(EMAILS[0] as string),
        SANDBOX_KEY: 'another',
      })
      await Promise.all(calls)
      expect(await refused).toMatchObject({ code: 0, stdout: expect.stringMatching(/^401 .*UNAUTHORIZED/) })
    })
  }

  /** The settings that the README tells to export, for the server of this test. */
  function documentedEnvironment(): Record<string, string> {
    const line = onlyBlock(section('## Authentication').split('\n### ', 1)[0] as string, 'sh')
    const found = [...line.replace(PRINTED_ORIGIN, sandbox.origin).matchAll(/(SANDBOX_\w+)=(\S+)/g)]
    expect(found.map(([, name]) => name)).toEqual([
      'SANDBOX_URL',
      'SANDBOX_SITE',
      'SANDBOX_KEY',
      'SANDBOX_EMAIL',
    ])
    return Object.fromEntries(found.map(([, name, value]) => [name, value]))
  }
})

const noCurl = hasCurl ? '' : ' (skipped: no curl here)'
const sh = (script: string) => run('sh', ['-euc', script.replaceAll(PRINTED_ORIGIN, sandbox.origin)])

describe('Of the commands', () => {
  const [first = '', atOnce = ''] = blocks(section('## The first call'), 'sh')

  test.skipIf(!hasCurl)(`the first makes a token, and a call that works when pasted${noCurl}`, async () => {
    const made = await sh(first)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const { token, headers, curl } = JSON.parse(made.stdout)
    expect(headers.Authorization).toBe(`Bearer ${token}`)
    expect((await sh(`${curl} -s`)).stdout).toBe((await askAbout('ann@example.com')).body)
  })

  test.skipIf(!hasCurl)(`the second makes that call at once${noCurl}`, async () => {
    const { code, stdout } = await sh(atOnce)
    expect({ code, stdout }).toEqual({ code: 0, stdout: (await askAbout('ann@example.com')).body })
  })

  // Every status goes to stderr, so that what a command prints stays as it is.
  const CURL = `curl() { command curl -sS -w '%{stderr}[%{http_code}]' "$@"; }\n`
  const [definitions = '', ...examples] = blocks(section('## The control plane'), 'sh')

  for (const example of examples) {
    const name = `this works: ${example.replace(/\s+/g, ' ').slice(0, 80)}…${noCurl}`
    test.skipIf(!hasCurl)(name, async () => {
      const { code, stderr } = await sh(`${CURL}${definitions}${example}`)
      expect(code, stderr).toBe(0)
      const statuses = [...stderr.matchAll(/\[(\d+)\]/g)].map(found => found[1])
      expect(statuses).toHaveLength(example.match(/^curl/gm)?.length as number)
      const right = example.includes('X-Sandbox-Fault: delay=200; status=503') ? /^503$/ : /^20[014]$/
      for (const status of statuses) expect(status).toMatch(right)
    })
  }

  test.skipIf(!hasCurl)(`the inspector's takes a graph as a file${noCurl}`, async () => {
    const { code, stdout } = await sh(onlyBlock(section('## The inspector'), 'sh'))
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^flowchart LR\n/) })
    expect(readFileSync(join(folder, 'journey.svg'), 'utf8')).toContain('<title>Photo of the Month</title>')
  })

  test.skipIf(!hasCurl)(`the events' hold a reward, then block it${noCurl}`, async () => {
    const example = examples.find(text => text.includes('/events')) as string
    const { stdout } = await sh(`${CURL}${definitions}${example}`)
    const seen = [...stdout.matchAll(/"type":"coupon","status":"(\w+)"/g)].map(found => found[1])
    expect(seen).toEqual([...example.matchAll(/ # (\w+)$/gm)].map(found => found[1]))
    expect(seen).toEqual(['held', 'blocked'])
  })

  test.skipIf(!hasCurl)(`the clock's ends the hold that it says it ends${noCurl}`, async () => {
    const example = examples.find(text => text.includes('/clock')) as string
    const held = async () =>
      JSON.parse((await askAbout('held@example.com')).body).journeys[0].rewards[0].status
    expect(example).toContain('# the reward of held@example.com is issued')
    expect(await held()).toBe('held')
    await sh(`${CURL}${definitions}${example}`)
    expect(await held()).toBe('issued')
  })
})

test('the commands that need no server find nothing wrong with what is ours', {
  timeout: 60_000,
}, async () => {
  for (const [name, ours] of [
    ['seed.json', 'seed/demo.json'],
    ['vendor.yaml', 'openapi/journeys.openapi.yaml'],
  ] as const) {
    writeFileSync(join(folder, name), readFileSync(new URL(ours, ROOT)))
  }
  const bin = fileURLToPath(new URL('bin/journeys-sandbox.js', ROOT))
  const npm = `npm() { shift 3; "${process.execPath}" "${bin}" "$@"; }\n`
  const { code, stdout, stderr } = await sh(npm + onlyBlock(section('## Without a server'), 'sh'))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^seed\.json: good, with 14 journeys/)
  expect(stdout.match(/^passed {3}hmac$/gm)).toHaveLength(2)
  expect(stdout).toMatch(/^vendor\.yaml: no difference from our contract$/m)
  expect(readFileSync(join(folder, 'changes.json'), 'utf8')).toBe('[]\n')
})

test('the command that compares a server finds that the sandbox does not differ from itself', async () => {
  const command = onlyBlock(section('## Against the live API'), 'sh')
  const [node, bin] = [process.execPath, fileURLToPath(new URL('bin/journeys-sandbox.js', ROOT))]
  const { code, stdout } = await sh(
    command
      .replace('npm start --', `'${node}' '${bin}'`)
      .replace('verify --base-url', 'verify --rate 100 --base-url'),
  )
  expect(code).toBe(0)
  expect(stdout).toMatch(/^0 differ/m)
  expect(existsSync(join(folder, 'observed.json'))).toBe(true)
})

test('the program that starts a sandbox prints what its comments say', async () => {
  const program = onlyBlock(section('## In a TypeScript test'), 'ts')
  const expected = [...program.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(found => found[1])
  expect(expected.length).toBeGreaterThan(0)
  writeFileSync(
    join(folder, 'embedded.mts'),
    program.replace("'journeys-sandbox'", `'${new URL('src/index.ts', ROOT)}'`),
  )
  expect(await run(process.execPath, ['embedded.mts'])).toEqual({
    code: 0,
    stdout: `${expected.join('\n')}\n`,
    stderr: '',
  })
})

describe('Of the demo', () => {
  const text = section('## To see X, ask for Y')
  const members = table(text, 'to see').map(row => ({ seen: row[0], email: span(row[1]), row }))
  const journeys = table(text.slice(text.indexOf('`GET /journeys/')), 'to see')

  test.each(members)('$email shows $seen', async ({ email, row }) => {
    const { status, body } = await askAbout(email)
    const answer = JSON.parse(body)
    if (status !== 200) return expect(`${status} ${answer.errorCode}`).toBe(span(row[2]))
    const found: {
      status: string
      progress_percentage: string
      rewards: { type: string; status: string }[]
    }[] = answer.journeys
    expect(found.map(journey => `${journey.status} ${journey.progress_percentage}`)).toEqual(spans(row[2]))
    const rewards = found.flatMap(journey => journey.rewards)
    expect(rewards.map(reward => `${reward.type} ${reward.status}`)).toEqual(spans(row[3]))
  })

  test.each(journeys.map(row => ({ seen: row[0], id: span(row[1]), row })))(
    '$id shows $seen',
    async ({ seen, id, row }) => {
      const { status, body } = await ask(`/journeys/${id}`, id)
      const answer = JSON.parse(body)
      if (status !== 200) return expect(`${status} ${answer.errorCode}`).toBe(span(row[2]))
      expect(`${answer.status}, ${answer.nodes.length} node${answer.nodes.length === 1 ? '' : 's'}`).toBe(
        span(row[2]),
      )
      expect(answer.expired_at !== null).toBe(seen?.includes('expired_at'))
    },
  )

  test('the credentials are those of the demo site', () => {
    expect(text).toContain(`site \`${demo.site_id}\`, secret \`${demo.secret}\``)
  })
})

describe('Of the tables', () => {
  test('that of operations has each of them', () => {
    const expected = Object.entries(operations).map(([name, { path }]) => [
      name,
      `GET ${path.replace(/:(\w+)/, '{$1}')}`,
    ])
    const rows = table(section('## The first call'), 'operation')
    expect(rows.map(row => [span(row[0]), span(row[1])])).toEqual(expected)
  })

  test('that of settings has each flag, variable and default', () => {
    const rows = table(section('## Configuration'), 'flag')
    expect(rows.map(([flag, env, fallback]) => [span(flag), span(env), span(fallback) || fallback])).toEqual(
      Object.entries(settings).map(([name, { flag, env }]) => [
        flag,
        env,
        String(Config.properties[name as SettingName].default) || 'none',
      ]),
    )
  })

  test('that of the control plane has each of its calls', () => {
    const rows = table(section('## The control plane'), 'call, under `/_sandbox`')
    const documented = rows.flatMap(([cell]) => {
      const [methods = '', path] = span(cell).split(/ (?=\/)/)
      return methods.split(', ').map(method => `${method} /_sandbox${path}`)
    })
    const published = Object.entries<object>(CONTROL.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).toEqual(published.sort())
  })

  test('that of faults has each kind, alike for a rule and for the header', () => {
    const rows = table(section('## The control plane'), '`fault`')
    const faults = rows.map(([rule]) => JSON.parse(span(rule)))
    expect(faults.map(({ kind }) => kind)).toEqual(Fault.anyOf.map(({ properties }) => properties.kind.const))
    for (const [i, [, header]] of rows.entries())
      expect(parseFaultHeader(span(header)), header).toEqual([faults[i]])
    for (const fault of faults) expect(demo.faults.add({ fault })).toMatchObject({ fault })
  })

  test('that of what is known has the numbers of the ledger', () => {
    const { entries } = readLedger()
    const standings = ['documented', 'observed', 'inferred']
    const expected = [...Map.groupBy(entries, ({ kind }) => kind)].map(([kind, own]) => [
      kind,
      ...standings.map(standing => String(own.filter(({ provenance }) => provenance === standing).length)),
    ])
    const rows = table(section('## How sure we are'), 'entries')
    expect(rows.sort()).toEqual(expected.sort())
  })

  test('that of provider states has each of them, with the values it gives', async () => {
    const rows = table(section('## The control plane'), 'state')
    expect(rows.map(([state]) => span(state))).toEqual(STATE_NAMES)
    const change = async (body: object): Promise<object> => {
      const response = await fetch(`${sandbox.origin}/_sandbox/provider-states`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(response.status).toBe(200)
      return (await response.json()) as object
    }
    for (const [state, gives] of rows) {
      const values = await change({ state: span(state), action: 'setup' })
      expect(Object.keys(values).sort(), state).toEqual(['site_id', ...spans(gives)].sort())
      await change({ state: span(state), action: 'teardown' })
    }
  })
})

test.each(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'AGENTS.md'])(
  '%s links to what there is',
  file => {
    const text = readFileSync(new URL(file, ROOT), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(found => found[1] as string)
    expect(links.filter(link => !existsSync(new URL(link, ROOT)))).toEqual([])
  },
)
