import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ATTEMPTS } from '../../src/auth/attempts.ts'
import { AUTH_RULES } from '../../src/auth/rules.ts'
import { CHECKS } from '../../src/auth/verdict.ts'
import { errorCatalogue } from '../../src/contract/errors.ts'
import { buildLedger } from '../../src/fidelity/build.ts'
import type { Entry, Ledger } from '../../src/fidelity/entry.ts'
import { readLedger } from '../../src/fidelity/ledger.ts'
import { startSandbox } from '../../src/index.ts'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { temporaryFolder } from '../support/folder.ts'
import { run } from '../support/process.ts'

const ROOT = new URL('../../', import.meta.url)
const ledger = readLedger()
const byId = new Map(ledger.entries.map(entry => [entry.id, entry]))

// biome-ignore lint/suspicious/noExplicitAny: a document is walked here, not used by its type
type Json = any
const published: Json = JSON.parse(readFileSync(new URL('openapi/journeys.openapi.json', ROOT), 'utf8'))

/** Every property of the published document, with its provenance; read anew here, so that the ledger's own walk is checked. */
function publishedFacts(document: Json = published): [id: string, provenance: string][] {
  const follow = (schema: Json): Json =>
    schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)] : schema
  const within = (id: string, separator: string, schema: Json): [string, string][] => {
    const { items, properties = {} } = follow(schema)
    if (items) return within(`${id}[]`, '.', items)
    return Object.entries<Json>(properties).flatMap(([name, property]): [string, string][] => [
      [`${id}${separator}${name}`, property['x-provenance']],
      ...within(`${id}${separator}${name}`, '.', property),
    ])
  }
  const operations = Object.values<Json>(document.paths).flatMap(({ get }) => [
    ...(get.parameters ?? []).map(({ name, schema }: Json) => [
      `${get.operationId}{${name}}`,
      schema['x-provenance'],
    ]),
    ...within(get.operationId, '.', get.responses[200].content['application/json'].schema),
  ])
  return [...operations, ...within('ApiError', '.', document.components.schemas.ApiError)]
}

describe('The ledger', () => {
  test('has each property of the OpenAPI document, with the same provenance, and no other', () => {
    const own = ledger.entries.filter(({ kind }) => kind === 'property' || kind === 'parameter')
    expect(new Map(own.map(({ id, provenance }) => [id, provenance]))).toEqual(new Map(publishedFacts()))
    expect(own.length).toBeGreaterThan(80)
  })

  test('has a rule for each check of authentication, and each rule has an attempt', () => {
    expect(new Set(AUTH_RULES.map(({ check }) => check))).toEqual(new Set(CHECKS))
    expect(AUTH_RULES.map(({ name }) => name).sort()).toEqual(Object.keys(ATTEMPTS).sort())
    for (const { name } of AUTH_RULES) expect(byId.get(`auth.${name}`)?.kind).toBe('rule')
  })

  test('has each error', () => {
    const own = ledger.entries.filter(({ kind }) => kind === 'error').map(({ id }) => id)
    expect(own).toEqual(Object.keys(errorCatalogue).map(code => `error.${code}`))
  })

  test('has no id twice, and names only tests that there are', () => {
    expect(byId.size).toBe(ledger.entries.length)
    const files = new Set(ledger.entries.flatMap(({ tested }) => tested))
    expect([...files].filter(file => !existsSync(new URL(file, ROOT)))).toEqual([])
    expect(ledger.entries.filter(({ tested, what, source }) => !tested.length || !what || !source)).toEqual(
      [],
    )
  })

  test('keeps for an entry the version it came with', () => {
    const [first, ...rest] = ledger.entries as [Entry, ...Entry[]]
    const rebuilt = buildLedger({ entries: [{ ...first, since: '0.0.1' }, ...rest] })
    expect(rebuilt.entries[0]).toEqual({ ...first, since: '0.0.1' })
    expect(rebuilt.entries.slice(1)).toEqual(rest)
  })
})

const observation = (verdict: string, found: string[] = []) => ({
  ...{ date: '2026-02-03', operation: 'getJourney', verdict, found },
})
const seen = (id: string, provenance: string, verdict: string) => ({
  ...(byId.get(id) ?? { id, kind: 'property', what: 'more', source: 'a server', since: '0.1.0', tested: [] }),
  ...{ provenance, observation: observation(verdict) },
})

const RECORD = {
  entries: [
    seen('getJourney.nodes[].type', 'observed', 'matches'),
    seen('getJourney.name', 'contradicted', 'other type'),
    seen('getJourney{journey_id}', 'observed', 'holds'),
    seen('ApiError.errorCode', 'contradicted', 'other type'),
    seen('error.UNAUTHORIZED', 'contradicted', 'does not hold'),
    seen('getJourney.tags', 'observed', 'extra'),
  ],
}

describe('What a team has seen', () => {
  test('outranks what the contract says, on the control plane and in the document', async () => {
    using folder = temporaryFolder()
    const fidelity = folder.file('record.json', JSON.stringify(RECORD))
    await using own = await startSandbox({ fidelity, logLevel: 'silent' })
    const get = async (path: string): Promise<Json> => (await fetch(`${own.origin}${path}`)).json()
    const served: Ledger = await get('/_sandbox/fidelity')
    const ids = new Set(RECORD.entries.map(({ id }) => id))
    expect(served.entries.filter(({ id }) => ids.has(id))).toEqual(
      expect.arrayContaining(RECORD.entries.map(entry => expect.objectContaining(entry))),
    )
    expect(served.entries.filter(({ id }) => !ids.has(id))).toEqual(
      ledger.entries.filter(({ id }) => !ids.has(id)),
    )

    const document = await get('/openapi.json')
    const changed = publishedFacts(document).filter(
      ([id, provenance]) => provenance !== byId.get(id)?.provenance,
    )
    expect(Object.fromEntries(changed)).toEqual({
      'getJourney{journey_id}': 'observed',
      'getJourney.name': 'contradicted',
      'getJourney.nodes[].type': 'observed',
      'ApiError.errorCode': 'contradicted',
    })
    const { schema } = document.paths['/journeys/{journey_id}'].get.parameters[0]
    expect([schema['x-provenance'], schema['x-observed']]).toEqual(['observed', '2026-02-03'])
    expect(document.components.schemas.Journey.properties.name['x-observed']).toBe('2026-02-03')
    // The same name in the list is another property, of which nothing was seen.
    expect(document.components.schemas.JourneySummary.properties.name).not.toHaveProperty('x-observed')
  })

  test('is refused at the start when it is broken, with what is wrong', async () => {
    using folder = temporaryFolder()
    const [entry] = RECORD.entries
    const rows: [string, string | object, RegExp][] = [
      ['text.json', '{\n\noops', /^[^\n]*JSON[^\n]*$/],
      ['list.json', [], /the top: expected object/],
      ['kind.json', { entries: [{ ...entry, kind: 'thing' }] }, /\/entries\/0\/kind: /],
      ['bare.json', { entries: [byId.get('getJourney')] }, /\/entries\/0 has no observation/],
      [
        'stranger.json',
        { entries: [{ ...entry, id: 'getNothing' }] },
        /\/entries\/0: there is no "getNothing"/,
      ],
      ['twice.json', { entries: [entry, entry] }, /\/entries\/1 has an id that was there before/],
    ]
    for (const [name, content, problem] of rows) {
      const fidelity = folder.file(name, typeof content === 'string' ? content : JSON.stringify(content))
      await expect(startSandbox({ fidelity }), name).rejects.toThrow(problem)
    }
    const [missing, db] = [folder.file('none.json'), folder.file('new.db')]
    const { code, stdout, stderr } = await run(['serve', '--port', '0', '--fidelity', missing, '--db', db])
    expect({ code, stdout, db: existsSync(db) }).toEqual({ code: 2, stdout: '', db: false })
    expect(stderr).toMatch(/none\.json: ENOENT.*; it must be a file that verify --record wrote\n$/)
  })
})

describe('The control plane', () => {
  test('serves the committed ledger, whole or in part', async () => {
    await using own = await testApp()
    const control = controlOf(own.app)
    expect(await control.expect(200, 'GET', '/fidelity')).toEqual(ledger)
    expect(await control.expect(200, 'GET', '/fidelity?kind=rule&provenance=inferred')).toEqual({
      entries: ledger.entries.filter(({ kind, provenance }) => kind === 'rule' && provenance === 'inferred'),
    })
    await control.expect(400, 'GET', '/fidelity?kind=thing')
    await control.expect(400, 'GET', '/fidelity?colour=red')
  })
})
