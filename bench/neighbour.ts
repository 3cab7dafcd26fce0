import { setTimeout as sleep } from 'node:timers/promises'

const WRITES_PER_SECOND = 20
const HEADERS = { 'content-type': 'application/json' }

/** Makes a second site, and returns how to write to it in the background at a steady rate. */
export async function neighbourAt(url: string): Promise<() => AsyncDisposable> {
  const site = `${new URL(url).origin}/_sandbox/sites`
  await call('POST', site, { site_id: 'neighbour' })
  let writes = 0
  const write = (): Promise<void> =>
    call('PUT', `${site}/neighbour/members/ann@example.com`, { attributes: { writes: ++writes } })
  return () => {
    const stop = new AbortController()
    const writing = (async () => {
      while (!stop.signal.aborted) {
        await write()
        await sleep(1000 / WRITES_PER_SECOND)
      }
    })()
    return {
      async [Symbol.asyncDispose]() {
        stop.abort()
        await writing
      },
    }
  }
}

async function call(method: string, url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method, headers: HEADERS, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}
