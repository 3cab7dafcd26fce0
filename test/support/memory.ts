import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The bytes in use on the heap after a full collection. Buffers are freed later and do not count. */
export async function usedBytes(): Promise<number> {
  // What is still being closed holds on to its answer.
  await sleep(50)
  collectGarbage()
  return process.memoryUsage().heapUsed
}
