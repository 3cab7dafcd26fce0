import { join } from 'node:path'
import { BASE_PATH, callOf, callsFor, OPERATIONS, perOperation, type Recorded, send } from './calls.ts'
import packageJson from './package.json' with { type: 'json' }
import { benchFile, type Launch, type Server, scratch, scratchFile, start } from './servers.ts'

type Name = keyof typeof packageJson.dependencies

const OPENAPI = benchFile('../openapi/journeys.openapi.json')
const inModules = (path: string): string => benchFile(`node_modules/${path}`)

export const prism: Launch = {
  args: port => [inModules('.bin/prism'), 'mock', '--port', port, '--verboseLevel', 'silent', OPENAPI],
  first: { ...callOf('getJourneys'), path: '/journeys' },
}

const mockoon: Launch = {
  args: port => [
    ...[inModules('.bin/mockoon-cli'), 'start', '--data', OPENAPI, '--port', port, '--hostname', '127.0.0.1'],
    ...['--disable-log-to-file', '--disable-admin-api', '--max-transaction-logs', '1'],
  ],
}

const scalar: Launch = {
  args: port => [benchFile('hosts/scalar.js'), OPENAPI, port],
  first: { ...callOf('getJourneys'), path: '/journeys' },
}

export const wireMock: Launch = {
  command: 'java',
  args: port => [
    ...['-jar', inModules(`wiremock/build/wiremock-standalone-${packageJson.dependencies.wiremock}.jar`)],
    ...['--port', port, '--bind-address', '127.0.0.1', '--no-request-journal', '--disable-banner'],
    ...['--root-dir', join(scratch(), 'wiremock')],
  ],
  first: { path: '/__admin/health' },
}

/** The paths of the four operations, with this in place of an identifier. */
const pathsWith = (identifier: string) => {
  const calls = callsFor([identifier], [identifier])
  return perOperation(operation => decodeURIComponent(calls[operation][0]?.path ?? ''))
}

/** The answers of the sandbox as tables; json-server sends them indented. */
function jsonServer({ calls, bodies }: Recorded): Launch {
  const tables = perOperation(operation =>
    calls[operation].map(({ identifier: id }, c) => ({ ...JSON.parse(bodies[operation][c] ?? ''), id })),
  )
  const data = scratchFile({ ...tables, getJourneys: tables.getJourneys[0] })
  const paths = pathsWith(':id')
  const routes = scratchFile(
    Object.fromEntries(
      OPERATIONS.map(name => [paths[name], name === 'getJourneys' ? `/${name}` : `/${name}/:id`]),
    ),
  )
  return {
    args: port => [
      ...[inModules('.bin/json-server'), '--quiet', '--read-only', '--no-gzip', '--host', '127.0.0.1'],
      ...['--port', port, '--routes', routes, data],
    ],
  }
}

/** A stub of WireMock; `more` is whatever else it has, such as a scenario. */
export const stub = (request: object, body = '', more: object = {}): object => ({
  request: { method: 'GET', ...request },
  response: { status: 200, headers: { 'Content-Type': 'application/json' }, body },
  ...more,
})

export const importStubs = (mappings: object[]) => ({
  method: 'POST',
  path: '/__admin/mappings/import',
  body: { mappings },
})

/** Another mock server from npm, running. */
export interface Peer {
  name: string
  server: Server
  /** Where it has the four operations. */
  basePath: string
}

/** Starts all of them. Those that answer from data are given the answers of the sandbox. */
export async function startPeers(recorded: Recorded, servers: AsyncDisposableStack): Promise<Peer[]> {
  const launches: Record<Exclude<Name, '@hono/node-server'>, Launch> = {
    ...{ '@stoplight/prism-cli': prism, '@mockoon/cli': mockoon, '@scalar/mock-server': scalar },
    ...{ 'json-server': jsonServer(recorded), wiremock: wireMock },
  }
  const peers: Peer[] = []
  for (const [name, launch] of Object.entries(launches)) {
    const server = servers.use(await start(launch))
    peers.push({ name, server, basePath: launch.first?.path === '/journeys' ? '' : BASE_PATH })
    if (name === 'wiremock') await send(server.origin, importStubs(stubsOf(recorded)))
  }
  return peers
}

/** One stub for each operation, as WireMock tries them in turn. */
function stubsOf({ bodies }: Recorded): object[] {
  const templates = pathsWith('{id}')
  return OPERATIONS.map(name => stub({ urlPathTemplate: templates[name] }, bodies[name][0]))
}

export const peerVersions = (): string =>
  Object.entries(packageJson.dependencies)
    .map(dependency => dependency.join(' '))
    .join(', ')
