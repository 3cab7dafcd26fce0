import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Choices that are the same, in the same order, for the same seed. */
export interface Chance {
  /** A whole number from 0 to one below the limit, which is above 0. */
  below(limit: number): number
  /** One of a list that has some. */
  pick<T>(items: readonly T[]): T
  uuid(): string
}

export function chanceOf(seed: number): Chance {
  const generator = xoroshiro128plus(seed)
  const bytes = Buffer.alloc(16)
  const below = (limit: number): number => uniformInt(generator, 0, limit - 1)
  return {
    below,
    pick: items => items[below(items.length)] as (typeof items)[number],
    uuid() {
      for (let at = 0; at < bytes.length; at += 4) bytes.writeInt32LE(generator.next(), at)
      return uuidFrom(bytes)
    },
  }
}

function uuidFrom(bytes: Buffer): string {
  const uuid = Buffer.from(bytes.subarray(0, 16))
  uuid[6] = ((uuid[6] as number) & 0x0f) | 0x40
  uuid[8] = ((uuid[8] as number) & 0x3f) | 0x80
  const hex = uuid.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
