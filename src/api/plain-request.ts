import type { RequestHead } from './journal.ts'

// Far below Node's own limit.
const LONGEST = 8192

// One request and nothing behind it: as clients write it, with a space after each colon and all in ASCII.
const PLAIN =
  /^GET [\x21-\x7e]+ HTTP\/1\.1\r\n(?:[\w!#$%&'*+\-.^`|~]+: [\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\r\n)+\r\n$/

// With these a request has a body, or there is more to do than to answer it: what llhttp knows by name, and `expect`. And
// what Node reads as a list.
const UNCOMMON = new Set([
  ...['content-length', 'expect', 'proxy-connection', 'transfer-encoding', 'upgrade'],
  'set-cookie',
])

/**
 * A request in a chunk of bytes, when they are just that: all of one plain GET that leaves the connection open, each
 * header once. It is read as Node's parser would. `undefined` is for that parser to read, whatever it may be.
 */
export function plainRequest(bytes: Buffer): RequestHead | undefined {
  if (bytes.length > LONGEST) return undefined
  const text = bytes.toString('latin1')
  if (!PLAIN.test(text)) return undefined

  const head: RequestHead = {
    method: 'GET',
    url: text.slice('GET '.length, text.indexOf(' ', 4)),
    headers: {},
    rawHeaders: [],
  }
  const { headers, rawHeaders } = head
  for (let from = text.indexOf('\r\n') + 2; from < text.length - 2; ) {
    const colon = text.indexOf(':', from)
    const end = text.indexOf('\r\n', colon)
    const [name, value] = [text.slice(from, colon), text.slice(colon + 2, end)]
    const key = name.toLowerCase()
    if (headers[key] !== undefined || UNCOMMON.has(key)) return undefined
    headers[key] = value
    rawHeaders.push(name, value)
    from = end + 2
  }
  const { host, connection = 'keep-alive' } = headers
  return host !== undefined && connection.toLowerCase() === 'keep-alive' ? head : undefined
}
