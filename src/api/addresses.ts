import { Value } from '@sinclair/typebox/value'
import { LRUCache } from 'lru-cache'
import { matchOperation, operations } from '../contract/operations.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'

/** What an address asks for. */
export interface Asked extends Pick<Operation, 'operation' | 'answerTo'> {
  /** Decoded; undefined for the list of journeys. */
  identifier: string | undefined
}

/**
 * What a path with its query asks for: what the router and the schema of its parameters find too, or undefined, also for
 * what they would allow but is written in an uncommon way.
 */
export type ReadAddress = (url: string) => Asked | undefined

// About two megabytes at most, and enough for every member of a test.
const MOST_KEPT = 10_000
const LONGEST = 200

// What RFC 3986 allows, but for the semicolon, at which some would cut.
const COMMON = /^[\w\-.~%!$&'()*+,=:@/?]+$/

/** Reads the addresses of the operations under a base path, which has no slash at its end. */
export function addressReader(basePath: string): ReadAddress {
  const kept = new LRUCache<string, Asked>({ max: MOST_KEPT })

  function read(url: string): Asked | undefined {
    if (url.length > LONGEST || !COMMON.test(url) || !url.startsWith(`${basePath}/`)) return undefined
    const { operation, identifier } = matchOperation(url.slice(basePath.length)) ?? {}
    const of = OPERATIONS.find(known => known.operation === operation)
    if (!of) return undefined
    const { identifier: name } = operations[of.operation]
    return !name || Value.Check(of.params, { [name]: identifier }) ? { ...of, identifier } : undefined
  }

  return url => {
    let asked = kept.get(url)
    if (!asked) {
      asked = read(url)
      if (asked) kept.set(url, asked)
    }
    return asked
  }
}
