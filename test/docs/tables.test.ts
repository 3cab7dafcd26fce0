import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TARGETS, type TargetName } from '../../bench/targets.ts'
import { Config, type SettingName, settings } from '../../src/config.ts'
import { Fault, FaultRule, parseFaultHeader } from '../../src/sites/fault-rule.ts'
import { STATE_NAMES } from '../../src/sites/provider-states.ts'
import { FAIL_ON } from '../../src/sites/report.ts'
import { useDemo } from '../support/demo.ts'
import { PRINTED_ORIGIN, ROOT, readPage, section, span, spans, table, tables } from '../support/docs.ts'

/** The tables of the pages are compared with what the sandbox does. */

const CONTROL = JSON.parse(readFileSync(new URL('openapi/control.openapi.json', ROOT), 'utf8'))

const demo = useDemo()

describe('The demo data', () => {
  const PAGE = 'docs/demo-data.md'
  const members = tables(readPage(PAGE), 'email')
    .flat()
    .map(row => ({ email: span(row[0]), seen: row[1], row }))
  const journeys = table(section('## Journeys', PAGE), 'id').map(row => ({ id: span(row[0]), row }))

  test.each(members)('$email shows $seen', async ({ email, row: [, , found, rewards] }) => {
    const { status, body } = await demo.askAbout(email)
    const answer = JSON.parse(body)
    if (status !== 200) return expect(`${status} ${answer.errorCode}`).toBe(span(found))
    const participations: {
      status: string
      progress_percentage: string
      rewards: { type: string; status: string }[]
    }[] = answer.journeys
    expect(participations.map(one => `${one.status} ${one.progress_percentage}`)).toEqual(spans(found))
    const reached = participations.flatMap(one => one.rewards)
    expect(reached.map(reward => `${reward.type} ${reward.status}`)).toEqual(spans(rewards))
  })

  test('every member is on the page', () => {
    const { members: all } = demo.site.content.read()
    const documented = members.map(({ email }) => email)
    expect(all.map(({ email }) => email).filter(email => !documented.includes(email))).toEqual([])
  })

  test.each(journeys)('$id is as the page says', async ({ id, row: [, name = '', seen, shape, events] }) => {
    const { body } = await demo.ask(`/journeys/${id}`, id)
    const journey = JSON.parse(body)
    const count = `${journey.nodes.length} node${journey.nodes.length === 1 ? '' : 's'}`
    expect(`${journey.status}, ${count}`).toBe(span(shape))
    expect(journey.name.startsWith(name.replace(/ ?…$/, ''))).toBe(true)
    expect(journey.expired_at !== null).toBe(seen?.includes('expired_at'))
    const expected = journey.nodes.flatMap(({ config }: { config: { event?: string } }) => config.event ?? [])
    expect(spans(events)).toEqual(expected)
  })

  test('every journey is on the page', () => {
    const ids = demo.site.content.read().journeys.map(({ id }) => id)
    expect(journeys.map(({ id }) => id)).toEqual(ids)
  })

  test('the five members of the README are on the page', () => {
    const rows = table(section('## Five demo members', 'README.md'), 'email')
    expect(rows).toHaveLength(5)
    for (const [email] of rows) expect(members.map(member => member.email)).toContain(span(email))
  })

  test('the credentials are those of the demo site', () => {
    const { site_id, secret } = demo.site
    for (const page of ['README.md', PAGE]) {
      expect(readPage(page).replace(/\s+/g, ' ')).toMatch(
        new RegExp(`is \`${site_id}\`,? (and )?its secret is \`${secret}\``),
      )
    }
  })

  test('an unknown journey and a malformed id are refused as the page says', async () => {
    const text = section('## Journeys', PAGE)
    const [, id = '', unknown = '', malformed = ''] =
      /such as `(\S+)`, is answered with `(.+?)`;.*? with `(.+?)`/.exec(text) ?? []
    for (const [path, expected] of [
      [id, unknown],
      ['1', malformed],
    ] as const) {
      const { status, body } = await demo.ask(`/journeys/${path}`, path)
      expect(`${status} ${JSON.parse(body).errorCode}`).toBe(expected)
    }
  })
})

describe('The flags of the README', () => {
  const rows = table(section('## Six flags that matter', 'README.md'), 'flag')

  test.each(rows.map(row => ({ flag: span(row[0]), fallback: span(row[1]) })))(
    '$flag is a flag with that default',
    ({ flag, fallback }) => {
      const [name] = Object.entries(settings).find(([, setting]) => setting.flag.split(' ')[0] === flag) ?? []
      const value = Config.properties[name as SettingName].default
      expect(fallback).toBe(value === false ? 'off' : String(value))
    },
  )
})

describe('The control API', () => {
  const PAGE = 'docs/control-api.md'
  const page = readPage(PAGE)

  test('every call is in a table, and every call in a table exists', () => {
    const documented = tables(page, 'call').flatMap(rows =>
      rows.flatMap(([cell]) => {
        const [methods = '', path] = span(cell).split(/ (?=\/)/)
        return methods.split(', ').map(method => `${method} /_sandbox${path}`)
      }),
    )
    const published = Object.entries<object>(CONTROL.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).toEqual(published.sort())
  })

  test('the keys of a new site are those that POST /sites takes', () => {
    const documented = table(section('## Sites', PAGE), 'key').map(([key]) => span(key))
    expect(documented.sort()).toEqual(keysOf('post', '/_sandbox/sites').sort())
  })

  test('the clock takes each way to move it', () => {
    for (const [step] of table(section('## Clock', PAGE), 'body'))
      expect(demo.site.clock.advance(JSON.parse(span(step))).now, step).toMatch(/Z$/)
  })

  test('the keys of a fault rule are those that POST …/faults takes', () => {
    const documented = table(section('## Faults', PAGE), 'key').map(([key]) => span(key))
    expect([...documented, 'fault'].sort()).toEqual(Object.keys(FaultRule.properties).sort())
  })

  test('every kind of fault is in the table, alike for a rule and for the header', () => {
    const rows = table(section('## Faults', PAGE), '`fault`')
    const faults = rows.map(([rule]) => JSON.parse(span(rule)))
    expect(faults.map(({ kind }) => kind)).toEqual(Fault.anyOf.map(({ properties }) => properties.kind.const))
    for (const [i, [, header]] of rows.entries())
      expect(parseFaultHeader(span(header)), header).toEqual([faults[i]])
    for (const fault of faults) expect(demo.site.faults.add({ fault })).toMatchObject({ fault })
  })

  test('the filters are the query parameters of the request journal', () => {
    const documented = table(section('## Requests', PAGE), 'parameter').map(([name]) => span(name))
    const { parameters } = CONTROL.paths['/_sandbox/sites/{site_id}/requests'].get
    const published = parameters.flatMap((one: { in: string; name: string }) =>
      one.in === 'query' ? one.name : [],
    )
    expect(documented).toEqual(published)
  })

  test('every provider state is in the table, with the values it gives', async () => {
    const rows = table(section('## Provider states', PAGE), 'state')
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

  test('every call in process exists', () => {
    const rows = table(section('## In process', PAGE), 'over HTTP')
    const objects: Record<string, unknown> = { sandbox: demo.sandbox, site: demo.site }
    for (const [call, inProcess] of rows) {
      const [name = '', ...path] = span(inProcess)
        .replace('member(email)', 'member')
        .replace(/\(.*\)$/, '')
        .split('.')
      const found = path.reduce<unknown>((object, key) => {
        const value = (object as Record<string, unknown>)[key]
        return key === 'member' ? demo.site.member('ann@example.com') : value
      }, objects[name])
      expect(typeof found, `${call}: ${inProcess}`).toBe('function')
    }
  })

  /** The keys of the body of a call. */
  function keysOf(method: string, path: string): string[] {
    const { schema } = CONTROL.paths[path][method].requestBody.content['application/json']
    const name = schema.$ref?.split('/').at(-1)
    return Object.keys((name === undefined ? schema : CONTROL.components.schemas[name]).properties)
  }
})

describe('The page on tools', () => {
  const PAGE = 'docs/tools.md'

  test('the variables are those of the Postman collection', () => {
    const file = new URL('examples/journeys.postman_collection.json', ROOT)
    const { variable }: { variable: { key: string; value: string }[] } = JSON.parse(
      readFileSync(file, 'utf8'),
    )
    const rows = table(section('## Postman', PAGE), 'variable')
    expect(rows.map(([key, value]) => [span(key), span(value)])).toEqual(
      variable.map(({ key, value }) => [key, value]),
    )
  })

  const paths = table(section('## Generated clients', PAGE), 'document').flatMap(([documents]) =>
    spans(documents).map(url => url.replace(PRINTED_ORIGIN, '')),
  )
  test.each(paths)('%s is served', async path => {
    const response = await fetch(`${demo.sandbox.origin}${path}`)
    expect(response.status).toBe(200)
    expect(await response.text()).toMatch(/"?openapi"?:/)
  })
})

test('The reasons of --fail-on are those of the command', () => {
  const rows = table(section('## The report of a run', 'docs/testing.md'), 'reason')
  expect(rows.map(([reason]) => span(reason))).toEqual(FAIL_ON)
})

describe('The promises of the page on performance', () => {
  const targets: Record<string, TargetName> = {
    'create a site from the demo': 'create',
    'reset a site': 'reset',
    'send an event': 'event',
    'start a sandbox in process and close it': 'startToClose',
    "a test's life over HTTP, beside a bare Fastify": 'lifeBesideBare',
    "a test's life over HTTP, beside WireMock": 'lifeBesideWireMock',
    'start of the command, beside a bare Fastify': 'startBesideBare',
    'start of the command, beside Prism': 'startBesidePrism',
    'memory of the process, beside a bare Fastify': 'memoryBesideBare',
    'requests a second, beside other mock servers': 'throughputBesidePeer',
    'requests a second, beside a Fastify that verifies the same tokens': 'throughputBesideVerifying',
    'the longest delay of other requests while a large site is read': 'eventLoopDelay',
  }
  const rows = table(section('## What is promised', 'docs/performance.md'), 'what')

  test('are the targets of the benchmark', () => {
    expect(rows.map(([what]) => what)).toEqual(Object.keys(targets))
    for (const [what = '', target] of rows) {
      const promised = TARGETS[targets[what] as TargetName]
      expect(target, what).toBe('atMost' in promised ? `≤ ${promised.atMost}` : `≥ ${promised.atLeast}`)
    }
  })
})
