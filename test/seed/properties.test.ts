import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkSeed } from '../../src/seed/check.ts'
import { exportSite, toDocument } from '../../src/seed/export.ts'
import { SeedError, schemaIssues } from '../../src/seed/issues.ts'
import { SeedDocument, type SeedRecords } from '../../src/seed/schema.ts'
import { SeedInput } from '../../src/seed/schema-input.ts'
import { loadSeed, parseSeed } from '../../src/seed/seed.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'
import { randomSeed } from './random-seeds.ts'

const TIME = '2025-01-15T10:33:32.500861'
const LATER = '2025-01-16T00:00:00.000000'

const good = seedOf({
  journeys: [journeyOf(1, { end_date: LATER, created_at: TIME }), journeyOf(2)],
  members: [
    memberOf(
      'ann@example.com',
      participationOf(9001, 1, {
        events: [{ node_id: nodesOf(1).event, completed_at: TIME }],
        rewards: [
          { node_id: nodesOf(1).reward, hold_start_datetime: TIME, hold_end_datetime: LATER },
          { node_id: nodesOf(1).reward, blocked_by: 'Returns', blocked_at: TIME },
        ],
      }),
      participationOf(9002, 2, { completed_at: LATER, progress_percentage: '100.0' }),
    ),
    memberOf('bob@example.com', participationOf(9003, 2, { expired_at: LATER })),
  ],
})

type Path = (string | number)[]
const pathsOf = (value: unknown, path: Path = []): Path[] => [
  path,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))
    : []),
]
const at = (value: unknown, path: Path): unknown =>
  path.reduce((found, key) => (found as Record<string, unknown>)?.[key], value)
const paths = pathsOf(good).slice(1)
const settings = new Set(paths.map(path => path.at(-1)).filter(key => !/^\d+$/.test(String(key))))

/** A good document of which a few places hold something else: a value of another place, nothing, or anything. */
const altered = fc
  .array(
    fc.record({
      path: fc.constantFrom(...paths),
      key: fc.option(fc.constantFrom(...settings), { nil: undefined }),
      value: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...paths).map(path => at(good, path)) },
        { weight: 4, arbitrary: fc.constantFrom(undefined, null, '', '2025-02-31T00:00:00.000000', 'a\nb') },
        { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
      ),
    }),
    { maxLength: 3 },
  )
  .map(changes => {
    const document = structuredClone(good) as unknown
    for (const { path, key, value } of changes) {
      const whole = at(document, path)
      const isObject = typeof whole === 'object' && whole !== null && !Array.isArray(whole)
      const [holder, name] = key && isObject ? [whole, key] : [at(document, path.slice(0, -1)), path.at(-1)]
      if (typeof holder === 'object' && holder !== null)
        Object.assign(holder, { [name as string]: structuredClone(value) })
    }
    return document
  })

let store: Store
beforeAll(() => {
  store = openStore(':memory:')
})
afterAll(() => store.close())

it('Any document is either loaded completely, or refused with its issues, a line each, and nothing is written', () => {
  let loaded = 0
  let refused = 0
  fc.assert(
    fc.property(
      fc.oneof({ weight: 9, arbitrary: altered }, { weight: 1, arbitrary: fc.jsonValue() }),
      anything => {
        try {
          const document = parseSeed(JSON.stringify(anything) ?? '', 'my.json')
          loadSeed(store, { ...document, site: SITE }, TIME)
          loaded++
          expect(store.sites()).toHaveLength(1)
          store.removeSite(SITE.site_id)
        } catch (error) {
          if (!(error instanceof SeedError)) throw error
          refused++
          expect(error.issues.length).toBeGreaterThan(0)
          expect(error.message.split('\n')).toHaveLength(error.issues.length)
          for (const line of error.message.split('\n')) expect(line).toMatch(/^my\.json:\d+:\d+ \/.*: \S/)
          expect(store.sites()).toEqual([])
        }
      },
    ),
    { numRuns: 150 },
  )
  // Neither kind may be so rare that the property says nothing of it.
  expect(Math.min(loaded, refused)).toBeGreaterThan(20)
})

const NOW = '2025-06-02T12:00:00.500000'
const expanded = (seed: unknown): SeedRecords => {
  const { issues, value } = checkSeed(seed, NOW)
  expect(issues).toEqual([])
  return value as SeedRecords
}

it('A short seed is expanded into the same long one every time, which is good and means the same', () => {
  let participations = 0
  fc.assert(
    fc.property(randomSeed, seed => {
      const copy = JSON.stringify(seed)
      const records = expanded(seed)
      expect(JSON.stringify(seed)).toBe(copy)
      expect(JSON.stringify(expanded(JSON.parse(copy)))).toBe(JSON.stringify(records))

      const long = toDocument(records)
      expect(schemaIssues(SeedDocument, long)).toEqual([])
      expect(schemaIssues(SeedInput, long)).toEqual([])
      expect(expanded(long)).toEqual(records)
      participations += records.members.flatMap(member => member.participations).length
    }),
    { numRuns: 200 },
  )
  expect(participations).toBeGreaterThan(200)
})

it('What is loaded is exported, and loading that exports the same, byte for byte', () => {
  const exportOf = (seed: SeedRecords): string => {
    try {
      return JSON.stringify(exportSite(loadSeed(store, { ...seed, site: SITE }, NOW)))
    } finally {
      store.removeSite(SITE.site_id)
    }
  }
  fc.assert(
    fc.property(randomSeed, seed => {
      const first = exportOf(expanded(seed))
      expect(exportOf(parseSeed(first, 'export.json', NOW))).toBe(first)
    }),
    { numRuns: 100 },
  )
})

/** A short seed of which a few places hold something else. */
const alteredShort = randomSeed.chain(seed => {
  const places = pathsOf(seed).slice(1)
  const names = [...new Set(places.map(path => path.at(-1)))].filter(name => typeof name === 'string')
  const change = fc.record({
    path: fc.constantFrom(...places),
    name: fc.option(fc.constantFrom(...names, 'config', 'node_id', 'history', 'waiting_at'), {
      nil: undefined,
    }),
    value: fc.oneof(
      fc.constantFrom(...places).map(path => at(seed, path)),
      fc.constantFrom(undefined, null, '', 0, true, [], {}, 'x', 'P3D', '2025-02-31', [null], ['Node 1']),
    ),
  })
  return fc.array(change, { minLength: 1, maxLength: 4 }).map(changes => {
    const document = JSON.parse(JSON.stringify(seed))
    for (const { path, name, value } of changes) {
      const whole = at(document, path)
      const isObject = typeof whole === 'object' && whole !== null && !Array.isArray(whole)
      const [holder, key] = name && isObject ? [whole, name] : [at(document, path.slice(0, -1)), path.at(-1)]
      if (typeof holder === 'object' && holder !== null)
        Object.assign(holder, { [key as string]: structuredClone(value) })
    }
    return document
  })
})

it('Whatever is wrong with a short seed, its issues are at places that it has or lacks, and what has none is loaded', () => {
  const tally = { good: 0, bad: 0 }
  fc.assert(
    fc.property(alteredShort, seed => {
      const { issues, value } = checkSeed(seed, NOW)
      for (const { pointer, message } of issues) {
        expect(message).not.toBe('')
        const keys = pointer.split('/').slice(1)
        const holder = keys.slice(0, -1).reduce((found, key) => (found as Record<string, unknown>)[key], seed)
        expect(keys.length === 0 || typeof holder === 'object', pointer).toBe(true)
      }
      expect(value === undefined).toBe(issues.length > 0)
      tally[value ? 'good' : 'bad']++
      if (!value) return
      loadSeed(store, { ...value, site: SITE }, NOW)
      store.removeSite(SITE.site_id)
    }),
    { numRuns: 250 },
  )
  expect(Math.min(tally.good, tally.bad)).toBeGreaterThan(20)
})
