import { generatedSeed } from '../../examples/generated-data.ts'
import type { startSandbox } from '../../src/index.ts'

/**
 * Times what a suite of tests does within its own process, in milliseconds, and prints it as JSON. The arguments are the
 * package's module and how often each is done.
 */
export type InProcess = Record<
  'create' | 'createFromDocument' | 'reset' | 'firstEvents' | 'lastEvents' | 'startToClose' | 'first',
  number[]
>

const [module = '', count] = process.argv.slice(2)
const rounds = Number(count)
const journeysSandbox: { startSandbox: typeof startSandbox } = await import(module)

const MEMBER = 'ann@example.com'

async function startToClose(): Promise<void> {
  await using sandbox = await journeysSandbox.startSandbox()
  const site = sandbox.createSite()
  const get = async (path: string, identifier?: string): Promise<void> => {
    const response = await fetch(sandbox.url + path, { headers: site.headersFor(identifier) })
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    await response.text()
  }
  await get('/journeys')
  await get('/journeys/de04a64d-dc40-445f-8351-3dde7567d5c8', 'de04a64d-dc40-445f-8351-3dde7567d5c8')
  await get(`/user_journeys/${MEMBER}`, MEMBER)
  await get(`/user/${MEMBER}/journeys`, MEMBER)
  await get('/user/held@example.com/journeys', 'held@example.com')
}

async function repeated(times: number, work: (n: number) => unknown): Promise<number[]> {
  const measured: number[] = []
  for (let n = 0; n < times; n++) {
    const began = performance.now()
    await work(n)
    measured.push(performance.now() - began)
  }
  return measured
}

await startToClose()
const first = [performance.now()]
const lives = await repeated(rounds, startToClose)

await using sandbox = await journeysSandbox.startSandbox()
const sites = [sandbox.createSite()]
const create = await repeated(rounds, () => sites.push(sandbox.createSite()))
const seed = generatedSeed({ journeys: 14, members: 29 })
sandbox.createSite({ seed })
const createFromDocument = await repeated(rounds, () => sandbox.createSite({ seed }))
const purchase = (n: number, amount: number) => sites[n]?.member(MEMBER).did('purchase', { amount })
for (const n of sites.keys()) purchase(n, 1)
const reset = await repeated(rounds, n => sites[n]?.reset())
const events = await repeated(10 * rounds, n => purchase(0, n))

const measured: InProcess = {
  ...{ create, createFromDocument, reset, startToClose: lives, first },
  ...{ firstEvents: events.slice(0, rounds), lastEvents: events.slice(-rounds) },
}
process.stdout.write(JSON.stringify(measured))
