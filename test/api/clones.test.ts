import { describe, expect, test } from 'vitest'
import { sign } from '../../src/auth/sign.ts'
import { NOW_SECONDS, testApp } from '../support/app.ts'
import { memberOf, SITE, seedOf } from '../support/seeds.ts'

const EMAIL = 'ann@example.com'
const PATH = `/api/3.0/user/${EMAIL}/journeys`
const CLONE = `${SITE.site_id}~shard-2`

async function sandbox(config = {}) {
  const own = await testApp({ config, seeds: [seedOf({ members: [memberOf(EMAIL)] })] })
  const headersFor = (site_id: string, secret = SITE.secret) =>
    sign({ site_id, secret, identifier: EMAIL, exp: NOW_SECONDS + 60 }).headers
  const call = (site_id: string, headers = headersFor(site_id)) => own.app.inject({ url: PATH, headers })
  return { ...own, call, headersFor }
}

describe('A signed call to a site id with a label', () => {
  test('creates a copy of the site, with a state of its own', async () => {
    await using own = await sandbox()
    own.sites.get(SITE.site_id).content.putMember('late@example.com', {})
    expect((await own.call(CLONE)).statusCode).toBe(200)
    const clone = own.sites.get(CLONE)
    expect(clone).toMatchObject({ site_id: CLONE, secret: SITE.secret })
    // A copy of the seed, and not of the present state.
    expect(clone.store.member('late@example.com')).toBeUndefined()
    clone.faults.add({ fault: { kind: 'status', status: 503 } })
    expect((await own.call(CLONE)).statusCode).toBe(503)
    expect((await own.call(SITE.site_id)).statusCode).toBe(200)
    expect(clone.requests.list().map(({ status }) => status)).toEqual([503, 200])
    expect(own.sites.expiryOf(clone)).toBe('2025-06-01T13:00:00.000000Z')
  })

  test('answers with the id of the copy', async () => {
    await using own = await sandbox()
    const { headers } = sign({ site_id: CLONE, secret: SITE.secret, exp: NOW_SECONDS + 60 })
    const response = await own.app.inject({ url: '/api/3.0/journeys', headers })
    expect(response.json().journeys[0].site_id).toBe(CLONE)
  })

  test('is recorded in the journal of the original', async () => {
    await using own = await sandbox()
    await own.call(CLONE)
    await own.call(CLONE)
    expect(own.sites.get(SITE.site_id).requests.list()).toMatchObject([
      { explanation: `site: created ${CLONE}, a copy of this site`, status: null },
    ])
  })

  test.each([
    [
      'no token',
      (own: Awaited<ReturnType<typeof sandbox>>) => own.call(CLONE, { 'X-AnnexCloud-Site': CLONE } as never),
    ],
    [
      'another secret',
      (own: Awaited<ReturnType<typeof sandbox>>) => own.call(CLONE, own.headersFor(CLONE, 'wrong')),
    ],
    [
      'a token for the original',
      (own: Awaited<ReturnType<typeof sandbox>>) =>
        own.call(CLONE, { ...own.headersFor(SITE.site_id), 'X-AnnexCloud-Site': CLONE }),
    ],
    ['an unknown original', (own: Awaited<ReturnType<typeof sandbox>>) => own.call('123~a')],
    [
      'a label that is too long',
      (own: Awaited<ReturnType<typeof sandbox>>) => own.call(`${SITE.site_id}~${'a'.repeat(41)}`),
    ],
    [
      'a label with other characters',
      (own: Awaited<ReturnType<typeof sandbox>>) => own.call(`${SITE.site_id}~a b`),
    ],
    ['no label', (own: Awaited<ReturnType<typeof sandbox>>) => own.call(`${SITE.site_id}~`)],
  ])('creates nothing with %s', async (_what, call) => {
    await using own = await sandbox()
    expect((await call(own)).statusCode).toBe(401)
    expect(own.sites.list()).toHaveLength(1)
  })

  test('creates nothing of a clone, nor with --clones off', async () => {
    await using own = await sandbox()
    await own.call(CLONE)
    expect((await own.call(`${CLONE}~again`)).statusCode).toBe(401)
    await using off = await sandbox({ clones: 'off' })
    expect((await off.call(CLONE)).statusCode).toBe(401)
    expect(off.sites.list()).toHaveLength(1)
  })

  test('removes the clone that is idle for longest, beyond --max-clones', async () => {
    let now = NOW_SECONDS * 1000
    await using own = await testApp({
      config: { maxClones: 2 },
      clock: { now: () => now },
      seeds: [seedOf({ members: [memberOf(EMAIL)] })],
    })
    const call = (label: string) => {
      now += 1000
      const site_id = `${SITE.site_id}~${label}`
      const { headers } = sign({ site_id, secret: SITE.secret, identifier: EMAIL, exp: now / 1000 + 60 })
      return own.app.inject({ url: PATH, headers })
    }
    for (const label of ['a', 'b', 'a', 'c']) expect((await call(label)).statusCode).toBe(200)
    const ids = own.sites.list().map(({ site_id }) => site_id)
    expect(ids).toEqual([SITE.site_id, `${SITE.site_id}~a`, `${SITE.site_id}~c`])
  })

  test('of which there are 50 at once creates 50', async () => {
    await using own = await sandbox()
    const calls = Array.from({ length: 50 }, (_, n) => own.call(`${SITE.site_id}~shard-${n}`))
    expect((await Promise.all(calls)).map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(200))
    expect(own.sites.clonesOf(own.sites.get(SITE.site_id))).toHaveLength(50)
  })
})
