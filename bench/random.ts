import { type Chance, chanceOf } from '../src/seed/chance.ts'

/** Choices without a pattern that are the same in every run. */
export interface Random extends Chance {
  /** So many different ones of these. */
  sample<T>(from: readonly T[], count: number): T[]
  /** All of these in another order. */
  shuffled<T>(items: readonly T[]): T[]
}

export function randomFrom(seed: number): Random {
  const chance = chanceOf(seed)
  const sample = <T>(from: readonly T[], count: number): T[] => {
    const rest = [...from]
    return Array.from({ length: Math.min(count, rest.length) }, () => {
      const chosen = chance.below(rest.length)
      const item = rest[chosen] as T
      rest[chosen] = rest.at(-1) as T
      rest.pop()
      return item
    })
  }
  return { ...chance, sample, shuffled: items => sample(items, items.length) }
}
