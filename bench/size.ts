import { generatedSeed } from '../examples/generated-data.ts'
import { callOf, type Request, SITE, send } from './calls.ts'
import { type Row, round, type Section } from './report.ts'
import { type Package, scratchFile, start } from './servers.ts'
import { spreadOf } from './statistics.ts'

/** How long the client waited each time, and the longest delay of the server's event loop meanwhile. */
interface Measured {
  times: number[]
  delays: number[]
  /** The status, when it was refused. */
  refused?: string
}

const REPEATS = 3
const LONG_MS = 5000

/** A large site beside a small one: how long each operation takes, and for how long all other calls wait for it. */
export async function sizeSection(
  sandbox: Package,
  { sizes: [few, many], memory }: { sizes: readonly [number, number]; memory: Row[] },
): Promise<Section> {
  const [small, large] = [await measureSize(sandbox, few, memory), await measureSize(sandbox, many, memory)]
  const timeOf = ({ refused, times }: Measured) => refused ?? round(spreadOf(times).median)
  const [less, more] = [few, many].map(members => members.toLocaleString('en'))
  return {
    title: `${more} members beside ${less}`,
    about:
      "One participation each, in ms. The delay is the longest of the server's event loop: for that long, all other calls wait.",
    columns: ['operation', `at ${less}`, `at ${more}`, `delay at ${less}`, `delay at ${more}`],
    rows: Object.entries(large).map(([operation, measured]): Row => {
      const before = small[operation] as Measured
      return {
        cells: [operation, timeOf(before), timeOf(measured), round(spreadOf(before.delays).median)],
        ...(measured.refused ? {} : { measured: spreadOf(measured.delays) }),
        target: 'eventLoopDelay',
        // JSON.parse reads a body in one go.
        isKnown: operation === 'import',
      }
    }),
  }
}

async function measureSize(
  sandbox: Package,
  members: number,
  memory: Row[],
): Promise<Record<string, Measured>> {
  const seed = generatedSeed({ journeys: 100, members, participations: 1 })
  await using server = await start(sandbox.launch('--seed', scratchFile(seed)), { probed: true })
  const { memoryMb: before } = await server.probe()
  const [site, page] = [`/_sandbox/sites/${SITE.site_id}`, `/sites/${SITE.site_id}`]
  const emailOf = (n: number): string => `member${1 + ((n * 7919) % members)}@example.com`
  const operations: Record<string, (n: number) => Request> = {
    getJourneys: () => callOf('getJourneys'),
    getJourney: n => callOf('getJourney', seed.journeys[n]?.id),
    getUserJourneysByEmail: n => callOf('getUserJourneysByEmail', emailOf(n)),
    getMemberJourneys: n => callOf('getMemberJourneys', emailOf(n)),
    'page of all sites': () => ({ path: '/' }),
    'page of the site': () => ({ path: page }),
    'page of the journeys': () => ({ path: `${page}/journeys` }),
    'page of the members, the first': () => ({ path: `${page}/members` }),
    'page of the members, the last': () => ({ path: `${page}/members?page=${Math.ceil(members / 50)}` }),
    'page of the members, searched': () => ({ path: `${page}/members?search=er${members}` }),
    'page of a member': n => ({ path: `${page}/members/${emailOf(n)}` }),
    'list the sites': () => ({ path: '/_sandbox/sites' }),
    'get the site': () => ({ path: site }),
    'send an event': n => ({
      ...{ method: 'POST', path: `${site}/members/${emailOf(n)}/events` },
      body: { event: 'purchase' },
    }),
    export: () => ({ path: `${site}/data` }),
    import: () => ({ method: 'PUT', path: `${site}/data`, body: seed }),
    'save a snapshot': () => ({ method: 'PUT', path: `${site}/snapshots/one` }),
    'restore a snapshot': () => ({ method: 'POST', path: `${site}/snapshots/one/restore` }),
    reset: () => ({ method: 'POST', path: `${site}/reset` }),
  }
  const measured: Record<string, Measured> = {}
  for (const [name, requestOf] of Object.entries(operations)) {
    const result: Measured = { times: [], delays: [] }
    for (let n = 0; n < REPEATS && !result.refused && (result.times.at(-1) ?? 0) < LONG_MS; n++) {
      await server.probe()
      const began = performance.now()
      await send(server.origin, requestOf(n)).catch(error => {
        result.refused = /: (\d{3}) /.exec(error.message)?.[1] ?? 'cut off'
      })
      result.times.push(performance.now() - began)
      result.delays.push((await server.probe()).delayMs)
    }
    measured[name] = result
  }
  const label = `with ${members.toLocaleString('en')} members, after all of this beside at start`
  const { memoryMb: after } = await server.probe()
  memory.push({ cells: [label, round(after), round(before)] })
  return measured
}
