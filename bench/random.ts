/** Numbers without a pattern that are the same in every run. */
export interface Random {
  /** A whole number from 0 to just below a limit. */
  below(limit: number): number
  /** So many different ones of these. */
  sample<T>(from: readonly T[], count: number): T[]
  /** All of these in another order. */
  shuffled<T>(items: readonly T[]): T[]
  /** In the form of version 4. */
  uuid(): string
}

/** The generator mulberry32, of public domain: 32 bits of state are plenty for data that has only to look mixed. */
export function randomFrom(seed: number): Random {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), state | 1)
    const again = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return (again ^ (again >>> 14)) >>> 0
  }
  const below = (limit: number): number => next() % limit
  const sample = <T>(from: readonly T[], count: number): T[] => {
    const rest = [...from]
    return Array.from({ length: Math.min(count, rest.length) }, () => {
      const chosen = below(rest.length)
      const item = rest[chosen] as T
      rest[chosen] = rest.at(-1) as T
      rest.pop()
      return item
    })
  }
  const hex = (): string => next().toString(16).padStart(8, '0')
  return {
    below,
    sample,
    shuffled: items => sample(items, items.length),
    uuid: () => {
      const [a, b, c, d] = [hex(), hex(), hex(), hex()]
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`
    },
  }
}
