import { describe, expect } from 'vitest'
import { LoyaltyUnavailable, loyaltyClient } from '../loyalty-client.cjs'
import { siteTest as test } from './site-test.ts'

// Members of the demo seed.
const STARTED = 'started@example.com'
const HELD = 'held@example.com'

describe('data', () => {
  test('a member of the demo seed', async ({ client }) => {
    const journeys = await client.journeysOf(STARTED)
    expect(journeys.map(({ status }) => status)).toEqual(['InProgress'])
  })

  test('a member that no seed has', async ({ site, client }) => {
    site.content.putMember('new.customer@example.com', {})
    expect(await client.journeysOf('new.customer@example.com')).toEqual([])
  })

  test('no such member', async ({ client }) => {
    expect(await client.journeysOf('nobody@example.com')).toEqual([])
  })
})

describe('clock', () => {
  test('a reward is held until its hold has ended', async ({ site, client }) => {
    const [reward] = await client.heldRewards(HELD)
    expect(reward).toMatchObject({ status: 'held', hold_end_datetime: expect.any(String) })

    site.clock.set({ now: reward?.hold_end_datetime as string, frozen: true })
    site.clock.advance('PT1S')

    expect(await client.heldRewards(HELD)).toEqual([])
  })
})

describe('faults', () => {
  test('one failure is tried again', async ({ site, client }) => {
    site.faults.add({ times: 1, fault: { kind: 'status', status: 503 } })

    expect(await client.journeysOf(STARTED)).toHaveLength(1)
    expect(site.requests.list().map(({ status }) => status)).toEqual([200, 503])
  })

  test('an API that stays down is given up', async ({ site, client }) => {
    site.faults.add({ fault: { kind: 'status', status: 503 } })

    await expect(client.journeysOf(STARTED)).rejects.toThrow(LoyaltyUnavailable)
    expect(site.requests.count({ operation: 'getMemberJourneys', status: 503 })).toBe(2)
  })

  test.for([{ kind: 'hang' }, { kind: 'reset' }, { kind: 'truncate' }, { kind: 'malformed' }] as const)(
    'an answer with the fault "$kind" is tried again',
    async (fault, { site, client }) => {
      site.faults.add({ times: 1, fault })
      expect(await client.journeysOf(STARTED)).toHaveLength(1)
    },
  )
})

describe('journal', () => {
  test('what the client really sent', async ({ site, client }) => {
    await client.journeysOf(STARTED)

    expect(site.requests.count({ operation: 'getMemberJourneys', email: STARTED })).toBe(1)
    const [request] = site.requests.list()
    expect(request).toMatchObject({
      path: `/api/3.0/user/${encodeURIComponent(STARTED)}/journeys`,
      authentication: { ok: true },
      token: { claims: { sub: 'loyalty-app', site_id: site.site_id } },
    })
  })

  test('why a client was refused', async ({ sandbox, site }) => {
    const client = loyaltyClient({ baseUrl: sandbox.url, siteId: site.site_id, secret: 'a wrong one' })

    await expect(client.journeysOf(STARTED)).rejects.toThrow('it answered 401')
    expect(site.requests.list()[0]?.authentication).toMatchObject({ ok: false, check: 'signature' })
  })
})

describe('reset', () => {
  test('back to the seed: data, clock, faults and journal', async ({ site, client }) => {
    site.content.removeMember(STARTED)
    site.clock.advance('P30D')
    site.faults.add({ fault: { kind: 'status', status: 500 } })
    await expect(client.journeysOf(STARTED)).rejects.toThrow(LoyaltyUnavailable)

    site.reset()

    expect(site.faults.list()).toEqual([])
    expect(site.requests.count()).toBe(0)
    expect(Math.abs(Date.parse(site.clock.read().now) - Date.now())).toBeLessThan(60_000)
    expect(await client.journeysOf(STARTED)).toHaveLength(1)
  })
})
