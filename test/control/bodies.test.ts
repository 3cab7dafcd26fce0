import { afterAll, beforeAll, expect, test } from 'vitest'
import { MAX_DEPTH } from '../../src/contract/json.ts'
import { MAX_BODY_DEPTH } from '../../src/control/body.ts'
import { MAX_ISSUES } from '../../src/seed/issues.ts'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, memberOf, SITE, seedOf } from '../support/seeds.ts'

let sandbox: Awaited<ReturnType<typeof testApp>>
let control: ReturnType<typeof controlOf>
beforeAll(async () => {
  sandbox = await testApp()
  control = controlOf(sandbox.app)
})
afterAll(() => sandbox.close())

const HERE = `/sites/${SITE.site_id}`
const HOLE = '@'

/** A value in which a list stands for the hole, so many of which lie within one another. */
const nested = (value: object, depth: number): string =>
  JSON.stringify(value).replace(`"${HOLE}"`, `${'['.repeat(depth)}${']'.repeat(depth)}`)

const { participations: _none, ...member } = memberOf('ann@example.com')

const calls: [method: string, path: string, body: object, pointer: string][] = [
  ['POST', '/sites', { seed: { ...seedOf(), journeys: HOLE } }, '/seed/journeys'],
  [
    'PUT',
    `${HERE}/data`,
    seedOf({ members: [{ ...member, attributes: { a: HOLE } }] }),
    '/members/0/attributes/a',
  ],
  ['PUT', `${HERE}/journeys/${id(1)}`, { 'x-extra': { 'a/b~c': HOLE } }, '/x-extra/a~1b~0c'],
  ['PUT', `${HERE}/members/ann@example.com`, { attributes: { a: HOLE } }, '/attributes/a'],
  [
    'POST',
    `${HERE}/members/ann@example.com/events`,
    { event: 'x', attributes: { a: HOLE } },
    '/attributes/a',
  ],
  [
    'POST',
    `${HERE}/events`,
    { events: [{ email: 'a@b.c', event: 'x', attributes: { a: HOLE } }] },
    '/events/0/attributes/a',
  ],
  ['POST', `${HERE}/faults`, { fault: { kind: 'status', status: 500, body: HOLE } }, '/fault/body'],
  ['PUT', `${HERE}/clock`, { now: HOLE }, '/now'],
  ['POST', `${HERE}/clock/advance`, { by: HOLE }, '/by'],
  ['POST', `${HERE}/tokens`, { operation: HOLE }, '/operation'],
  ['POST', `${HERE}/explain`, { path: HOLE }, '/path'],
  ['POST', '/provider-states', { state: HOLE }, '/state'],
]

test.each(calls)('%s %s refuses a body that is nested too deep', async (method, path, body, pointer) => {
  for (const depth of [MAX_DEPTH + 1, 1000, 5000, 30_000]) {
    const { errors } = await control.expect(400, method, path, nested(body, depth))
    expect(errors).toEqual([
      {
        pointer: expect.stringMatching(new RegExp(`^${pointer}(/0)+$`)),
        detail: expect.stringMatching(/^is nested deeper than \d+ levels$/),
        line: 1,
        column: expect.any(Number),
      },
    ])
  }
})

test('A body of a hundred thousand levels is refused where it may be as long', async () => {
  for (const [method, path] of [
    ['PUT', `${HERE}/data`],
    ['POST', '/sites'],
    ['POST', `${HERE}/events`],
  ] as const) {
    const { errors } = await control.expect(400, method, path, nested([HOLE], 100_000))
    expect(errors).toHaveLength(1)
  }
})

test('What the deepest allowed body writes can be exported, put back and be the seed of another site', async () => {
  const attributes = JSON.parse(nested({ a: HOLE }, MAX_BODY_DEPTH - 2))
  const email = 'deep@example.com'
  await control.expect(200, 'POST', `${HERE}/members/${email}/events`, { event: 'x', attributes })
  await control.expect(200, 'PUT', `${HERE}/members/${email}`, { attributes })
  const data = await control.expect(200, 'GET', `${HERE}/data`)
  await control.expect(200, 'PUT', `${HERE}/data`, data)
  expect(await control.expect(200, 'GET', `${HERE}/data`)).toEqual(data)
  await control.expect(201, 'POST', '/sites', { seed: data })
})

test('The deepest allowed seed can be put, exported and be the seed of another site', async () => {
  const attributes = JSON.parse(nested({ a: HOLE }, MAX_DEPTH - 5))
  const seed = seedOf({ members: [{ ...member, attributes }] })
  await control.expect(400, 'PUT', `${HERE}/data`, {
    ...seed,
    members: [{ ...member, attributes: { a: [attributes] } }],
  })
  await control.expect(200, 'PUT', `${HERE}/data`, seed)
  await control.expect(201, 'POST', '/sites', { seed: await control.expect(200, 'GET', `${HERE}/data`) })
  await control.expect(201, 'PUT', `${HERE}/snapshots/deep`)
  await control.expect(200, 'PUT', `${HERE}/capsule`, await control.expect(200, 'GET', `${HERE}/capsule`))
})

test('A body with very many values is no deeper for it', async () => {
  await control.expect(400, 'PUT', `${HERE}/data`, JSON.stringify(Array(500_000).fill([])))
})

test('A body may be YAML, with its issues at their lines', async () => {
  const yaml = (body: string) =>
    control.call('PUT', `${HERE}/members/yaml@example.com`, body, { 'content-type': 'application/yaml' })
  expect(await yaml('attributes:\n  tier: gold\n')).toMatchObject({
    status: 201,
    body: { attributes: { tier: 'gold' } },
  })
  expect(await yaml('attributes:\n  tier: gold\n  tier: silver\n')).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/attributes/tier', line: 3, detail: expect.stringContaining('twice') }] },
  })
})

test.each([
  ['PUT', `${HERE}/members/ann@example.com`, '{"attributes":{"tier":"a",\n"tier":"b"}}', '/attributes/tier'],
  ['PUT', `${HERE}/clock`, '{"frozen":true,\n"frozen":false}', '/frozen'],
  ['POST', '/sites', '{"name":"a",\n"name":"b"}', '/name'],
])('%s %s refuses a key that is given twice', async (method, path, body, pointer) => {
  const { errors } = await control.expect(400, method, path, body)
  expect(errors).toEqual([{ pointer, line: 2, column: 1, detail: expect.stringContaining('twice') }])
})

test('A body that is not JSON is refused with the place', async () => {
  for (const body of ['{"frozen": tru}', '{"frozen": }', `{"frozen": "${'\\n'.repeat(20_000)}", x}`]) {
    const { errors } = await control.expect(400, 'PUT', `${HERE}/clock`, body)
    expect(errors).toEqual([
      { pointer: '', line: 1, column: expect.any(Number), detail: expect.stringMatching(/^is not JSON: /) },
    ])
  }
})

test('Of very many issues the first thousand are listed', async () => {
  const zeros = Array(500_000).fill(0)
  const same = Array(5000).fill(memberOf('same@example.com'))
  for (const [method, path, body] of [
    ['PUT', `${HERE}/data`, seedOf({ journeys: zeros })],
    ['PUT', `${HERE}/data`, seedOf({ members: same })],
    ['PUT', `${HERE}/capsule`, { capsule: 1, snapshots: zeros }],
    ['POST', '/sites', { seed: seedOf({ members: zeros }) }],
    ['POST', `${HERE}/events`, { events: zeros }],
    ['PUT', `${HERE}/members/a@example.com`, { participations: zeros }],
  ] as const) {
    const { errors } = await control.expect(400, method, path, body)
    expect(errors.length).toBeGreaterThan(0)
    expect(errors.length).toBeLessThanOrEqual(MAX_ISSUES)
  }
})
