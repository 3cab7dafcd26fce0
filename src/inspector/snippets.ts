import { isoOf } from '../clock.ts'
import { toCurl } from '../sites/credentials.ts'
import { version } from '../version.ts'
import type { Exchange } from './request-list.ts'

/** A request in the languages that people paste it into. */

export interface Snippet {
  url: string
  method: string
  headers: Record<string, string>
}

const js = (value: unknown): string => JSON.stringify(value, null, 2)

export const toFetch = ({ url, method, headers }: Snippet): string =>
  `const response = await fetch(${js(url)}, ${js({ ...(method !== 'GET' && { method }), headers })})
const body = await response.text()`

// A JSON string is a Python string, but for the escapes of characters beyond the basic plane, which JSON.stringify leaves as they are.
export const toPython = ({ url, method, headers }: Snippet): string => `import requests

response = requests.request(
    ${JSON.stringify(method)},
    ${JSON.stringify(url)},
    headers={
${Object.entries(headers)
  .map(([name, value]) => `        ${JSON.stringify(name)}: ${JSON.stringify(value)},`)
  .join('\n')}
    },
)
print(response.status_code, response.text)`

export const SNIPPETS = [
  ['curl', ({ url, method, headers }: Snippet) => toCurl(url, headers, { method })],
  ['fetch', toFetch],
  ['Python', toPython],
] as const

const pairs = (headers: Record<string, string>) =>
  Object.entries(headers).map(([name, value]) => ({ name, value }))

/**
 * A request as an HTTP Archive 1.2, which browsers, Postman and proxies open. The token has no signature, as in the
 * journal.
 */
export function toHar(record: Exchange, origin: string): string {
  const { method, path, headers, status, duration_ms, time, response } = record
  const url = new URL(path, origin)
  const type = response?.headers['content-type'] ?? ''
  const log = {
    version: '1.2',
    creator: { name: 'journeys-sandbox', version },
    entries: [
      {
        startedDateTime: isoOf(Date.parse(time)),
        time: duration_ms ?? 0,
        request: {
          method,
          url: url.href,
          httpVersion: 'HTTP/1.1',
          cookies: [],
          headers: pairs(headers),
          queryString: [...url.searchParams].map(([name, value]) => ({ name, value })),
          headersSize: -1,
          bodySize: -1,
        },
        response: {
          status: status ?? 0,
          statusText: '',
          httpVersion: 'HTTP/1.1',
          cookies: [],
          headers: pairs(response?.headers ?? {}),
          content: { size: response?.body?.length ?? 0, mimeType: type, text: response?.body ?? '' },
          redirectURL: '',
          headersSize: -1,
          bodySize: -1,
        },
        cache: {},
        timings: { send: 0, wait: duration_ms ?? 0, receive: 0 },
      },
    ],
  }
  return JSON.stringify({ log }, null, 2)
}
