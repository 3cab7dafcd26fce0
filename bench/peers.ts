import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { operations } from '../src/contract/operations.ts'
import { benchFile, type Server, startAt } from './servers.ts'
import { peerVersionOf } from './versions.ts'
import { type Answers, forEachOperation, type Workload } from './workload.ts'

/** A server from npm that can answer the same requests, more or less. */
export interface Peer {
  /** Its package. */
  name: string
  /** Where its answers come from. */
  from: string
  start(): Promise<Server>
}

export interface Material {
  workload: Workload
  /** Ours, for those that are given data. */
  answers: Answers
  /** An empty directory for the files they want. */
  directory: string
}

const OPENAPI = benchFile('../openapi/journeys.openapi.json')
const moduleFile = (path: string): string => benchFile(`node_modules/${path}`)

/** All there are, installed or not. */
export const peersFor = (material: Material): Peer[] => [
  openApiPeer('@stoplight/prism-cli', port => [
    moduleFile('.bin/prism'),
    ...['mock', '--port', port, '--verboseLevel', 'silent', OPENAPI],
  ]),
  openApiPeer(
    '@mockoon/cli',
    port => [
      moduleFile('.bin/mockoon-cli'),
      ...['start', '--data', OPENAPI, '--port', port, '--hostname', '127.0.0.1'],
      ...['--disable-log-to-file', '--disable-admin-api', '--max-transaction-logs', '1'],
    ],
    // The only one that serves the document's base path.
    '/api/3.0',
  ),
  openApiPeer('@scalar/mock-server', port => [benchFile('hosts/scalar.js'), OPENAPI, port]),
  jsonServer(material),
  wiremock(material),
]

/** Why a peer cannot take part on this machine, if it cannot. */
export function absenceOf({ name }: Pick<Peer, 'name'>): string | undefined {
  if (!existsSync(moduleFile(name))) return 'not installed; npm ci --prefix bench installs it'
  if (name === 'wiremock' && spawnSync('java', ['-version']).error) return 'needs Java, which is not there'
  return undefined
}

/** Prism as its users start it, for the comparison of starts; it prints where it listens. */
export const prismProgram = (): string | undefined =>
  absenceOf({ name: '@stoplight/prism-cli' }) ? undefined : moduleFile('.bin/prism')

const openApiPeer = (name: string, argsFor: (port: string) => string[], basePath = ''): Peer => ({
  name,
  from: 'examples of the OpenAPI document',
  start: async () => {
    const port = await freePort()
    return startAt(`http://127.0.0.1:${port}${basePath}`, process.execPath, argsFor(port))
  },
})

/** A table for each operation, with rewritten addresses; what it answers is ours word by word, but indented. */
function jsonServer({ workload: { calls }, answers, directory }: Material): Peer {
  const rowsOf = (id: 'getJourney' | 'getUserJourneysByEmail' | 'getMemberJourneys') =>
    calls[id].map(({ identifier }, c) => ({ ...JSON.parse(answers[id][c] as string), id: identifier }))
  const tables = {
    journeys: JSON.parse(answers.getJourneys[0] as string),
    journey: rowsOf('getJourney'),
    'user-journeys': rowsOf('getUserJourneysByEmail'),
    'member-journeys': rowsOf('getMemberJourneys'),
  }
  const routes = {
    '/journeys/:id': '/journey/:id',
    '/user_journeys/:id': '/user-journeys/:id',
    '/user/:id/journeys': '/member-journeys/:id',
  }
  return {
    name: 'json-server',
    from: 'our answers as tables',
    start: async () => {
      const [data, rewrites] = [join(directory, 'tables.json'), join(directory, 'routes.json')]
      writeFileSync(data, JSON.stringify(tables))
      writeFileSync(rewrites, JSON.stringify(routes))
      const port = await freePort()
      return startAt(`http://127.0.0.1:${port}`, process.execPath, [
        moduleFile('.bin/json-server'),
        ...['--quiet', '--read-only', '--no-gzip', '--host', '127.0.0.1', '--port', port],
        ...['--routes', rewrites, data],
      ])
    },
  }
}

/** A stub for each operation with one of our answers. One for each address would be slower: it tries them in turn. */
function wiremock({ answers, directory }: Material): Peer {
  const stubs = forEachOperation(id => ({
    request: { method: 'GET', urlPathTemplate: operations[id].path.replace(/:(\w+)/, '{$1}') },
    response: { status: 200, headers: { 'Content-Type': 'application/json' }, body: answers[id][0] },
  }))
  return {
    name: 'wiremock',
    from: 'one of our answers each',
    start: async () => {
      mkdirSync(join(directory, 'mappings'))
      writeFileSync(
        join(directory, 'mappings/operations.json'),
        JSON.stringify({ mappings: Object.values(stubs) }),
      )
      const port = await freePort()
      const jar = moduleFile(`wiremock/build/wiremock-standalone-${peerVersionOf('wiremock')}.jar`)
      return startAt(`http://127.0.0.1:${port}`, 'java', [
        ...['-jar', jar, '--port', port, '--bind-address', '127.0.0.1', '--root-dir', directory],
        ...['--no-request-journal', '--disable-banner'],
      ])
    },
  }
}

/** A port that nobody has at the moment, for those that cannot choose one themselves. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return String(port)
}
