import { describe, expect, test } from 'vitest'
import { sign } from '../../src/auth/sign.ts'
import { NOW_SECONDS, testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

const PAST = '2025-05-01T00:00:00.000000'
const REPORT = `/sites/${SITE.site_id}/report`

const seed = seedOf({
  members: [
    memberOf('ann@example.com', participationOf(9001, 1)),
    memberOf(
      'bob@example.com',
      participationOf(9002, 1, {
        rewards: [{ node_id: nodesOf(1).reward, blocked_by: 'return', blocked_at: PAST }],
      }),
    ),
    memberOf('none@example.com'),
  ],
})

async function sandbox(config = {}) {
  const own = await testApp({ config, seeds: [seed] })
  const site = own.sites.get(SITE.site_id)
  const call = (path: string, identifier?: string, headers = {}) =>
    own.app.inject({ url: `/api/3.0${path}`, headers: { ...site.headersFor(identifier), ...headers } })
  const member = (email: string, headers = {}) => call(`/user/${email}/journeys`, email, headers)
  const control = controlOf(own.app)
  const report = (query = '') => control.expect(200, 'GET', `${REPORT}${query}`)
  return { ...own, site, call, member, control, report }
}

/** The outcomes with a count, as `operation kind outcome: count`. */
const metIn = (report: {
  operations: { operation: string; outcomes: { kind: string; outcome: string; count: number }[] }[]
}) =>
  report.operations.flatMap(({ operation, outcomes }) =>
    outcomes
      .filter(({ count }) => count > 0)
      .map(({ kind, outcome, count }) => `${operation} ${kind} ${outcome}: ${count}`),
  )

describe('The report of a run', () => {
  test('is empty at first, and names every outcome', async () => {
    await using own = await sandbox()
    const report = await own.report()
    expect(metIn(report)).toEqual([])
    expect(report.operations.map(({ operation }: { operation: string }) => operation)).toHaveLength(4)
    expect(report.never_read).toEqual({
      journeys: [id(1)],
      members: ['ann@example.com', 'bob@example.com', 'none@example.com'],
      truncated: false,
    })
  })

  test('counts the outcomes that a client has met', async () => {
    await using own = await sandbox()
    await own.call('/journeys')
    await own.call(`/journeys/${id(1)}`, id(1))
    await own.member('ann@example.com')
    const first = (await own.member('bob@example.com')).headers['x-sandbox-request-id']
    await own.member('none@example.com')
    await own.member('nobody@example.com')
    await own.member('ann@example.com', { authorization: '' })
    await own.member('ann@example.com', { 'x-sandbox-fault': 'status=503' })
    const report = await own.report()
    expect(metIn(report)).toEqual([
      'getJourneys answer 200 Published: 1',
      'getJourney answer 200 Published: 1',
      'getMemberJourneys answer 200 InProgress: 2',
      'getMemberJourneys answer 200 empty list: 1',
      'getMemberJourneys answer 200 reward blocked: 1',
      'getMemberJourneys error 401 AC1002: 1',
      'getMemberJourneys error 404 AC1005: 1',
      'getMemberJourneys authentication format: 1',
      'getMemberJourneys fault status: 1',
    ])
    const blocked = report.operations[3].outcomes.find(
      ({ outcome }: { outcome: string }) => outcome === '200 reward blocked',
    )
    expect(blocked.first).toMatchObject({ id: first, path: '/api/3.0/user/bob@example.com/journeys' })
    expect(report.unexpected_refusals).toMatchObject({
      count: 2,
      first: [{ status: 404, explanation: expect.stringMatching(/^member: /) }, { status: 401 }],
    })
    expect(report.never_read).toEqual({ journeys: [], members: [], truncated: false })
  })

  test('also when the journal has dropped requests', async () => {
    await using own = await sandbox({ journal: 1 })
    for (let n = 0; n < 5; n++) await own.call('/journeys')
    expect((await own.report()).operations[0].calls).toBe(5)
  })

  test('lists the fault rules that never fired, removed ones included', async () => {
    await using own = await sandbox()
    const add = (status: number, match = {}) =>
      own.site.faults.add({ match, fault: { kind: 'status', status } })
    add(503)
    add(500, { email: 'never@example.com' })
    own.site.faults.remove(add(429, { email: 'removed@example.com' }).id)
    await own.call('/journeys')
    const { unused_faults } = await own.report()
    expect(unused_faults.map(({ fault }: { fault: { status: number } }) => fault.status)).toEqual([500, 429])
  })

  test('counts faults that never answer', async () => {
    await using own = await sandbox()
    const hanging = own.call('/journeys', undefined, { 'x-sandbox-fault': 'hang' })
    await expect.poll(async () => metIn(await own.report())).toEqual(['getJourneys fault hang: 1'])
    void hanging
  })

  test('starts again with a reset', async () => {
    await using own = await sandbox()
    await own.call('/journeys')
    own.site.reset()
    expect(metIn(await own.report())).toEqual([])
  })

  test('counts a site and its clones together, if asked to', async () => {
    await using own = await sandbox()
    await own.call('/journeys')
    for (const label of ['a', 'b']) {
      const site_id = `${SITE.site_id}~${label}`
      const { headers } = sign({
        site_id,
        secret: SITE.secret,
        identifier: 'ann@example.com',
        exp: NOW_SECONDS + 60,
      })
      await own.app.inject({ url: '/api/3.0/user/ann@example.com/journeys', headers })
    }
    expect(metIn(await own.report())).toEqual(['getJourneys answer 200 Published: 1'])
    const together = await own.report('?clones=true')
    expect(together.site_ids).toHaveLength(3)
    expect(metIn(together)).toEqual([
      'getJourneys answer 200 Published: 1',
      'getMemberJourneys answer 200 InProgress: 2',
    ])
    expect(together.never_read.members).toEqual(['bob@example.com', 'none@example.com'])
  })
})
