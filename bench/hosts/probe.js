// Loaded into a server before it starts (node --import). Asked by its parent, it tells the longest delay of the event loop
// since it was last asked, and the resident memory.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
process.on('message', async () => {
  // A delay is recorded when the event loop turns the next time, and the first turn after a reset only sets the start.
  await sleep(10)
  const measured = { delayMs: delay.max / 1e6, memoryMb: process.memoryUsage.rss() / 2 ** 20 }
  delay.reset()
  await sleep(10)
  process.send(measured)
})
// The channel alone does not keep the server running.
process.channel.unref()
