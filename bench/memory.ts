import type { Packed } from './packed.ts'
import type { Row, Section } from './report.ts'
import type { Server } from './servers.ts'
import { spreadOf } from './spread.ts'

const AT_START = { atMost: 95 }
const AFTER_LOAD = { atMost: 140 }

/** Of a sandbox with the demo that was only just started, and of the one that has answered everything else. */
export async function memorySection(packed: Packed, loaded: Server): Promise<Section> {
  const atStart: number[] = []
  for (let round = 0; round < 3; round++) {
    await using server = await packed.serve()
    atStart.push(server.memory())
  }
  const rows: Row[] = [
    { cells: ['at start, with the demo'], measured: spreadOf(atStart), target: AT_START },
    {
      cells: ['after the load, with the made-up site'],
      measured: spreadOf([loaded.memory()]),
      target: AFTER_LOAD,
    },
  ]
  return {
    title: 'Memory',
    about: 'Resident, of the whole process.',
    columns: ['when'],
    measure: 'MB',
    digits: 0,
    rows,
  }
}
