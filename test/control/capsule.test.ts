import { describe, expect, test } from 'vitest'
import { type Capsule, startSandbox } from '../../src/index.ts'
import { NOW, testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

const CAPSULE = `/sites/${SITE.site_id}/capsule`
const HELD = {
  node_id: nodesOf(1).reward,
  hold_start_datetime: '2025-05-30T00:00:00.000000',
  hold_end_datetime: '2025-06-10T00:00:00.000001',
}
const seed = seedOf({ members: [memberOf('ann@example.com', participationOf(9001, 1, { rewards: [HELD] }))] })

/** A sandbox in which a bit of everything has happened. */
async function busy() {
  const own = await testApp({ seeds: [seed] })
  const site = own.sites.get(SITE.site_id)
  const call = (path: string, identifier?: string) =>
    own.app.inject({ url: `/api/3.0${path}`, headers: site.headersFor(identifier) })
  site.snapshots.take('before')
  site.member('new@example.com').did('purchase')
  site.clock.set({ now: HELD.hold_end_datetime, frozen: true })
  site.faults.add({ fault: { kind: 'status', status: 503 }, times: 3, probability: 0.5, seed: 7 })
  for (let n = 0; n < 4; n++) await call('/journeys')
  await call('/user/nobody@example.com/journeys', 'nobody@example.com')
  return { ...own, site, call, control: controlOf(own.app) }
}

/** A capsule without what depends on the moment at which it was made. */
const lasting = ({ created_at: _at, ...capsule }: Capsule) => capsule

describe('A capsule', () => {
  test('brings everything back, in another sandbox', async () => {
    await using own = await busy()
    const capsule = await own.control.expect(200, 'GET', `${CAPSULE}?secrets=true`)
    await using other = await testApp({ seeds: [] })
    const control = controlOf(other.app)
    await control.expect(201, 'PUT', CAPSULE, capsule)
    const site = other.sites.get(SITE.site_id)
    expect(site.secret).toBe(SITE.secret)
    expect(site.clock.read()).toEqual(own.site.clock.read())
    expect(site.faults.list()).toEqual(own.site.faults.list())
    expect(site.requests.get('opened-req-1')).toMatchObject({
      ...own.site.requests.get('req-1'),
      id: 'opened-req-1',
    })
    const again = await control.expect(200, 'GET', `${CAPSULE}?secrets=true`)
    const renamed = capsule.requests.map((request: { id: string }) => ({
      ...request,
      id: `opened-${request.id}`,
    }))
    expect(lasting(again)).toEqual(lasting({ ...capsule, requests: renamed }))
    // The random choices of the fault rule go on where they were.
    const next = async (sandbox: typeof own | typeof other, headers: Record<string, string>) =>
      (await sandbox.app.inject({ url: '/api/3.0/journeys', headers })).statusCode
    const headers = own.site.headersFor()
    for (let n = 0; n < 5; n++) expect(await next(other, headers)).toBe(await next(own, headers))
    site.snapshots.restore('before')
    expect(site.store.member('new@example.com')).toBeUndefined()
    site.reset()
    own.site.reset()
    expect(site.content.read()).toEqual(own.site.content.read())
  })

  test('has no secret and no signature unless it is asked for', async () => {
    await using own = await busy()
    const text = JSON.stringify(await own.control.expect(200, 'GET', CAPSULE))
    const { token } = own.site.sign()
    expect(text).not.toContain(SITE.secret)
    expect(text).not.toContain(token.split('.')[2])
    await using other = await testApp({ seeds: [] })
    await controlOf(other.app).expect(201, 'PUT', CAPSULE, JSON.parse(text))
    expect(other.sites.get(SITE.site_id).secret).toMatch(/^[\w-]{32}$/)
  })

  test('leaves a site its own secret when it has none', async () => {
    await using own = await busy()
    const capsule = await own.control.expect(200, 'GET', CAPSULE)
    await own.control.expect(200, 'PUT', CAPSULE, capsule)
    expect(own.sites.get(SITE.site_id).secret).toBe(SITE.secret)
  })

  test('of a running clock goes on from its time', async () => {
    await using own = await testApp({ seeds: [seed] })
    const capsule = await controlOf(own.app).expect(200, 'GET', CAPSULE)
    await using later = await testApp({ seeds: [], now: NOW + 365 * 24 * 3_600_000 })
    await controlOf(later.app).expect(201, 'PUT', CAPSULE, capsule)
    expect(later.sites.get(SITE.site_id).now()).toBe(own.sites.get(SITE.site_id).now())
  })

  test.each([
    ['something else', () => ({ journeys: [] }), /not a capsule/],
    [
      'a newer version',
      (capsule: Capsule) => ({ ...capsule, capsule: 2 }),
      /version 2.*newer journeys-sandbox/,
    ],
    ['an unknown key', (capsule: Capsule) => ({ ...capsule, more: 1 }), /\/more/],
    [
      'a seed that is not good',
      (capsule: Capsule) => ({ ...capsule, seed: { ...capsule.seed, journeys: 1 } }),
      /\/seed\/journeys/,
    ],
    [
      'a bad snapshot',
      (capsule: Capsule) => {
        const [snapshot] = structuredClone(capsule.snapshots)
        if (snapshot)
          snapshot.state.data.members[0] = { ...snapshot.state.data.members[0], email: 'ann' } as never
        return { ...capsule, snapshots: [snapshot] }
      },
      /\/snapshots\/0\/state\/data\/members\/0\/email/,
    ],
    [
      'another site',
      (capsule: Capsule) => JSON.parse(JSON.stringify(capsule).replaceAll(SITE.site_id, '1')),
      /of the site 1, and not of/,
    ],
  ])('that is %s is refused, and changes nothing', async (_what, change, message) => {
    await using own = await busy()
    const capsule = await own.control.expect(200, 'GET', CAPSULE)
    const { status, body } = await own.control.call('PUT', CAPSULE, change(capsule))
    expect(status).toBeGreaterThanOrEqual(400)
    expect(`${body.detail} ${JSON.stringify(body.errors)}`).toMatch(message)
    expect(lasting(await own.control.expect(200, 'GET', CAPSULE))).toEqual(lasting(capsule))
  })

  test('starts a sandbox of its own', async () => {
    await using own = await busy()
    const capsule = await own.control.expect(200, 'GET', `${CAPSULE}?secrets=true`)
    const sandbox = await startSandbox({ capsule, logLevel: 'silent' })
    try {
      expect(sandbox.sites().map(({ site_id }) => site_id)).toEqual([SITE.site_id])
      const headers = sandbox.sites()[0]?.headersFor(id(1)) ?? {}
      sandbox.sites()[0]?.faults.clear()
      const response = await fetch(`${sandbox.url}/journeys/${id(1)}`, { headers })
      expect(response.status).toBe(200)
    } finally {
      await sandbox.close()
    }
    await expect(startSandbox({ capsule: {}, logLevel: 'silent' })).rejects.toThrow(/not a capsule/)
  })
})
