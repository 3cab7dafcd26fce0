import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id } from '../support/seeds.ts'

let sandbox: Awaited<ReturnType<typeof testApp>>
let control: ReturnType<typeof controlOf>
beforeAll(async () => {
  sandbox = await testApp({ config: { auth: 'off' } })
  control = controlOf(sandbox.app)
})
afterAll(() => sandbox.close())

const nodes = [
  { type: 'entry', name: 'In' },
  { type: 'event', name: 'Buys', event: 'purchase' },
  { type: 'badge', name: 'Star', code: 'star' },
  { type: 'exit', name: 'Out' },
]
const seed = {
  journeys: [{ name: 'Short', nodes }],
  members: [{ email: 'ann@example.com', events: [{ event: 'purchase', at: '-P3D' }] }],
}
const answerTo = async (site: string, path: string) =>
  (await sandbox.app.inject({ url: `/api/3.0${path}`, headers: { 'x-annexcloud-site': site } })).json()

describe('Over HTTP, the short form is taken', () => {
  it('for a new site, and to replace its data with, which gives the same ids', async () => {
    await control.expect(201, 'POST', '/sites', { site_id: 'short', seed })
    const { journeys } = await answerTo('short', '/user/ann@example.com/journeys')
    expect(journeys).toMatchObject([{ name: 'Short', status: 'Completed', rewards: [{ type: 'badge' }] }])
    const before = await control.expect(200, 'GET', '/sites/short/data')
    const after = await control.expect(200, 'PUT', '/sites/short/data', seed)
    expect(after).toEqual(before)
    expect(after.site).toMatchObject({ site_id: 'short' })
    expect(await control.expect(200, 'PUT', '/sites/short/data', after)).toEqual(before)
  })

  it('for a journey and for a member, who may be in a journey by its name', async () => {
    await control.expect(201, 'POST', '/sites', { site_id: 'parts', seed: 'empty' })
    const journey = await control.expect(201, 'PUT', `/sites/parts/journeys/${id(1)}`, { name: 'Put', nodes })
    expect(journey).toMatchObject({ id: id(1), status: 'Published', connections: [{}, {}, {}] })
    const again = await control.expect(200, 'PUT', `/sites/parts/journeys/${id(1)}`, { name: 'Put', nodes })
    expect(again.nodes).toEqual(journey.nodes)
    const member = { participations: [{ journey: 'Put', started_at: '-P1D', events: [{ node: 'Buys' }] }] }
    expect(await control.expect(201, 'PUT', '/sites/parts/members/bob@example.com', member)).toMatchObject({
      email: 'bob@example.com',
      participations: [{ journey_id: id(1), progress_percentage: '100.0', rewards: [{}] }],
    })
  })

  it("for a journey also as the API's own answer, whose derived properties are ignored", async () => {
    await control.expect(201, 'POST', '/sites', { site_id: 'shop', seed })
    const [listed] = (await answerTo('shop', '/journeys')).journeys
    const answer = await answerTo('shop', `/journeys/${listed.id}`)
    const site = { site_id: 'copy', seed: { journeys: [], members: [] } }
    await control.expect(201, 'POST', '/sites', site)
    await control.expect(201, 'PUT', `/sites/copy/journeys/${listed.id}`, answer)
    expect(await answerTo('copy', `/journeys/${listed.id}`)).toEqual({ ...answer, site_id: 'copy' })
    await control.expect(400, 'PUT', `/sites/copy/journeys/${listed.id}`, { ...answer, expired: null })
  })

  test.each<[string, string, object, string | RegExp, string]>([
    [
      'a new site',
      'POST',
      { seed: { journeys: [{ name: 'J', nodes: [{ type: 'entri', name: 'X' }] }] } },
      '/seed/journeys/0/nodes/0/type',
      'did you mean "entry"?',
    ],
    ['data', 'PUT /9991331/data', { journeys: [{ nmae: 'J' }] }, '/journeys/0/name', 'is missing'],
    [
      'a journey',
      `PUT /9991331/journeys/${id(5)}`,
      { name: 'J', nodes, connections: [{ from: 'In', to: 'Byus' }] },
      '/connections/0/to',
      'did you mean "Buys"?',
    ],
    [
      'a member',
      'PUT /9991331/members/x@example.com',
      { participations: [{ journey: 'Journey 2' }] },
      '/participations/0/journey',
      'no journey "Journey 2" in this site; did you mean "Journey 1"?',
    ],
    [
      'data that is nested too deep',
      'PUT /9991331/data',
      { journeys: [{ name: 'J', extra: JSON.parse(`{"a":${'['.repeat(200)}${']'.repeat(200)}}`) }] },
      /^\/journeys\/0\/extra\/a(\/0)+$/,
      'is nested deeper than',
    ],
  ])('and each issue has its pointer: %s', async (_what, call, body, pointer, detail) => {
    const [method = '', path = ''] = call.split(' ')
    const { errors } = await control.expect(400, method, `/sites${path}`, body)
    const place = typeof pointer === 'string' ? pointer : expect.stringMatching(pointer)
    expect(errors).toContainEqual(
      expect.objectContaining({ pointer: place, detail: expect.stringContaining(detail) }),
    )
  })
})
