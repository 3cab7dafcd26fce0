import { generatedSeed } from '../examples/generated-data.ts'
import { BASE_PATH, callsFor, OPERATIONS, type Operation, type Recorded, record, SITE } from './calls.ts'
import type { Ready } from './hosts/ready.ts'
import { readyHost } from './life.ts'
import { peerVersions, startPeers } from './peers.ts'
import { beside, type Row, round, type Section } from './report.ts'
import { type Package, scratchFile, start } from './servers.ts'
import { inRounds } from './statistics.ts'
import type { TargetName } from './targets.ts'
import { loadOn } from './wrk.ts'

const SIZE = { journeys: 100, members: 1000 }
const VERIFYING = 'verifying Fastify'

/**
 * Each operation over 16 connections: beside a Fastify that verifies the same tokens and answers ready strings, and beside
 * peers that verify nothing. Adds to `memory` what the load has left.
 */
export async function throughputSections(
  sandbox: Package,
  { rounds, withPeers, memory }: { rounds: number; withPeers: boolean; memory: Row[] },
): Promise<Section[]> {
  const seed = generatedSeed(SIZE)
  const file = scratchFile(seed)
  const [ids, emails] = [seed.journeys.map(({ id }) => id), seed.members.map(({ email }) => email)]
  const calls = callsFor(ids, emails)
  await using servers = new AsyncDisposableStack()
  const ours = servers.use(await start(sandbox.launch('--seed', file), { probed: true }))
  const recorded = await record(ours.origin, calls)
  const verifying = servers.use(await start(readyHost(scratchFile(verified(recorded))), { probed: true }))
  const peers = withPeers ? await startPeers(recorded, servers) : []

  const contenders = [
    ...Object.entries({ sandbox: ours, [VERIFYING]: verifying }).map(([name, server]) => ({
      name,
      server,
      basePath: BASE_PATH,
    })),
    ...peers,
  ]
  const perSecond: Record<string, Record<string, number[]>> = {}
  for (const operation of OPERATIONS) {
    const loads = contenders.map(({ name, server, basePath }) => {
      const moved = calls[operation].map(call => ({ ...call, path: call.path.replace(BASE_PATH, basePath) }))
      return [name, loadOn(server.origin, moved)]
    })
    await inRounds(1, Object.fromEntries(loads))
    perSecond[operation] = await inRounds(rounds, Object.fromEntries(loads))
  }
  for (const [name, server] of Object.entries({ sandbox: ours, [VERIFYING]: verifying }))
    memory.push({ cells: [`after the load, ${name}`, round((await server.probe()).memoryMb), ''] })

  const rows = (other: string, label: string, target?: TargetName): Row[] =>
    OPERATIONS.map(operation =>
      beside(operation + label, perSecond[operation]?.sandbox, perSecond[operation]?.[other], target),
    )
  const limit: Section = {
    title: 'Throughput',
    about: `${SIZE.members} members, 16 connections, requests a second: beside a Fastify that verifies the same tokens and answers the same bytes, ready as strings.`,
    columns: ['operation', 'sandbox', VERIFYING, 'sandbox / Fastify'],
    // The sandbox builds every answer when it is asked. It is reported, and fails nothing.
    rows: rows(VERIFYING, '', 'throughputBesideVerifying').map(row => ({ ...row, isKnown: true })),
  }
  const others: Section = {
    title: 'Peers',
    about: `The same requests to other mock servers, in the same rounds, requests a second (${peerVersions()}). They verify nothing; Prism, Mockoon and Scalar answer from the OpenAPI document, json-server and WireMock what the sandbox answers. WireMock may use all cores.`,
    columns: ['operation, peer', 'sandbox', 'peer', 'sandbox / peer'],
    rows: peers.flatMap(({ name }) =>
      rows(name, `, ${name}`, name === 'wiremock' ? undefined : 'throughputBesidePeer'),
    ),
  }
  return withPeers ? [limit, others] : [limit]
}

/** What the verifying Fastify answers to valid tokens. */
const verified = ({ calls, bodies }: Recorded): Ready => {
  const answersTo = (operation: Operation) =>
    calls[operation].map(({ path, identifier }, c) => [
      `GET ${path}`,
      { status: 200, body: bodies[operation][c] ?? '', identifier },
    ])
  return { site: SITE, answers: Object.fromEntries(OPERATIONS.flatMap(answersTo)) }
}
