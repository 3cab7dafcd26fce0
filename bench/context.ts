import type { Pace } from './compare.ts'
import type { Packed } from './packed.ts'
import type { Server } from './servers.ts'
import type { Answers, Workload } from './workload.ts'
import type { Wrk } from './wrk.ts'

/** What every part of the benchmark works with. */
export interface Context {
  wrk: Wrk
  pace: Pace
  packed: Packed
  /** The made-up site. */
  database: string
  /** A sandbox with the made-up site, otherwise as its users start it. */
  sandbox: Server
  /** The Fastify that answers a ready string. */
  bare: Server
  workload: Workload
  answers: Answers
  /** The lengths of all answers, for the hosts that know nothing else. */
  lengths: string[]
}
