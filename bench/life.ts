import { createRequire } from 'node:module'
import { join } from 'node:path'
import { callOf, callsFor, OPERATIONS, type Operation, type Request, record, SITE, send } from './calls.ts'
import type { InProcess } from './hosts/in-process.ts'
import type { Ready } from './hosts/ready.ts'
import { importStubs, stub, wireMock } from './peers.ts'
import { absolute, beside, type Section } from './report.ts'
import { benchFile, type Launch, type Package, run, scratchFile, start } from './servers.ts'
import { inRounds } from './statistics.ts'

const WHOLE = 'all of it'

const TEST_SITE = { site_id: 'test-site', secret: 'secret-of-the-test' }
const TEST_SITE_PATH = `/_sandbox/sites/${TEST_SITE.site_id}`

type Life = Record<'create' | 'five calls' | 'advance the clock' | 'reset' | 'remove', Request[]>

/** What a test does with a site of its own. */
const LIFE: Life = {
  create: [{ method: 'POST', path: '/_sandbox/sites', body: { ...TEST_SITE, seed: 'demo' } }],
  'five calls': [
    callOf('getJourneys', undefined, TEST_SITE),
    callOf('getJourney', 'de04a64d-dc40-445f-8351-3dde7567d5c8', TEST_SITE),
    callOf('getUserJourneysByEmail', 'ann@example.com', TEST_SITE),
    callOf('getMemberJourneys', 'ann@example.com', TEST_SITE),
    callOf('getMemberJourneys', 'held@example.com', TEST_SITE),
  ],
  'advance the clock': [{ method: 'POST', path: `${TEST_SITE_PATH}/clock/advance`, body: { by: 'P30D' } }],
  reset: [{ method: 'POST', path: `${TEST_SITE_PATH}/reset` }],
  remove: [{ method: 'DELETE', path: TEST_SITE_PATH }],
}

/** A test's life over HTTP, beside the same requests to a Fastify that answers ready strings, and beside WireMock. */
export async function lifeSection(sandbox: Package, rounds: number, withWireMock: boolean): Promise<Section> {
  await using servers = new AsyncDisposableStack()
  const { origin } = servers.use(await start(sandbox.launch()))
  const bare = servers.use(await start(await readyLife(origin)))
  const contenders = { sandbox: () => live(origin, LIFE), 'bare Fastify': () => live(bare.origin, LIFE) }
  if (withWireMock) {
    const mock = servers.use(await start(wireMock))
    const same = await lifeInWireMock(origin)
    Object.assign(contenders, { WireMock: () => live(mock.origin, same) })
  }
  await inRounds(Math.ceil(rounds / 2), contenders)
  const { sandbox: ours = [], ...others } = await inRounds(rounds, contenders)
  return {
    title: "A test's life over HTTP",
    about: `A site from the demo, by \`fetch\` in nine requests: ${rounds} lives each, in turns, in ms.`,
    columns: ['step, beside', 'sandbox', 'other', 'sandbox / other'],
    rows: Object.entries(others).flatMap(([name, theirs]) =>
      [WHOLE, ...Object.keys(LIFE)].map(step => {
        const timesOf = (lives: Record<string, number>[]) => lives.map(times => times[step] as number)
        const target = name === 'WireMock' ? 'lifeBesideWireMock' : 'lifeBesideBare'
        return beside(`${step}, ${name}`, timesOf(ours), timesOf(theirs), step === WHOLE ? target : undefined)
      }),
    ),
  }
}

/** @returns how long each step took, and all of them */
async function live(origin: string, life: Life): Promise<Record<string, number>> {
  const times: Record<string, number> = {}
  const began = performance.now()
  for (const [step, requests] of Object.entries(life)) {
    const stepBegan = performance.now()
    for (const request of requests) await send(origin, request)
    times[step] = performance.now() - stepBegan
  }
  return { ...times, [WHOLE]: performance.now() - began }
}

/** A Fastify that has the answers of the sandbox ready. */
async function readyLife(origin: string): Promise<Launch> {
  const answers: Ready['answers'] = {}
  for (const request of Object.values(LIFE).flat())
    answers[`${request.method ?? 'GET'} ${request.path}`] = await send(origin, request)
  return readyHost(scratchFile({ answers } satisfies Ready))
}

/** The Fastify that answers what a file holds. */
export const readyHost = (file: string): Launch => ({
  args: port => [benchFile('hosts/ready.ts'), port, file],
})

/** The same steps by what WireMock has for them: a stub for every answer of the demo, and a scenario as a clock. */
async function lifeInWireMock(origin: string): Promise<Life> {
  const exported = await send(origin, { path: `/_sandbox/sites/${SITE.site_id}/data` })
  const demo: { journeys: { id: string }[]; members: { email: string; status?: string }[] } = JSON.parse(
    exported.body,
  )
  const ids = demo.journeys.map(({ id }) => id)
  // An export names the status of members who are not active; they are refused.
  const active = demo.members.filter(({ status }) => status === undefined)
  const emails = active.map(({ email }) => email)
  const { calls, bodies } = await record(origin, callsFor(ids, emails))
  const metadata = { site: TEST_SITE.site_id }
  const headers = { 'X-AnnexCloud-Site': { equalTo: TEST_SITE.site_id } }
  const stubFor = (operation: Operation, c: number, more = {}) =>
    stub({ urlPath: calls[operation][c]?.path, headers }, bodies[operation][c], { metadata, ...more })
  const stubs = OPERATIONS.flatMap(operation => calls[operation].map((_, c) => stubFor(operation, c)))
  const later = stubFor('getMemberJourneys', 0, { scenarioName: 'clock', requiredScenarioState: 'later' })
  const matchesJsonPath = { expression: '$.site', equalTo: metadata.site }
  return {
    ...LIFE,
    create: [importStubs([...stubs, later])],
    'advance the clock': [
      { method: 'PUT', path: '/__admin/scenarios/clock/state', body: { state: 'later' } },
    ],
    reset: [{ method: 'POST', path: '/__admin/scenarios/reset' }],
    remove: [{ method: 'POST', path: '/__admin/mappings/remove-by-metadata', body: { matchesJsonPath } }],
  }
}

/** The same within the process of the tests, by the functions of the package. */
export function inProcessSection(
  sandbox: Package,
  { processes, rounds }: { processes: number; rounds: number },
): Section {
  const module = createRequire(join(sandbox.directory, 'index.js')).resolve('journeys-sandbox')
  const runs = Array.from(
    { length: processes },
    (): InProcess =>
      JSON.parse(run(process.execPath, benchFile('hosts/in-process.ts'), module, String(rounds))),
  )
  const all = (name: keyof InProcess): number[] => runs.flatMap(measured => measured[name])
  return {
    title: "A test's life in process",
    about: `By the functions of the package, ${rounds} times in each of ${processes} processes.`,
    columns: ['what', 'ms'],
    rows: [
      absolute('create a site from the demo', all('create'), 'create'),
      absolute('create a site from a document used before', all('createFromDocument'), 'create'),
      absolute('reset a site that has changed', all('reset'), 'reset'),
      absolute(`an event, the first ${rounds} of a member`, all('firstEvents'), 'event'),
      absolute(`an event, the last ${rounds} of ten times as many`, all('lastEvents'), 'event'),
      absolute('start, create a site, five calls, close', all('startToClose'), 'startToClose'),
      absolute('the same as the first thing of a process', all('first')),
    ],
  }
}
