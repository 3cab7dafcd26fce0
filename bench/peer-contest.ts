import { OPERATION_IDS, type OperationId } from '../src/contract/operations.ts'
import { perSecond } from './cells.ts'
import { asking, askingLengths, type Cell, type Contender, compare } from './compare.ts'
import type { Context } from './context.ts'
import { ratioOf } from './judge.ts'
import { absenceOf, type Peer, peersFor } from './peers.ts'
import { inBrackets, type Row, type Section } from './report.ts'
import { benchFile, start } from './servers.ts'
import { spreadOf } from './spread.ts'
import { peerVersionOf } from './versions.ts'
import { forEachOperation } from './workload.ts'
import type { Request } from './wrk.ts'

const ABOVE_PEERS = { atLeast: 1 }

/** Others that answer the same requests, each with ours and the bare Fastify in the same rounds. */
export async function peerSection(context: Context): Promise<Section> {
  const { workload, answers, packed } = context
  const peers = peersFor({ workload, answers, directory: packed.directory() })
  const rows: Row[] = []
  const remarks: string[] = []
  for (const peer of peers) {
    const absence = absenceOf(peer)
    if (absence) {
      remarks.push(`${peer.name} did not take part: ${absence}.`)
      continue
    }
    try {
      rows.push(...(await contestWith(context, peer)))
      remarks.push(`${peer.name} ${peerVersionOf(peer.name)} answers from ${peer.from}.`)
    } catch (error) {
      // Whatever ails another's server, the numbers of the rest are worth having.
      remarks.push(`${peer.name} ${peerVersionOf(peer.name)} did not get through: ${oneLine(error as Error)}`)
    }
  }
  return {
    title: 'Peers',
    about:
      'Servers from npm that answer the same requests over 16 connections. They verify nothing, and most know one answer for each operation.',
    columns: ['operation', 'peer', 'bytes', 'peer/s', 'peer/bare'],
    measure: 'sandbox/peer',
    rows,
    remarks,
  }
}

/** What is not for users: how much of the price is Fastify's, and how much the string's. */
export async function referenceSection(context: Context): Promise<Section> {
  const { lengths, workload, answers, sandbox, bare, wrk, pace } = context
  await using buffer = await start(benchFile('hosts/fastify.ts'), ['buffer', ...lengths])
  await using node = await start(benchFile('hosts/node-http.ts'), lengths)
  const contenders = {
    sandbox: asking(workload, sandbox.url),
    bare: askingLengths(workload, answers, bare.url),
    'Fastify, buffer': askingLengths(workload, answers, buffer.url),
    'node:http': askingLengths(workload, answers, node.url),
  }
  const cells = await compare(wrk, { contenders, connections: [16] }, pace)
  return {
    title: 'References',
    about:
      'A Fastify that answers a ready buffer, and node:http by itself, at the same lengths over 16 connections.',
    columns: ['operation', 'reference', 'reference/s', 'reference/bare'],
    measure: 'sandbox/reference',
    rows: cells.flatMap(cell =>
      (['Fastify, buffer', 'node:http'] as const).map(name => besideBare(cell, name)),
    ),
  }
}

async function contestWith(
  { wrk, pace, sandbox, bare, workload, answers }: Context,
  peer: Peer,
): Promise<Row[]> {
  await using server = await peer.start()
  const theirs = asking(workload, server.url)
  const contenders = {
    sandbox: asking(workload, sandbox.url),
    [peer.name]: theirs,
    bare: askingLengths(workload, answers, bare.url),
  }
  const bytes = await lengthsOf(theirs)
  const cells = await compare<string>(wrk, { contenders, connections: [16] }, pace)
  return cells.map(cell => {
    const { cells: texts, measured } = besideBare(cell, peer.name)
    return {
      cells: [...texts.slice(0, 2), bytes[cell.operation].toFixed(0), ...texts.slice(2)],
      measured,
      target: ABOVE_PEERS,
    }
  })
}

/** A row about one contender: its own throughput, beside the bare Fastify's, and ours beside that. */
function besideBare({ operation, samples }: Cell<string>, name: string): Row {
  const [ours = [], its = [], bare = []] = ['sandbox', name, 'bare'].map(side =>
    samples[side]?.map(perSecond),
  )
  return {
    cells: [operation, name, spreadOf(its).median.toFixed(0), inBrackets(ratioOf(its, bare), 2)],
    measured: ratioOf(ours, its),
  }
}

/** How long the first answer to each operation is. @throws when it is not a 200 */
async function lengthsOf({ url, requests }: Contender): Promise<Record<OperationId, number>> {
  const lengths = forEachOperation(() => 0)
  for (const id of OPERATION_IDS) {
    const [{ path, headers }] = requests[id] as [Request]
    const answer = await fetch(new URL(path, url), { headers })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    lengths[id] = (await answer.arrayBuffer()).byteLength
  }
  return lengths
}

/** What went wrong, on a line of a list; it may quote a page of HTML. */
const oneLine = ({ message }: Error): string => message.replaceAll(/\s+/g, ' ').slice(0, 120)
