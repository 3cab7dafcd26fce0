import { OPERATION_IDS, type OperationId } from '../src/contract/operations.ts'
import { type Answers, forEachOperation, type Workload } from './workload.ts'
import type { Request, Sample, Script, Wrk } from './wrk.ts'

/** Who takes part: where it listens, and what it is asked for each operation. */
export interface Contender {
  url: string
  requests: Record<OperationId, Request[]>
  /** What goes on while it is being driven, until that is disposed of. */
  meanwhile?: () => AsyncDisposable
}

export interface Pace {
  rounds: number
  roundMs: number
  warmUpMs: number
}

/** An operation at a concurrency: for each contender a sample for each round. */
export interface Cell<Name extends string> {
  operation: OperationId
  connections: number
  samples: Record<Name, Sample[]>
}

/** A server that knows the operations, ours or another: asked at its own base path, with tokens. */
export function asking({ calls }: Workload, url: string): Contender {
  const base = new URL(url).pathname.replace(/\/$/, '')
  return {
    url,
    requests: forEachOperation(id =>
      calls[id].map(({ path, headers }) => ({ path: `${base}${path}`, headers })),
    ),
  }
}

/** A server that knows lengths only: the same requests but for the address, which says how long the answer shall be. */
export const askingLengths = ({ calls }: Workload, answers: Answers, url: string): Contender => ({
  url,
  requests: forEachOperation(id =>
    calls[id].map(({ headers }, c) => ({
      path: `/${Buffer.byteLength(answers[id][c] as string)}`,
      headers,
    })),
  ),
})

export interface Contest<Name extends string> {
  contenders: Record<Name, Contender>
  operations?: readonly OperationId[]
  connections: readonly number[]
}

/**
 * Drives all contenders right after one another, operation by operation, `rounds` times over, so that a bad moment of the
 * machine hits one round of many.
 */
export async function compare<Name extends string>(
  wrk: Wrk,
  { contenders, operations = OPERATION_IDS, connections }: Contest<Name>,
  { rounds, roundMs, warmUpMs }: Pace,
): Promise<Cell<Name>[]> {
  const names = Object.keys(contenders) as Name[]
  const scripts = new Map<string, Script>()
  for (const name of names) {
    for (const operation of operations) {
      const script = wrk.prepare(contenders[name].url, contenders[name].requests[operation])
      scripts.set(`${name} ${operation}`, script)
      await wrk.drive(script, 16, warmUpMs)
    }
  }
  const cells = operations.flatMap(operation =>
    connections.map(
      (count): Cell<Name> => ({
        operation,
        connections: count,
        samples: Object.fromEntries(names.map(name => [name, []])) as unknown as Cell<Name>['samples'],
      }),
    ),
  )
  for (let round = 0; round < rounds; round++) {
    // Who goes later finds the machine warmer, so they take turns at that too.
    const order = round % 2 === 0 ? names : names.toReversed()
    for (const { operation, connections, samples } of cells) {
      for (const name of order) {
        await using _ = contenders[name].meanwhile?.()
        const script = scripts.get(`${name} ${operation}`) as Script
        samples[name].push(await wrk.drive(script, connections, roundMs))
      }
    }
  }
  return cells
}
