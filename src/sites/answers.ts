import { LRUCache } from 'lru-cache'
import type { OperationId } from '../contract/operations.ts'
import { sameBetween } from '../engine/as-of.ts'
import type { SiteStore } from '../store/store.ts'
import type { SiteClock } from './site-clock.ts'

/** An answer that is ready to be sent. */
export interface Answer {
  readonly body: string | Buffer
  /** A strong entity tag, with its quotes. */
  readonly etag: string
}

/** An answer as it has just been made. */
export interface NewAnswer extends Answer {
  /** Vendor timestamps of the moments at which it changes by itself. */
  moments: Iterable<string | null>
}

/**
 * The answers of a site to its four operations. One is made once and then kept for as long as it is the answer: until
 * the site is written to, and from one time-dependent fact to the next by the site's clock, in either direction.
 */
export interface Answers {
  /** The answer as it is now. `make` is given the present as a vendor timestamp; what it throws is thrown. */
  get(operation: OperationId, identifier: string, make: (now: string) => NewAnswer): Answer
}

interface KeptAnswer extends Answer {
  /** The version of the site's content that it says. */
  version: number
  /** A vendor timestamp; it is the same from then on, … */
  from: string | null
  /** … and until just before then. */
  until: string | null
}

/** The answers of all sites: those longest unasked for go first, once all together are longer than so many bytes. */
export type AnswerCache = LRUCache<string, KeptAnswer>

// What an entry takes beside its body and its key: the entity tag, the objects, the places in the cache's tables.
const ENTRY_OVERHEAD = 400

/** A cache for so many bytes; for none, it keeps nothing. */
export const openAnswerCache = (maxSize: number): AnswerCache | undefined =>
  maxSize === 0
    ? undefined
    : new LRUCache({
        maxSize,
        sizeCalculation: ({ body }, key) => body.length + 2 * key.length + ENTRY_OVERHEAD,
      })

// A site that was removed and made again under its id is another one, and so are its answers.
let sitesSoFar = 0

/** The answers of one site, kept among those of all others. */
export function siteAnswers(store: SiteStore, clock: SiteClock, cache: AnswerCache | undefined): Answers {
  const site = sitesSoFar++
  return {
    get(operation, identifier, make) {
      const key = `${site} ${operation} ${identifier}`
      const now = clock.now()
      const kept = cache?.get(key)
      if (kept && kept.version === store.revision() && isBetween(kept, now)) return kept
      const answer = keepable(make, store.revision(), now)
      cache?.set(key, answer)
      return answer
    },
  }
}

function keepable(make: (now: string) => NewAnswer, version: number, now: string): KeptAnswer {
  const { body, etag, moments } = make(now)
  return { body, etag, version, ...sameBetween(moments, now) }
}

const isBetween = ({ from, until }: KeptAnswer, now: string): boolean =>
  (from === null || from <= now) && (until === null || now < until)
