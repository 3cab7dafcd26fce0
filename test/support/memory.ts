import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The bytes in use on the heap after a full collection. Buffers are freed later and do not count. */
export function usedBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
