import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SeedError } from '../../src/seed/issues.ts'
import { loadSeed, parseSeed } from '../../src/seed/seed.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

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

/** A good document of which a few places hold something else: what stands elsewhere in it, nothing, or anything. */
const spoilt = fc
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

it('Any document at all is either loaded whole, or refused with its issues, a line each, and nothing is written', () => {
  let loaded = 0
  let refused = 0
  fc.assert(
    fc.property(
      fc.oneof({ weight: 9, arbitrary: spoilt }, { weight: 1, arbitrary: fc.jsonValue() }),
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
    { numRuns: 300 },
  )
  // Neither kind may be so rare that the law says nothing of it.
  expect(Math.min(loaded, refused)).toBeGreaterThan(20)
})
