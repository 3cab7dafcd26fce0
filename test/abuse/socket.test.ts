import fc, { type Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { goodClaims, headersOf, jwt } from '../support/token.ts'
import { exchange, type ReceivedAnswers } from './http.ts'
import { problemComplaint, vendorErrorComplaint } from './judge.ts'
import { BASE_PATH, CALM } from './requests.ts'
import { Server } from './server.ts'
import { amount, report, SEED } from './settings.ts'

const ROUNDS = amount(120, 14)
const CASES_PER_ROUND = 150
const CONNECTIONS = 16

/** Bytes of one request, or of what is none. */
interface Message {
  bytes: Buffer
  /** The statuses that it may be answered with; none when there may be no answer. */
  statuses: number[]
}

/** What is sent on one connection. */
interface Case {
  good: Message[]
  bad: Message | undefined
  /** Sent behind it, where nothing may be read as a request any more. */
  behind: Message[]
  cuts: number[]
}

const MARKER = 'smuggled'
const crlf = (...lines: string[]): string => lines.map(line => `${line}\r\n`).join('')
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

const token = crlf(
  ...Object.entries(headersOf(jwt(goodClaims('')), CALM.site_id)).map(([name, value]) => `${name}: ${value}`),
).trimEnd()
const head = (method: string, target: string, ...headers: string[]): string =>
  crlf(`${method} ${target} HTTP/1.1`, 'Host: localhost', ...headers, '')
const smuggled = head('GET', `${BASE_PATH}/${MARKER}`)
const clock = `/_sandbox/sites/${CALM.site_id}/clock`
const json = 'Content-Type: application/json'

const message = (text: string, ...statuses: number[]): Message => ({ bytes: latin1(text), statuses })

const GOOD: Message[] = [
  message(head('GET', `${BASE_PATH}/journeys`, token), 200),
  message(head('HEAD', `${BASE_PATH}/journeys`, token), 200),
  message(head('GET', `${BASE_PATH}/journeys`), 401),
  message(head('GET', `${BASE_PATH}/nothing`), 404),
  message(head('GET', '/openapi.json'), 200),
  message(head('GET', '/_sandbox/health'), 200),
  message(head('GET', '/_sandbox/nothing'), 404),
  message(head('GET', `${BASE_PATH}/user/%/journeys`), 400),
  message(head('GET', '/_sandbox/%ff'), 400),
  message(head('OPTIONS', '*'), 404),
  message(head('GET', `http://localhost${BASE_PATH}/journeys`, token), 200),
  message(`\r\n${head('GET', '/_sandbox/health')}`, 200),
  // Bodies that hold what would be a request elsewhere.
  message(head('POST', `${BASE_PATH}/journeys`, `Content-Length: ${smuggled.length}`) + smuggled, 405),
  message(
    `${head('POST', `${BASE_PATH}/journeys`, 'Transfer-Encoding: chunked')}${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
    405,
  ),
  message(head('GET', `${BASE_PATH}/journeys`, token, `Content-Length: ${smuggled.length}`) + smuggled, 200),
  message(head('PUT', clock, json, `Content-Length: ${smuggled.length}`) + smuggled, 400),
  message(`${head('PUT', clock, json, 'Content-Length: 16')}{"frozen": true}`, 200),
  message(
    `${head('PUT', clock, json, 'Transfer-Encoding: chunked')}4;x=y\r\n{"fr\r\nc\r\nozen": true}\r\n0\r\nX-T: 1\r\n\r\n`,
    200,
  ),
  message(`${head('PUT', clock, json, 'Expect: 100-continue', 'Content-Length: 16')}{"frozen": true}`, 200),
  message(head('GET', `${BASE_PATH}/journeys`, token, 'X-Sandbox-Fault: delay=3'), 200),
  message(head('GET', `${BASE_PATH}/journeys`, token, 'X-Sandbox-Fault: drip=3000/1'), 200),
  message(head('GET', `${BASE_PATH}/journeys`, token, 'X-Sandbox-Fault: status=503'), 503),
  message(head('GET', `${BASE_PATH}/journeys`, token, `X-Long: ${'x'.repeat(5000)}`), 200),
  message(head('GET', `/${'x'.repeat(8000)}`), 404),
  message(head('GET', `${BASE_PATH}/journeys`, 'Host: elsewhere'), 400),
  message(crlf(`GET ${BASE_PATH}/journeys HTTP/1.1`, ''), 400),
  message(head('GET', `${BASE_PATH}/${'x'.repeat(9000)}`), 414),
]

const REFUSED = [400, 405, 413, 414, 417, 431, 501, 505]

/** What HTTP does not allow, or this server does not. */
const BAD_TEXTS = [
  'nonsense\r\n\r\n',
  'GET\r\n\r\n',
  'GET / HTTP/1.1\nHost: localhost\n\n',
  'GET / HTTP/1.1\rHost: localhost\r\r',
  'G\0T / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03',
  head('FETCH', '/'),
  head('CONNECT', 'example.com:443'),
  head('GET', '/', 'no colon'),
  head('GET', '/', ': no name'),
  head('GET', '/', 'a b: c'),
  head('GET', '/', 'a: \0'),
  head('GET', '/', 'a: b', ' folded'),
  head('GET', '/', 'Content-Length : 4'),
  head('GET', '/', ...Array.from({ length: 3000 }, (_, i) => `h${i}: x`)),
  head('GET', '/', `h: ${'x'.repeat(70_000)}`),
  head('GET', `/${'x'.repeat(70_000)}`),
  // Two lengths, of which another server might believe the other.
  head('POST', `${BASE_PATH}/journeys`, 'Content-Length: 4', 'Transfer-Encoding: chunked') +
    `0\r\n\r\n${smuggled}`,
  head('POST', `${BASE_PATH}/journeys`, 'Transfer-Encoding: chunked', 'Content-Length: 4') +
    `0\r\n\r\n${smuggled}`,
  `${head('POST', `${BASE_PATH}/journeys`, 'Content-Length: 4', 'Content-Length: 5')}abcd${smuggled}`,
  `${head('POST', `${BASE_PATH}/journeys`, 'Content-Length: 4, 5')}abcd${smuggled}`,
  `${head('POST', `${BASE_PATH}/journeys`, 'Content-Length: +4')}abcd${smuggled}`,
  `${head('POST', `${BASE_PATH}/journeys`, 'Content-Length: 0x4')}abcd${smuggled}`,
  head('POST', `${BASE_PATH}/journeys`, 'Content-Length: -1') + smuggled,
  head('POST', `${BASE_PATH}/journeys`, `Content-Length: ${'9'.repeat(30)}`) + smuggled,
  `${head('POST', `${BASE_PATH}/journeys`, 'Transfer-Encoding: xchunked')}0\r\n\r\n${smuggled}`,
  `${head('POST', `${BASE_PATH}/journeys`, 'Transfer-Encoding: chunked, identity')}0\r\n\r\n${smuggled}`,
  `${head('POST', `${BASE_PATH}/journeys`, 'Transfer-Encoding: \x0bchunked')}0\r\n\r\n${smuggled}`,
  `${head('POST', `${BASE_PATH}/journeys`, 'Transfer-Encoding : chunked')}0\r\n\r\n${smuggled}`,
  // Chunks that are none.
  ...['POST', 'PUT'].flatMap(method =>
    [
      'x\r\n',
      '-1\r\n',
      '5\r\nabcdefgh\r\n',
      `${'f'.repeat(20)}\r\n`,
      '1\nx\n',
      '2\r\n{}\r\nx\r\n',
      `1;${'x'.repeat(40_000)}\r\n`,
    ].map(
      chunks =>
        head(method, method === 'PUT' ? clock : `${BASE_PATH}/journeys`, json, 'Transfer-Encoding: chunked') +
        chunks +
        smuggled,
    ),
  ),
]
const BAD = BAD_TEXTS.map(text => message(text, ...REFUSED))

// A HEAD that cannot be read gets an answer with a body, as nobody knows that it is one. An answer that is late is cut off
// when the client says that nothing more follows.
const READABLE = GOOD.filter(({ bytes }) => !bytes.includes('HEAD ') && !bytes.includes('X-Sandbox-Fault'))

/** The start of a request, the rest of which never comes. */
const cutShort: Arbitrary<Message> = fc
  .tuple(fc.constantFrom(...READABLE), fc.nat())
  .map(([{ bytes }, at]) => ({ bytes: bytes.subarray(0, 1 + (at % (bytes.length - 1))), statuses: [] }))

/** Of versions that Node's parser knows, too. */
const OTHER_VERSIONS = [
  'GET /_sandbox/health\r\n\r\n',
  'GET /_sandbox/health HTTP/1.0\r\n\r\n',
  'GET /_sandbox/health HTTP/2.0\r\nHost: localhost\r\n\r\n',
].map(text => message(text))

const randomBytes: Arbitrary<Message> = fc
  .uint8Array({ minLength: 1, maxLength: 300 })
  .map(bytes => ({ bytes: Buffer.from(bytes), statuses: [] }))

/** A request of which some bytes are others. It may be a request all the same. */
const corrupted: Arbitrary<Message> = fc
  .tuple(
    fc.constantFrom(...READABLE.filter(({ bytes }) => !bytes.includes(MARKER))),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
  )
  .map(([{ bytes }, changes]) => {
    const copy = Buffer.from(bytes)
    for (const [at, byte] of changes) copy[at % copy.length] = byte
    return { bytes: copy, statuses: [] }
  })

const anyCase: Arbitrary<Case> = fc.record({
  good: fc.array(fc.constantFrom(...GOOD), { maxLength: 6 }),
  bad: fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 4, arbitrary: fc.constantFrom(...BAD) },
    { weight: 1, arbitrary: cutShort },
    { weight: 1, arbitrary: fc.oneof(randomBytes, fc.constantFrom(...OTHER_VERSIONS)) },
    { weight: 2, arbitrary: corrupted },
  ),
  behind: fc.array(fc.constantFrom(message(smuggled), message('\r\n\r\n'), message('x'.repeat(9000))), {
    maxLength: 2,
  }),
  cuts: fc.array(fc.nat(), { maxLength: 4 }),
})

describe(`Bytes of every kind on a socket, from ABUSE_SEED=${SEED}`, () => {
  test('are answered in order, each request once, and nothing behind what is no request', async () => {
    await using server = await Server.start()
    const memory: number[] = []
    const start = performance.now()
    let requests = 0

    for (let round = 0; round < ROUNDS; round++) {
      const cases = fc.sample(anyCase, { numRuns: CASES_PER_ROUND, seed: SEED + round })
      await Promise.all(
        Array.from({ length: CONNECTIONS }, async () => {
          for (let next = cases.pop(); next; next = cases.pop()) {
            requests += next.good.length + (next.bad ? 1 : 0)
            await tryCase(server.port, next)
          }
        }),
      )
      await server.expectHealthy()
      await expectNothingSmuggled(server)
      memory.push(server.memory())
    }

    const seconds = Math.round((performance.now() - start) / 1000)
    report(
      `${requests} messages on ${ROUNDS * CASES_PER_ROUND} connections in ${seconds} s; memory in MB: ${memory.map(Math.round).join(' ')}`,
    )
    expect(server.program.stderr).toBe('')
  })
})

async function tryCase(port: number, one: Case): Promise<void> {
  const { good, bad, behind } = one
  const expected = good.map(({ statuses }) => statuses)
  // What is bad for certain ends the connection by itself, and what is good does so by its last request.
  const isCertain = bad !== undefined && bad.statuses.length > 0
  const last = bad === undefined ? [message(head('GET', '/_sandbox/health', 'Connection: close'), 200)] : []
  const messages = [...good, ...(bad ? [bad] : last), ...(isCertain ? behind : [])]
  const bytes = Buffer.concat(messages.map(message => message.bytes))
  const received = await exchange({
    port,
    parts: cutAt(bytes, one.cuts),
    isHead: index => messages[index]?.bytes.toString('latin1', 0, 5) === 'HEAD ',
    ...(bad !== undefined && !isCertain && { halfCloseAfter: good.length }),
  }).catch(error => {
    throw new Error(`${error.message}\n${show(bytes)}`)
  })
  const complaint = complaintAbout(received, [...expected, ...last.map(({ statuses }) => statuses)], bad)
  if (complaint !== undefined) {
    const statuses = received.answers.map(({ status }) => status)
    throw new Error(
      `${complaint}; the answers are ${statuses}, expected ${JSON.stringify(expected)}:\n${show(bytes)}`,
    )
  }
}

function complaintAbout(
  { answers, ended, reset }: ReceivedAnswers,
  expected: number[][],
  bad: Message | undefined,
) {
  if (!ended) return 'the connection stays open'
  // A reset takes answers along that were under way, and the server may close after an error.
  const isClosed = reset || answers.at(-1)?.headers.connection === 'close'
  for (const [i, statuses] of expected.entries()) {
    if (answers[i] === undefined) return isClosed ? undefined : `there is no answer ${i}`
    if (!statuses.includes(answers[i].status)) return `answer ${i} has the status ${answers[i].status}`
  }
  const more = answers.slice(expected.length)
  if (bad === undefined) return more.length > 0 ? 'there are more answers than requests' : undefined
  if (bad.statuses.length > 0) {
    if (more.length > 1) return 'bytes that are no request have more than one answer'
    if (more.length === 0 && !isClosed) return 'bytes that are no request have no answer'
    if (more[0] && !bad.statuses.includes(more[0].status)) return `they are answered with ${more[0].status}`
  }
  for (const answer of more) {
    if (answer.status >= 500 && !/^fault: /.test(answer.headers['x-sandbox-explain'] ?? ''))
      return 'the server failed'
    if (answer.status < 400 || answer.status >= 500 || answer.body.length === 0) continue
    const isPage = answer.headers['content-type']?.startsWith('text/html')
    if (isPage) continue
    const isProblem = answer.headers['content-type']?.startsWith('application/problem+json')
    const complaint = isProblem ? problemComplaint(answer) : vendorErrorComplaint(answer)
    if (complaint !== undefined) return complaint
  }
  return undefined
}

/** No path of a request that was hidden in the body of another has been called. */
async function expectNothingSmuggled(server: Server): Promise<void> {
  for (const path of ['/requests', `/sites/${CALM.site_id}/requests`]) {
    const { requests } = await server.expect('GET', path)
    expect(requests.filter((request: { path: string }) => request.path.includes(MARKER))).toEqual([])
    await server.expect('DELETE', path)
  }
}

function cutAt(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

const show = (bytes: Buffer): string => JSON.stringify(bytes.toString('latin1').replace(/(.)\1{99,}/g, '$1…'))
