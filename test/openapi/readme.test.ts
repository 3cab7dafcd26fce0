import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { Config, type SettingName, settings } from '../../src/config.ts'
import { operations } from '../../src/contract/operations.ts'
import { parseFaultHeader } from '../../src/sites/fault-header.ts'
import { Fault } from '../../src/sites/fault-rule.ts'
import { STATE_NAMES } from '../../src/sites/provider-states.ts'
import { useDemo } from '../support/demo.ts'
import { BIN } from '../support/process.ts'
import { onlyBlock, PRINTED_ORIGIN, ROOT, section, span, spans, table } from '../support/readme.ts'
import { execute, shell } from '../support/shell.ts'

/** The README's tables are compared with what there is, and what it has run with Node alone is run. */

const CONTROL = JSON.parse(readFileSync(new URL('openapi/control.openapi.json', ROOT), 'utf8'))

const demo = useDemo()

test('the commands that need no server find nothing wrong with what is ours', async () => {
  for (const [name, ours] of [
    ['seed.json', 'seed/demo.json'],
    ['vendor.yaml', 'openapi/journeys.openapi.yaml'],
  ] as const) {
    demo.folder.file(name, readFileSync(new URL(ours, ROOT)))
  }
  const npm = `npm() { shift 3; "${process.execPath}" "${BIN}" "$@"; }\n`
  const { code, stdout, stderr } = await shell(
    demo.folder.path,
    npm + onlyBlock(section('## Without a server'), 'sh'),
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^seed\.json: good, with 14 journeys/)
  expect(stdout.match(/^passed {3}hmac$/gm)).toHaveLength(2)
  expect(stdout).toMatch(/^vendor\.yaml: no difference from our contract$/m)
})

test('the command that compares a server finds that the sandbox does not differ from itself', async () => {
  const command = onlyBlock(section('## Against the live API'), 'sh')
  const [node, bin] = [process.execPath, fileURLToPath(new URL('bin/journeys-sandbox.js', ROOT))]
  const { code, stdout } = await shell(
    demo.folder.path,
    command
      .replaceAll(PRINTED_ORIGIN, demo.sandbox.origin)
      .replace('npm start --', `'${node}' '${bin}'`)
      .replace('verify --base-url', 'verify --rate 100 --base-url'),
  )
  expect(stdout.split('\n').filter(line => line.startsWith('✗'))).toEqual([])
  expect(code).toBe(0)
})

test('the program that starts a sandbox prints what its comments say', async () => {
  const program = onlyBlock(section('## In a TypeScript test'), 'ts')
  const expected = [...program.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(found => found[1])
  expect(expected.length).toBeGreaterThan(0)
  demo.folder.file(
    'embedded.mts',
    program.replace("'journeys-sandbox'", `'${new URL('src/index.ts', ROOT)}'`),
  )
  expect(await execute(demo.folder.path, [process.execPath, 'embedded.mts'])).toEqual({
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
    const { status, body } = await demo.askAbout(email)
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
      const { status, body } = await demo.ask(`/journeys/${id}`, id)
      const answer = JSON.parse(body)
      if (status !== 200) return expect(`${status} ${answer.errorCode}`).toBe(span(row[2]))
      expect(`${answer.status}, ${answer.nodes.length} node${answer.nodes.length === 1 ? '' : 's'}`).toBe(
        span(row[2]),
      )
      expect(answer.expired_at !== null).toBe(seen?.includes('expired_at'))
    },
  )

  test('the credentials are those of the demo site', () => {
    expect(text).toContain(`site \`${demo.site.site_id}\`, secret \`${demo.site.secret}\``)
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
    for (const fault of faults) expect(demo.site.faults.add({ fault })).toMatchObject({ fault })
  })

  test('that of provider states has each of them, with the values it gives', async () => {
    const rows = table(section('## The control plane'), 'state')
    expect(rows.map(([state]) => span(state))).toEqual(STATE_NAMES)
    const change = async (body: object): Promise<object> => {
      const response = await fetch(`${demo.sandbox.origin}/_sandbox/provider-states`, {
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
