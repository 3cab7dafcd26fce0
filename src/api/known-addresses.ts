import type { preHandlerHookHandler } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { OperationId } from '../contract/operations.ts'
import type { AnswerTo } from './answer.ts'

/** What an address asks for, as the router found and the schema of its parameters allowed. */
export interface Asked {
  operation: OperationId
  /** Decoded; undefined for the list of journeys. */
  identifier: string | undefined
  answerTo: AnswerTo
}

/** The addresses that were last asked, as they were sent. */
export type KnownAddresses = LRUCache<string, Asked>

// About two megabytes at most, and enough for every member of a test.
const MOST = 10_000
const LONGEST = 200

export const knownAddresses = (): KnownAddresses => new LRUCache({ max: MOST })

/** The hook that notes an address once it has passed the router and the validation. */
export const noteAddress =
  (known: KnownAddresses): preHandlerHookHandler =>
  ({ entry: { operation, identifier }, originalUrl: url, routeOptions }, _reply, done) => {
    const { answerTo } = routeOptions.config
    if (operation && answerTo && url.length <= LONGEST) known.set(url, { operation, identifier, answerTo })
    done()
  }
