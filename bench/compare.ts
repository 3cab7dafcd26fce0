import type { OperationId } from '../src/contract/operations.ts'
import type { Server } from './servers.ts'
import type { Call, Workload } from './workload.ts'
import type { Sample, Script, Wrk } from './wrk.ts'

export interface Contest {
  workload: Workload
  sandbox: Server
  bare: Server
  wrk: Wrk
}

export interface Pace {
  rounds: number
  roundMs: number
  warmUpMs: number
}

/** Both servers, one right after the other. */
export interface Pair {
  sandbox: Sample
  bare: Sample
}

/** An operation at a concurrency: a pair for each round. */
export interface Cell {
  operation: OperationId
  /** The mean length of an answer. */
  bytes: number
  connections: number
  pairs: Pair[]
}

type Scripts = Record<keyof Pair, Script>
type Sides = readonly (keyof Pair)[]

/** Drives both servers in turns through everything, `rounds` times over, so that a bad moment hits one pair of many. */
export async function compare(
  contest: Contest,
  connections: readonly number[],
  { rounds, roundMs, warmUpMs }: Pace,
): Promise<Cell[]> {
  const { wrk, workload } = contest
  const scripts = new Map(workload.operations.map(({ id, calls }) => [id, prepare(contest, calls)]))
  const cells = workload.operations.flatMap(({ id: operation, calls }) =>
    connections.map(
      (count): Cell => ({ operation, bytes: meanLength(calls), connections: count, pairs: [] }),
    ),
  )

  for (const { sandbox, bare } of scripts.values()) {
    await wrk.drive(sandbox, 16, warmUpMs)
    await wrk.drive(bare, 16, warmUpMs)
  }
  for (let round = 0; round < rounds; round++) {
    // Who goes second finds the machine warmer, so they take turns at that too.
    const sides: Sides = round % 2 === 0 ? ['sandbox', 'bare'] : ['bare', 'sandbox']
    for (const cell of cells) {
      const ofOperation = scripts.get(cell.operation) as Scripts
      cell.pairs.push(await drivePair(wrk, ofOperation, sides, cell.connections, roundMs))
    }
  }
  return cells
}

async function drivePair(
  wrk: Wrk,
  scripts: Scripts,
  sides: Sides,
  connections: number,
  milliseconds: number,
): Promise<Pair> {
  const samples: Partial<Pair> = {}
  for (const side of sides) samples[side] = await wrk.drive(scripts[side], connections, milliseconds)
  return samples as Pair
}

/** The same requests for both, but for their address: the bare server is told how long its answer shall be. */
function prepare({ sandbox, bare, wrk }: Contest, calls: Call[]): Scripts {
  const basePath = new URL(sandbox.url).pathname
  return {
    sandbox: wrk.prepare(
      sandbox.url,
      calls.map(({ path, headers }) => ({ path: `${basePath}${path}`, headers })),
    ),
    bare: wrk.prepare(
      bare.url,
      calls.map(({ bytes, headers }) => ({ path: `/${bytes}`, headers })),
    ),
  }
}

const meanLength = (calls: Call[]): number => calls.reduce((sum, { bytes }) => sum + bytes, 0) / calls.length
