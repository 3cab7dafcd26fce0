import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { generatedSeed } from '../../examples/generated-data.ts'
import { checkSeed } from '../../src/seed/check.ts'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { execute } from '../support/shell.ts'

const SCRIPT = fileURLToPath(new URL('../../examples/generated-data.ts', import.meta.url))
const SIZE = { journeys: 6, members: 40 }
const seed: SeedDocument = generatedSeed(SIZE)

const print = (...args: string[]) => execute('.', [process.execPath, SCRIPT, ...args])

describe('Generated data', () => {
  it('is a valid seed of the size that was asked for, with five participations of each member', () => {
    expect(checkSeed(seed, '2025-06-01T12:00:00.000000').issues).toEqual([])
    expect(seed.journeys).toHaveLength(6)
    expect(seed.members).toHaveLength(40)
    expect(new Set(seed.members.map(({ participations }) => participations?.length))).toEqual(new Set([5]))
  })

  it('is the same every time, and the first members are the same however many follow', () => {
    expect(generatedSeed(SIZE)).toEqual(seed)
    expect(generatedSeed({ ...SIZE, members: 50 }).members.slice(0, 40)).toEqual(seed.members)
  })

  it('has members at every step, and rewards in every state', () => {
    const participations = seed.members.flatMap(({ participations = [] }) => participations)
    const progress = participations.map(({ progress_percentage }) => progress_percentage)
    expect(new Set(progress)).toEqual(new Set(['0.0', '33.3', '66.6', '100.0']))
    const rewards = participations.flatMap(({ rewards = [] }) => rewards)
    expect(rewards.some(reward => reward.hold_end_datetime)).toBe(true)
    expect(rewards.some(reward => reward.blocked_by)).toBe(true)
    expect(rewards.some(reward => Object.keys(reward).join() === 'node_id')).toBe(true)
  })

  it('has no more participations of a member than there are journeys', () => {
    const small: SeedDocument = generatedSeed({ journeys: 2, members: 3 })
    expect(checkSeed(small, '2025-06-01T12:00:00.000000').issues).toEqual([])
    expect(small.members.map(({ participations }) => participations?.length)).toEqual([2, 2, 2])
  })
})

describe('The script', () => {
  it('prints it', async () => {
    const { code, stdout } = await print('--journeys', '6', '--members', '40')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(seed)
  })

  it('refuses what is no number, and names the flag', async () => {
    const { code, stderr } = await print('--members', 'many')
    expect(code).not.toBe(0)
    expect(stderr).toContain('--members: "many" is not a whole number')
  })
})
