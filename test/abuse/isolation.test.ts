import { expect, test } from 'vitest'
import { goodClaims, headersOf, hmacFor, jwt } from '../support/token.ts'
import { BASE_PATH } from './requests.ts'
import { Server } from './server.ts'
import { amount } from './settings.ts'

const SITES = 20
const ROUNDS = amount(30, 5)

/** The same member and journey in every site, each with its own. */
const EMAIL = 'ann@example.com'

interface Site {
  n: number
  site_id: string
  secret: string
  /** How many requests it has had, and how many of them a fault. */
  requests: number
  faults: number
}

test(`${SITES} sites with clocks, faults and journals of their own, used at once, have nothing of each other`, async () => {
  await using server = await Server.start()
  const sites = await Promise.all(Array.from({ length: SITES }, (_, n) => createSite(server, n)))
  await Promise.all(
    sites.map(async site => {
      for (let round = 0; round < ROUNDS; round++) await useSite(server, site, round)
    }),
  )
  await Promise.all(sites.map(site => expectOwn(server, site)))
  const { requests } = await server.expect('GET', '/requests')
  expect(requests).toEqual([])

  // Half of them are reset, which is not seen in the others.
  const [reset, kept] = [sites.filter(({ n }) => n % 2 === 0), sites.filter(({ n }) => n % 2 === 1)]
  const before = await Promise.all(kept.map(site => contentOf(server, site)))
  await Promise.all(reset.map(({ site_id }) => server.expect('POST', `/sites/${site_id}/reset`)))
  expect(await Promise.all(kept.map(site => contentOf(server, site)))).toEqual(before)
  await Promise.all(kept.map(site => expectOwn(server, site)))
  for (const { site_id } of reset) {
    const path = `/sites/${site_id}`
    expect(await server.expect('GET', `${path}/faults`)).toEqual({ faults: [] })
    expect((await server.expect('GET', `${path}/requests`)).requests).toEqual([])
    expect((await server.expect('GET', `${path}/members/${EMAIL}`)).attributes).toEqual({ n: 'seed' })
  }
  expect(server.program.stderr).toBe('')
})

async function createSite(server: Server, n: number): Promise<Site> {
  const site_id = `site-${n}`
  const path = `/sites/${site_id}`
  const member = { email: EMAIL, attributes: { n: 'seed' } }
  const seed = { site: { site_id }, journeys: [], members: [member] }
  const { secret } = await server.expect('POST', '/sites', { site_id, seed })
  await server.expect('PUT', `${path}/clock`, { now: `${2100 + n}-01-01T00:00:00Z`, frozen: true })
  const fault = { kind: 'status', status: 440 + n }
  if (n % 2 === 1)
    await server.expect('POST', `${path}/faults`, { match: { operation: 'getJourneys' }, fault })
  await server.expect('PUT', `${path}/members/${EMAIL}`, { attributes: { n } })
  return { n, site_id, secret, requests: 0, faults: 0 }
}

/** Some of everything, after which the site is as before but for its events, its journal and its clock. */
async function useSite(server: Server, site: Site, round: number): Promise<void> {
  const { n, site_id } = site
  const path = `/sites/${site_id}`
  const own = { attributes: { n, round } }
  await Promise.all([
    server.expect('POST', `${path}/members/${EMAIL}/events`, { event: `event-${n}`, ...own }),
    server.expect('PUT', `${path}/snapshots/snapshot-${n}`),
    server.expect('POST', `${path}/clock/advance`, { by: `PT${n}S` }),
  ])
  const list = await callAs(server, site, '/journeys', '')
  expect(list.status).toBe(n % 2 === 1 ? 440 + n : 200)
  if (n % 2 === 1) site.faults++
  expect((await callAs(server, site, `/user/${EMAIL}/journeys`, EMAIL)).status).toBe(200)
  expect(
    (await callAs(server, site, `/user/only-${n}@example.com/journeys`, `only-${n}@example.com`)).status,
  ).toBe(404)
  // With the secret of another site it is refused, and recorded where it was sent to.
  const forger = { ...site, secret: 'another' }
  expect((await callAs(server, forger, '/user/x@example.com/journeys', 'x@example.com')).status).toBe(401)
  site.requests += 4
}

function callAs(
  server: Server,
  { site_id, secret }: Site,
  path: string,
  identifier: string,
): Promise<Response> {
  const claims = { ...goodClaims(identifier), site_id, hmac: hmacFor(identifier, secret) }
  return fetch(`${server.origin}${BASE_PATH}${path}`, { headers: headersOf(jwt(claims, secret), site_id) })
}

/** What the site holds is what it was used for. */
async function expectOwn(server: Server, { n, site_id, requests, faults }: Site): Promise<void> {
  const path = `/sites/${site_id}`
  const { now, frozen } = await server.expect('GET', `${path}/clock`)
  expect(frozen).toBe(true)
  expect(Date.parse(now)).toBe(Date.UTC(2100 + n, 0, 1, 0, 0, n * ROUNDS))
  const { members } = await server.expect('GET', `${path}/data`)
  expect(members.map(({ email }: { email: string }) => email)).toEqual([EMAIL])
  expect(members[0].attributes).toEqual({ n })
  const { events } = await server.expect('GET', `${path}/members/${EMAIL}/events`)
  expect(
    events.map(({ event, attributes }: { event: string; attributes: object }) => [event, attributes]),
  ).toEqual(Array.from({ length: ROUNDS }, (_, round) => [`event-${n}`, { n, round }]))
  const { snapshots } = await server.expect('GET', `${path}/snapshots`)
  expect(snapshots.map(({ name }: { name: string }) => name)).toEqual([`snapshot-${n}`])
  expect(await server.expect('GET', `${path}/requests/count`)).toEqual({ count: requests })
  const journal = await server.expect('GET', `${path}/requests`)
  for (const { headers } of journal.requests) expect(headers['x-annexcloud-site']).toBe(site_id)
  const rules = await server.expect('GET', `${path}/faults`)
  expect(rules.faults.map(({ used }: { used: number }) => used)).toEqual(n % 2 === 1 ? [faults] : [])
}

async function contentOf(server: Server, { site_id }: Site): Promise<unknown> {
  const path = `/sites/${site_id}`
  const parts = ['/data', '/clock', '/faults', '/snapshots', '/requests']
  return Promise.all(parts.map(part => server.expect('GET', `${path}${part}`)))
}
