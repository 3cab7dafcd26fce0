import { requestHeaders } from '../src/auth/sign.ts'
import { OPERATION_IDS, type OperationId, operations } from '../src/contract/operations.ts'
import { readSeed } from '../src/seeding/seed.ts'
import type { Server } from './servers.ts'

export type Site = ReturnType<typeof readSeed>['site']

/** One request of an operation, for one journey or member. */
export interface Call {
  /** Relative to the base path. */
  path: string
  identifier: string | null
  headers: Record<string, string>
  /** How long the sandbox's answer is; 0 until `measureAnswers` has asked. */
  bytes: number
}

/** The calls of each operation, one for every journey or member of the demo. */
export interface Workload {
  site: Site
  operations: { id: OperationId; calls: Call[] }[]
}

// Longer than any run, so that every request is verified and none expires.
const TOKEN_LIFETIME_S = 3600

/** What is asked: every operation, with valid tokens, for all that the demo seed has. */
export function demoWorkload(): Workload {
  const { site, journeys, members } = readSeed('demo')
  const identifiers = {
    journey_id: journeys.map(({ id }) => id),
    email_id: members.map(({ email }) => email),
  }
  const callsOf = (id: OperationId): Call[] => {
    const { path, identifier: name } = operations[id]
    return (name ? identifiers[name] : [null]).map(identifier => ({
      path: path.replace(/:\w+/, encodeURIComponent(identifier ?? '')),
      identifier,
      headers: sign(site, identifier),
      bytes: 0,
    }))
  }
  return { site, operations: OPERATION_IDS.map(id => ({ id, calls: callsOf(id) })) }
}

/** The headers of a call, from the product's own signer. */
function sign(site: Site, identifier: string | null): Record<string, string> {
  const exp = Math.floor(Date.now() / 1000) + TOKEN_LIFETIME_S
  return requestHeaders({ ...site, identifier: identifier ?? undefined, exp, sub: 'bench' })
}

/** Asks for every answer once, to know its length. @throws when one is not a 200: it would measure refusals */
export async function measureAnswers(workload: Workload, sandbox: Server): Promise<void> {
  for (const call of workload.operations.flatMap(({ calls }) => calls)) {
    const answer = await fetch(`${sandbox.url}${call.path}`, { headers: call.headers })
    if (answer.status !== 200) throw new Error(`${call.path}: ${answer.status} ${await answer.text()}`)
    call.bytes = (await answer.arrayBuffer()).byteLength
  }
}
