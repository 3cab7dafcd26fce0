import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { OperationId } from '../../src/contract/operations.ts'
import { checkSeed } from '../../src/seed/check.ts'
import { type Capture, type Exchange, journeysIn } from '../../src/verify/capture.ts'
import { toSeed } from '../../src/verify/capture-seed.ts'
import { id } from '../support/seeds.ts'

const AT = '2025-06-01T12:00:00.000000'
const words = [
  null,
  '',
  'Published',
  'Paused',
  'Completed',
  'Expired',
  'true',
  '50.0',
  '100.0',
  'entry',
  'reward',
]
const times = [
  AT,
  '2025-01-01',
  '2025-02-31T00:00:00.000000',
  '+012025-01-01T00:00:00Z',
  '1970-01-01T00:00:00.000000',
]
const value = fc.oneof(
  fc.constantFrom(...words, ...times, ...[1, 2, 3].map(id)),
  fc.jsonValue({ maxDepth: 1 }),
)
const names = {
  journey: ['id', 'name', 'status', 'open_ended', 'end_date', 'expired_at', 'created_at', 'colour'],
  node: ['id', 'type', 'name', 'config', 'position', 'colour'],
  connection: ['id', 'source_node_id', 'target_node_id', 'condition'],
  participation: [
    ...[
      'id',
      'journey_id',
      'name',
      'status',
      'started_at',
      'completed_at',
      'expired_at',
      'created_at',
      'updated_at',
    ],
    ...['progress_percentage', 'colour'],
  ],
  entry: ['node_id', 'name', 'type', 'status', 'completed_at', 'hold_start_datetime', 'blocked_by', 'colour'],
}
const some = (kind: keyof typeof names, more: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc
    .record(
      { ...Object.fromEntries(names[kind].map(name => [name, value])), ...more },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map(object => JSON.parse(JSON.stringify(object)))
const list = (kind: keyof typeof names) => fc.array(some(kind), { maxLength: 3 })
const graph = { nodes: list('node'), connections: list('connection') }
const lists = { events: list('entry'), rewards: list('entry') }
const wrapped = (items: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.array(items, { maxLength: 3 }).map(journeys => ({ journeys })) },
    { weight: 1, arbitrary: value },
  )

const exchange = (operation: OperationId, body: unknown, identifier?: string): Exchange => ({
  ...{ operation, at: AT, body: body ?? null, status: body === undefined ? 404 : 200 },
  ...(identifier !== undefined && { identifier }),
})

const site: fc.Arbitrary<Capture> = fc
  .record({
    list: wrapped(some('journey')),
    details: fc.array(fc.option(some('journey', graph), { nil: undefined }), { minLength: 3, maxLength: 3 }),
    user: fc.option(wrapped(some('participation')), { nil: undefined }),
    member: fc.option(wrapped(some('participation', lists)), { nil: undefined }),
  })
  .map(({ list, details, user, member }) => {
    const ids = [...new Set(journeysIn({ body: list } as Exchange).map(journey => journey.id))].filter(
      id => typeof id === 'string',
    )
    return {
      list: exchange('getJourneys', list),
      journeys: ids.map((id, i) => exchange('getJourney', details[i], id)),
      members: ['ann@example.com', 'bob@example.com'].map(email => ({
        email,
        user: exchange('getUserJourneysByEmail', user, email),
        member: exchange('getMemberJourneys', member, email),
      })),
    }
  })

it.each([
  ['true', true],
  [null, true],
  ['false', false],
  [{ toString: '' }, false],
])('A journey whose open_ended is %j is read', (open_ended, read) => {
  const at = '2025-06-01T12:00:00.000000'
  const answered = { id: '00000000-0000-4000-8000-000000000001', open_ended }
  const body = { journeys: [answered] }
  const { document } = toSeed('9991331', {
    list: { operation: 'getJourneys', at, status: 200, body },
    journeys: [{ operation: 'getJourney', identifier: answered.id, at, status: 200, body: answered }],
    members: [],
  })
  expect(document.journeys.map(journey => journey.open_ended)).toEqual([read])
})

it('Any answers give a valid seed, with every journey and member of the site', () => {
  fc.assert(
    fc.property(site, capture => {
      const { document } = toSeed('9991331', capture)
      expect(checkSeed(document, '2025-06-01T12:00:00.000000').issues).toEqual([])
      const ids = journeysIn(capture.list).map(({ id }) => id)
      const listed = new Set(ids.filter(id => typeof id === 'string'))
      expect(document.journeys.length).toBeGreaterThanOrEqual(listed.size)
      const known = capture.members.filter(
        ({ user, member }) => user?.status === 200 || member?.status === 200,
      )
      expect(document.members.map(({ email }) => email)).toEqual(known.map(({ email }) => email))
    }),
    { numRuns: 200 },
  )
})
