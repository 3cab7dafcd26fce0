import { describe, expect, it } from 'vitest'
import { madeUpSite } from '../../bench/made-up.ts'
import { workloadOf } from '../../bench/workload.ts'
import { checkSeed } from '../../src/seed/check.ts'

const SIZE = { members: 20, journeys: 10, participations: 5 }
const site = madeUpSite(SIZE)

describe('The made-up site', () => {
  it('is a good seed, and the same every time', () => {
    expect(checkSeed(site, '2025-06-01T12:00:00.000000').issues).toEqual([])
    expect(madeUpSite(SIZE)).toEqual(site)
  })

  it('has what it was asked for: journeys of twelve nodes, and rewards on hold', () => {
    expect(site.journeys.map(({ nodes }) => nodes.length)).toEqual(Array(10).fill(12))
    const participations = site.members.flatMap(({ participations = [] }) => participations)
    expect(participations).toHaveLength(100)
    for (const { events, rewards = [] } of participations) {
      expect(events).not.toEqual([])
      expect(rewards.some(reward => reward.hold_end_datetime !== undefined)).toBe(true)
    }
  })

  it('is asked for all it has, in an order without a pattern', () => {
    const emails = site.members.map(({ email }) => email)
    const { calls } = workloadOf(
      site.site,
      site.journeys.map(({ id }) => id),
      emails,
    )
    const asked = calls.getMemberJourneys.map(({ identifier }) => identifier)
    expect(asked).not.toEqual(emails)
    expect(asked.toSorted()).toEqual(emails.toSorted())
    expect(calls.getJourney).toHaveLength(10)
    expect(calls.getJourneys).toHaveLength(1)
  })
})
