import { prism } from './peers.ts'
import { beside, type Row, type Section } from './report.ts'
import { benchFile, type Launch, type Package, start } from './servers.ts'
import { inRounds } from './statistics.ts'

const bare: Launch = { args: port => [benchFile('hosts/bare.js'), port] }

/** From spawning the process to the end of the first authenticated 200. */
export async function startSection(sandbox: Package, rounds: number, withPrism: boolean): Promise<Section> {
  const timed = (launch: Launch) => async (): Promise<number> => {
    await using server = await start(launch)
    return server.startMs
  }
  const contenders = {
    sandbox: timed(sandbox.launch()),
    bare: timed(bare),
    ...(withPrism && { prism: timed(prism) }),
  }
  // The first start is not counted: Node reads the files from the disk, and keeps what it compiles.
  await inRounds(1, contenders)
  const times = await inRounds(rounds, contenders)
  return {
    title: 'Start',
    about:
      'The package with the demo, from spawning the process to the end of its first authenticated 200, in ms.',
    columns: ['beside', 'sandbox', 'other', 'sandbox / other'],
    rows: [
      beside('bare Fastify', times.sandbox, times.bare, 'startBesideBare'),
      ...(withPrism ? [beside('Prism', times.sandbox, times.prism, 'startBesidePrism')] : []),
    ],
  }
}

/** The resident memory after the first answer, with the demo. */
export async function memoryAtStart(sandbox: Package, rounds: number): Promise<Row> {
  const memoryOf = (launch: Launch) => async (): Promise<number> => {
    await using server = await start(launch, { probed: true })
    return (await server.probe()).memoryMb
  }
  const memory = await inRounds(rounds, { sandbox: memoryOf(sandbox.launch()), bare: memoryOf(bare) })
  return beside('at start, beside a bare Fastify', memory.sandbox, memory.bare, 'memoryBesideBare')
}
