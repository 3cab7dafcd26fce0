import { sign } from '../src/auth/sign.ts'
import { addressOf, OPERATION_IDS, type OperationId, operations } from '../src/contract/operations.ts'
import type { SeedSite } from '../src/seed/schema.ts'
import { randomFrom } from './random.ts'
import type { Server } from './servers.ts'

/** One request of an operation, for one journey or member. */
export interface Call {
  /** Relative to the base path. */
  path: string
  identifier: string | null
  headers: Record<string, string>
}

/** What is asked: the calls of each operation, in an order without a pattern. */
export interface Workload {
  site: SeedSite
  calls: Record<OperationId, Call[]>
}

// Longer than any run, so that every request is verified and none expires.
const TOKEN_LIFETIME_S = 6 * 3600

/** Every operation with a valid token, for each of these journeys and members. */
export function workloadOf(site: SeedSite, journeyIds: string[], emails: string[]): Workload {
  const random = randomFrom(11)
  const identifiers = { journey_id: random.shuffled(journeyIds), email_id: random.shuffled(emails) }
  const exp = Math.floor(Date.now() / 1000) + TOKEN_LIFETIME_S
  const callsOf = (id: OperationId): Call[] => {
    const { identifier: name } = operations[id]
    return (name ? identifiers[name] : [null]).map(identifier => ({
      path: addressOf(id, identifier ?? ''),
      identifier,
      headers: sign({ ...site, identifier: identifier ?? undefined, exp, sub: 'bench' }).headers,
    }))
  }
  return { site, calls: forEachOperation(callsOf) }
}

/** A value for each of the four operations. */
export const forEachOperation = <T>(make: (id: OperationId) => T): Record<OperationId, T> =>
  Object.fromEntries(OPERATION_IDS.map(id => [id, make(id)])) as Record<OperationId, T>

/** What the sandbox answers to a workload, call by call. */
export type Answers = Record<OperationId, string[]>

const AT_ONCE = 16

/** Asks for every answer once. @throws when one is not a 200: it would measure refusals */
export async function askAll({ calls }: Workload, { url }: Server): Promise<Answers> {
  const answers = forEachOperation((): string[] => [])
  for (const id of OPERATION_IDS) {
    for (let from = 0; from < calls[id].length; from += AT_ONCE)
      answers[id].push(
        ...(await Promise.all(calls[id].slice(from, from + AT_ONCE).map(call => ask(url, call)))),
      )
  }
  return answers
}

async function ask(url: string, { path, headers }: Call): Promise<string> {
  const answer = await fetch(`${url}${path}`, { headers })
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.text()
}
