import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSites } from '../../src/sites/sites.ts'
import { openStore } from '../../src/store/store.ts'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

let sandbox: Awaited<ReturnType<typeof testApp>>
let control: ReturnType<typeof controlOf>
beforeEach(async () => {
  sandbox = await testApp()
  control = controlOf(sandbox.app)
})
afterEach(() => sandbox.close())

const HERE = `/sites/${SITE.site_id}`

describe('sites', () => {
  test('are created with what is given, and the rest is generated', async () => {
    const made = await control.expect(201, 'POST', '/sites', { name: 'mine', seed: 'empty' })
    expect(made).toMatchObject({ name: 'mine', journeys: 0, members: 0, ttl: null })
    expect(made.site_id).toMatch(/^\d{7}$/)
    expect(made.secret.length).toBeGreaterThanOrEqual(32)
    expect(made.base_url).toMatch(/\/api\/3\.0$/)
    const other = await control.expect(201, 'POST', '/sites', {})
    expect(other.site_id).not.toBe(made.site_id)
    expect(other.journeys).toBeGreaterThan(0)
    const { sites } = await control.expect(200, 'GET', '/sites')
    expect(sites.map((site: { site_id: string }) => site.site_id)).toEqual([
      SITE.site_id,
      made.site_id,
      other.site_id,
    ])
    expect(await control.expect(200, 'GET', `/sites/${made.site_id}`)).toEqual(sites[1])
  })

  test('are created from a seed document, whose own site is not taken', async () => {
    const made = await control.expect(201, 'POST', '/sites', { site_id: 'copy', seed: seedOf() })
    expect(made).toMatchObject({ site_id: 'copy', journeys: 1, members: 1 })
    expect(made.secret).not.toBe(SITE.secret)
    const { site: _site, ...content } = seedOf()
    await control.expect(201, 'POST', '/sites', { site_id: 'bare', seed: content })
  })

  test('are not created from a bad seed, and every issue is listed', async () => {
    const bad = seedOf({ journeys: [journeyOf(1, { connections: [] }), journeyOf(1)] })
    const { errors } = await control.expect(400, 'POST', '/sites', { site_id: 'bad', seed: bad })
    expect(errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/seed/journeys/0/nodes/1',
      '/seed/journeys/0/nodes/2',
      '/seed/journeys/1/id',
    ])
    await control.expect(404, 'GET', '/sites/bad')
  })

  test.each([
    ['an unknown property', { sead: 'demo' }, '/sead'],
    ['a seed that is no seed', { seed: 'dmeo' }, '/seed'],
    ['an id with white space', { site_id: 'a b' }, '/site_id'],
    ['an empty secret', { secret: '' }, '/secret'],
  ])('are not created with %s', async (_name, body, pointer) => {
    const { errors } = await control.expect(400, 'POST', '/sites', body)
    expect(errors[0].pointer).toBe(pointer)
  })

  test.each(['P', 'soon', '-P1D', 'PT0S'])('are not created with the ttl "%s"', async ttl => {
    await control.expect(400, 'POST', '/sites', { ttl })
  })

  test('have an id of their own', async () => {
    const { detail } = await control.expect(409, 'POST', '/sites', { site_id: SITE.site_id })
    expect(detail).toContain(SITE.site_id)
  })

  test('are removed with all that is their own', async () => {
    await control.expect(204, 'DELETE', HERE)
    await control.expect(404, 'GET', HERE)
    await control.expect(404, 'DELETE', HERE)
    await control.expect(201, 'POST', '/sites', { site_id: SITE.site_id, seed: 'empty' })
    expect(await control.expect(200, 'GET', HERE)).toMatchObject({ members: 0 })
  })

  test('that are not used for as long as their ttl are removed, and use keeps them', () => {
    let now = Date.UTC(2025, 0, 1)
    const store = openStore(':memory:')
    const sites = openSites({ store, clock: { now: () => now }, journalSize: 10, journalBytes: 0 })
    sites.create({ site_id: 'brief', seed: 'empty', ttl: 'PT1H' })
    sites.create({ site_id: 'kept', seed: 'empty' })
    for (let minute = 0; minute < 120; minute += 40) {
      now += 40 * 60_000
      expect(sites.find('brief')?.site_id).toBe('brief')
    }
    now += 3_600_000
    expect(sites.find('brief')).toBeUndefined()
    expect(sites.list().map(site => site.site_id)).toEqual(['kept'])
    expect(store.sites().map(site => site.site_id)).toEqual(['kept'])
    store.close()
  })
})

describe('the whole data of a site', () => {
  test('can be put back, and nothing has changed, byte for byte', async () => {
    const get = () => sandbox.app.inject(`/_sandbox${HERE}/data`)
    const before = (await get()).body
    await control.expect(200, 'PUT', `${HERE}/data`, before)
    expect((await get()).body).toBe(before)
  })

  test('is replaced all or nothing, with every issue listed', async () => {
    const before = await control.expect(200, 'GET', `${HERE}/data`)
    const { errors } = await control.expect(400, 'PUT', `${HERE}/data`, { ...before, journeys: [], extra: 1 })
    expect(errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/extra',
      '/members/0/participations/0/journey_id',
    ])
    const dangling = await control.expect(400, 'PUT', `${HERE}/data`, { ...before, journeys: [] })
    expect(dangling.errors[0].pointer).toBe('/members/0/participations/0/journey_id')
    expect(await control.expect(200, 'GET', `${HERE}/data`)).toEqual(before)
  })

  test("is not replaced by another site's", async () => {
    const before = await control.expect(200, 'GET', `${HERE}/data`)
    const { errors } = await control.expect(400, 'PUT', `${HERE}/data`, {
      ...before,
      site: { ...SITE, site_id: 'x' },
    })
    expect(errors[0].pointer).toBe('/site/site_id')
  })

  test('may bring another secret, which holds from then on', async () => {
    const before = await control.expect(200, 'GET', `${HERE}/data`)
    await control.expect(200, 'PUT', `${HERE}/data`, { ...before, site: { ...SITE, secret: 'changed' } })
    const site = sandbox.sites.get(SITE.site_id)
    expect(site.secret).toBe('changed')
    const response = await sandbox.app.inject({ url: '/api/3.0/journeys', headers: site.headersFor() })
    expect(response.statusCode).toBe(200)
  })

  test('that is no JSON is refused', async () => {
    await control.expect(400, 'PUT', `${HERE}/data`, '{')
  })

  test('may take --body-limit bytes, and other bodies 64 KiB', async () => {
    const text = (bytes: number) => ({ site: SITE, journeys: [], members: [], $schema: 'x'.repeat(bytes) })
    await control.expect(200, 'PUT', `${HERE}/data`, text(32 * 2 ** 20 - 1000))
    const tooLarge = await control.expect(413, 'PUT', `${HERE}/data`, text(32 * 2 ** 20))
    expect(tooLarge.detail).toMatch(/ at most 33554432 bytes; .* --body-limit /)
    const { detail } = await control.expect(413, 'PUT', `${HERE}/clock`, { now: 'x'.repeat(65 * 1024) })
    expect(detail).toBe('the body is too large: this call takes at most 65536 bytes')
  })
})

describe('a single journey', () => {
  const path = (n: number) => `${HERE}/journeys/${id(n)}`

  test('is created, replaced and removed', async () => {
    const { id: _id, ...body } = journeyOf(2)
    expect(await control.expect(201, 'PUT', path(2), body)).toMatchObject({
      id: id(2),
      name: 'Journey 2',
      open_ended: true,
    })
    expect(await control.expect(200, 'PUT', path(2), { ...body, name: 'Renamed' })).toMatchObject({
      name: 'Renamed',
    })
    expect(await control.expect(200, 'GET', path(2))).toMatchObject({ name: 'Renamed' })
    await control.expect(204, 'DELETE', path(2))
    await control.expect(404, 'DELETE', path(2))
  })

  test('keeps the order of its nodes as they are given', async () => {
    const { nodes, ...rest } = journeyOf(1)
    const reversed = [...nodes].reverse()
    const { nodes: stored } = await control.expect(200, 'PUT', path(1), { ...rest, nodes: reversed })
    expect(stored.map((node: { id: string }) => node.id)).toEqual(reversed.map(node => node.id))
  })

  test('is refused with every issue', async () => {
    const { errors } = await control.expect(400, 'PUT', path(2), {
      ...journeyOf(2),
      status: 'Live',
      nodez: [],
    })
    expect(errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual(['/nodez', '/status'])
    const unreached = await control.expect(400, 'PUT', path(2), { ...journeyOf(2), connections: [] })
    expect(unreached.errors).toHaveLength(2)
    await control.expect(400, 'PUT', path(2), journeyOf(3))
    await control.expect(404, 'GET', path(2))
  })

  test('does not lose a node at which a member has done something', async () => {
    const { entry, event } = nodesOf(1)
    const did = participationOf(9001, 1, {
      events: [{ node_id: event, completed_at: '2025-01-16T00:00:00.000000' }],
    })
    await control.expect(200, 'PUT', `${HERE}/members/ann@example.com`, { participations: [did] })
    const gone = { ...journeyOf(1), nodes: [{ id: entry, type: 'entry', name: 'Joins' }], connections: [] }
    expect((await control.expect(409, 'PUT', path(1), gone)).detail).toContain(event)
    expect((await control.expect(200, 'GET', path(1))).nodes).toHaveLength(3)
    await control.expect(200, 'PUT', path(1), { ...journeyOf(1), name: 'Renamed' })
    expect(
      (await control.expect(200, 'GET', `${HERE}/members/ann@example.com`)).participations[0].events,
    ).toEqual(did.events)
  })

  test('takes the participations in it with it', async () => {
    await control.expect(204, 'DELETE', path(1))
    expect((await control.expect(200, 'GET', `${HERE}/members/ann@example.com`)).participations).toEqual([])
  })
})

describe('a single member', () => {
  const path = `${HERE}/members/bob%40example.com`

  test('is created, replaced and removed', async () => {
    await control.expect(201, 'PUT', path, {})
    const body = { email: 'Bob@Example.com', participations: [participationOf(9100, 1)] }
    expect(await control.expect(200, 'PUT', path, body)).toMatchObject({ email: 'Bob@Example.com' })
    expect((await control.expect(200, 'GET', path)).participations).toHaveLength(1)
    await control.expect(204, 'DELETE', path)
    await control.expect(404, 'GET', path)
    await control.expect(404, 'DELETE', path)
  })

  test('is active, or blocked, or has opted out', async () => {
    const status = () => sandbox.sites.get(SITE.site_id).store.memberWithSummaries('BOB@example.com')?.status
    expect(await control.expect(201, 'PUT', path, {})).not.toHaveProperty('status')
    expect(status()).toBe('active')
    for (const given of ['blocked', 'opted_out'] as const) {
      expect(await control.expect(200, 'PUT', path, { status: given })).toMatchObject({ status: given })
      expect(status()).toBe(given)
      const data = await control.expect(200, 'GET', `${HERE}/data`)
      await control.expect(200, 'PUT', `${HERE}/data`, data)
      expect(status()).toBe(given)
    }
    sandbox.sites.get(SITE.site_id).member('bob@example.com').did('purchase')
    expect(status()).toBe('opted_out')
    await control.expect(200, 'PUT', path, { status: 'active' })
    expect(await control.expect(200, 'GET', path)).not.toHaveProperty('status')
    await control.expect(400, 'PUT', path, { status: 'away' })
  })

  test('is refused with every issue, and nothing is lost', async () => {
    const taken = { participations: [participationOf(9001, 1), participationOf(9002, 7)] }
    const { errors } = await control.expect(400, 'PUT', path, taken)
    expect(errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/participations/0/id',
      '/participations/1/journey_id',
    ])
    await control.expect(400, 'PUT', `${HERE}/members/nonsense`, {})
    expect(await control.expect(200, 'GET', HERE)).toMatchObject({ members: 1 })
    expect(memberOf('x').participations).toEqual([])
  })
})

describe('snapshots', () => {
  test('bring back data, clock and faults', async () => {
    await control.expect(201, 'POST', `${HERE}/faults`, { fault: { kind: 'hang' } })
    await control.expect(200, 'PUT', `${HERE}/clock`, { now: '2026-01-01T00:00:00Z', frozen: true })
    const read = async () => [
      await control.expect(200, 'GET', `${HERE}/data`),
      await control.expect(200, 'GET', `${HERE}/clock`),
      await control.expect(200, 'GET', `${HERE}/faults`),
    ]
    const before = await read()
    await control.expect(201, 'PUT', `${HERE}/snapshots/one`)
    await control.expect(204, 'DELETE', `${HERE}/journeys/${id(1)}`)
    await control.expect(204, 'DELETE', `${HERE}/faults`)
    await control.expect(200, 'POST', `${HERE}/clock/advance`, { by: 'P1Y' })
    expect(await read()).not.toEqual(before)
    await control.expect(204, 'POST', `${HERE}/snapshots/one/restore`)
    expect(await read()).toEqual(before)
  })

  test('are listed by name, taken again and removed', async () => {
    for (const name of ['b', 'a']) await control.expect(201, 'PUT', `${HERE}/snapshots/${name}`)
    await control.expect(200, 'PUT', `${HERE}/snapshots/a`)
    const { snapshots } = await control.expect(200, 'GET', `${HERE}/snapshots`)
    expect(snapshots.map((snapshot: { name: string }) => snapshot.name)).toEqual(['a', 'b'])
    await control.expect(204, 'DELETE', `${HERE}/snapshots/a`)
    await control.expect(404, 'DELETE', `${HERE}/snapshots/a`)
    await control.expect(404, 'POST', `${HERE}/snapshots/a/restore`)
  })
})
