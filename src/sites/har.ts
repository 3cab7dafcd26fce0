import { STATUS_CODES } from 'node:http'
import { version } from '../package-file.ts'
import type { RequestRecord } from './journal.ts'

/**
 * Requests as an HTTP Archive, format 1.2 (http://www.softwareishard.com/blog/har-12-spec/), for any HAR viewer. Signatures and other
 * secrets are left out, as everywhere in the journal. A request that was never answered has the status 0.
 *
 * @param requests newest first
 * @param origin of the server, such as `http://127.0.0.1:4300`
 */
export const toHar = (requests: readonly RequestRecord[], origin: string): object => ({
  log: {
    version: '1.2',
    creator: { name: 'journeys-sandbox', version },
    entries: requests.toReversed().map(request => toEntry(request, origin)),
  },
})

const UNKNOWN_SIZE = -1

function toEntry(request: RequestRecord, origin: string): object {
  const url = new URL(request.path, origin)
  const time = request.duration_ms ?? 0
  const { response } = request
  const body = response?.body ?? ''
  return {
    startedDateTime: request.time,
    time,
    request: {
      method: request.method,
      url: url.href,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: toPairs(Object.entries(request.headers)),
      queryString: toPairs([...url.searchParams]),
      headersSize: UNKNOWN_SIZE,
      bodySize: UNKNOWN_SIZE,
    },
    response: {
      status: request.status ?? 0,
      statusText: STATUS_CODES[request.status ?? 0] ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: toPairs(Object.entries(response?.headers ?? {})),
      content: {
        size: Buffer.byteLength(body),
        mimeType: response?.headers['content-type'] ?? '',
        text: body,
      },
      redirectURL: '',
      headersSize: UNKNOWN_SIZE,
      bodySize: UNKNOWN_SIZE,
    },
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    ...(request.explanation !== null && { comment: request.explanation }),
  }
}

const toPairs = (entries: [string, string][]) => entries.map(([name, value]) => ({ name, value }))
