import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { RouteOptions } from 'fastify'
import { LRUCache } from 'lru-cache'
import { matchOperation, type OperationId, operations } from '../contract/operations.ts'
import type { AnswerTo } from './answer.ts'

/** What an address asks for. */
export interface Asked {
  operation: OperationId
  /** Decoded; undefined for the list of journeys. */
  identifier: string | undefined
  answerTo: AnswerTo
}

/** The addresses of the operations, without a router. */
export interface Addresses {
  /** Takes in a route, of which there may be others than those of the operations. */
  add(route: RouteOptions): void
  /**
   * What a path with its query asks for: what the router and the schema of its parameters find too, or undefined, also for
   * what they would allow but is written in an uncommon way.
   */
  find(url: string): Asked | undefined
}

// About two megabytes at most, and enough for every member of a test.
const MOST_KEPT = 10_000
const LONGEST = 200

// What RFC 3986 allows, but for the semicolon, at which some would cut.
const COMMON = /^[\w\-.~%!$&'()*+,=:@/?]+$/

/** @param prefix the base path, without a slash at its end */
export function addresses(prefix: string): Addresses {
  const routes = new Map<OperationId, { answerTo: AnswerTo; params: TSchema }>()
  const found = new LRUCache<string, Asked>({ max: MOST_KEPT })

  function read(url: string): Asked | undefined {
    if (url.length > LONGEST || !COMMON.test(url) || !url.startsWith(`${prefix}/`)) return undefined
    const { operation, identifier } = matchOperation(url.slice(prefix.length)) ?? {}
    const route = operation && routes.get(operation)
    if (!route) return undefined
    const { identifier: name } = operations[operation]
    return !name || Value.Check(route.params, { [name]: identifier })
      ? { operation, identifier, answerTo: route.answerTo }
      : undefined
  }

  return {
    add({ config: { operation, answerTo } = {}, schema }) {
      if (operation && answerTo) routes.set(operation, { answerTo, params: schema?.params as TSchema })
    },
    find(url) {
      let asked = found.get(url)
      if (!asked) {
        asked = read(url)
        if (asked) found.set(url, asked)
      }
      return asked
    },
  }
}
