import { expect, test } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { seedOf } from '../support/seeds.ts'

test('a hundred sites used by a hundred clients at once never see each other', async () => {
  await using sandbox = await startSandbox({ logLevel: 'silent', seed: 'empty' })
  const email = 'ann@example.com'

  async function client(n: number): Promise<void> {
    const site = sandbox.createSite({ seed: seedOf() })
    const call = async (operation: 'journeys' | 'member') => {
      const path = operation === 'journeys' ? '/journeys' : `/user/${email}/journeys`
      const headers = site.headersFor(operation === 'journeys' ? undefined : email)
      const response = await fetch(`${sandbox.url}${path}`, { headers })
      return {
        status: response.status,
        body: (await response.json()) as { journeys: { name: string; started_at: string }[] },
      }
    }
    const { participations, ...ann } = site.content.member(email)
    const started_at = `2025-01-01T00:00:00.${String(n).padStart(6, '0')}`
    site.content.putMember(email, { ...ann, participations: [{ ...participations?.[0], started_at }] })
    site.clock.set({ now: `${2030 + n}-01-01T00:00:00Z`, frozen: true })
    if (n % 2 === 0)
      site.faults.add({ match: { operation: 'getJourneys' }, fault: { kind: 'status', status: 400 + n } })

    for (let round = 0; round < 5; round++) {
      const [list, member] = await Promise.all([call('journeys'), call('member')])
      expect(list.status).toBe(n % 2 === 0 ? 400 + n : 200)
      expect(member.body.journeys.map(journey => journey.started_at)).toEqual([started_at])
    }
    expect(site.requests.count()).toBe(10)
    expect(site.clock.read().now).toBe(`${2030 + n}-01-01T00:00:00.000000Z`)
    site.reset()
    expect(site.content.member(email).participations?.[0]?.started_at).toBe('2025-01-15T10:33:32.500861')
  }

  await Promise.all(Array.from({ length: 100 }, (_, n) => client(n)))
  expect(sandbox.sites()).toHaveLength(101)
})

test('ten servers run in one process', async () => {
  const sandboxes = await Promise.all(
    Array.from({ length: 10 }, () => startSandbox({ logLevel: 'silent', seed: 'empty' })),
  )
  expect(new Set(sandboxes.map(({ origin }) => origin)).size).toBe(10)
  for (const sandbox of sandboxes) {
    const [site] = sandbox.sites()
    const response = await fetch(`${sandbox.url}/journeys`, { headers: site?.headersFor() ?? {} })
    expect(await response.json()).toEqual({ journeys: [] })
  }
  await Promise.all(sandboxes.map(sandbox => sandbox.close()))
})
