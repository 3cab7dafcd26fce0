import { connect, type Socket } from 'node:net'

/** A reader of HTTP/1.1 answers that accepts only what RFC 9112 allows a server to send, and a client on top of it. */

export interface Answer {
  status: number
  /** By lower-case name. */
  headers: Record<string, string>
  body: Buffer
}

/** Bytes that are no HTTP answer, or an answer that ends too early or too late. */
export class Malformed extends Error {
  override name = 'Malformed'
}

const STATUS_LINE = /^HTTP\/1\.1 ([1-5]\d\d) [\t -~]*$/
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*$/
const HEAD_END = Buffer.from('\r\n\r\n')

/** Reads the answers of a connection as their bytes arrive. */
export class AnswerReader {
  readonly answers: Answer[] = []
  #bytes = Buffer.alloc(0)
  readonly #isHead: (index: number) => boolean

  /** @param isHead whether the request with this index, which is that of its answer, has the method HEAD */
  constructor(isHead: (index: number) => boolean = () => false) {
    this.#isHead = isHead
  }

  /** @throws {Malformed} */
  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    while (this.#readOne(false));
  }

  /** The connection has ended. @throws {Malformed} when that is within an answer */
  end(): void {
    this.#readOne(true)
    if (this.#bytes.length > 0) throw new Malformed(`ends within ${show(this.#bytes)}`)
  }

  #readOne(ended: boolean): boolean {
    const headEnd = this.#bytes.indexOf(HEAD_END)
    if (headEnd < 0) return false
    const { status, headers } = readHead(this.#bytes.subarray(0, headEnd).toString('latin1'))
    const rest = this.#bytes.subarray(headEnd + HEAD_END.length)
    const body = this.#bodyOf(status, headers, rest, ended)
    if (body === undefined) return false
    this.#bytes = rest.subarray(body.length)
    if (status !== 100) this.answers.push({ status, headers, body: body.content })
    return true
  }

  #bodyOf(status: number, headers: Record<string, string>, rest: Buffer, ended: boolean) {
    const { 'content-length': length, 'transfer-encoding': encoding, connection } = headers
    if (length !== undefined && encoding !== undefined)
      throw new Malformed('has Content-Length and Transfer-Encoding')
    if (status < 200 || status === 204 || status === 304 || this.#isHead(this.answers.length))
      return { length: 0, content: Buffer.alloc(0) }
    if (encoding !== undefined) {
      if (encoding !== 'chunked') throw new Malformed(`has Transfer-Encoding: ${encoding}`)
      return readChunks(rest)
    }
    if (length === undefined) {
      if (connection !== 'close') throw new Malformed('has no length, and the connection stays open')
      return ended ? { length: rest.length, content: rest } : undefined
    }
    if (!/^\d+$/.test(length)) throw new Malformed(`has Content-Length: ${length}`)
    return rest.length < Number(length)
      ? undefined
      : { length: Number(length), content: rest.subarray(0, Number(length)) }
  }
}

function readHead(head: string): Omit<Answer, 'body'> {
  const [first = '', ...lines] = head.split('\r\n')
  const status = Number(STATUS_LINE.exec(first)?.[1] ?? Number.NaN)
  if (Number.isNaN(status)) throw new Malformed(`starts with ${show(first)}`)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value = ''] = HEADER_LINE.exec(line) ?? []
    if (name === undefined) throw new Malformed(`has the header line ${show(line)}`)
    const key = name.toLowerCase()
    if (key in headers && /^(content-|transfer-encoding|connection)/.test(key))
      throw new Malformed(`has the header ${name} twice`)
    headers[key] = value
  }
  return { status, headers }
}

function readChunks(bytes: Buffer): { length: number; content: Buffer } | undefined {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const line = bytes.subarray(at, lineEnd).toString('latin1')
    if (!/^[0-9a-f]+$/i.test(line)) throw new Malformed(`has the chunk size ${show(line)}`)
    const size = Number.parseInt(line, 16)
    const start = lineEnd + 2
    if (bytes.length < start + size + 2) return undefined
    if (bytes.subarray(start + size, start + size + 2).toString('latin1') !== '\r\n')
      throw new Malformed('has a chunk that is longer than its size')
    at = start + size + 2
    if (size === 0) return { length: at, content: Buffer.concat(chunks) }
    chunks.push(bytes.subarray(start, start + size))
  }
}

const show = (bytes: Buffer | string): string => JSON.stringify(bytes.toString('latin1').slice(0, 300))

export interface ReceivedAnswers {
  answers: Answer[]
  /** Whether the server has ended the connection, and not the deadline. */
  ended: boolean
  /** Whether the server has reset the connection. */
  reset: boolean
}

export interface Sending {
  port: number
  /** Sent one after another, each in a packet of its own. */
  parts: Buffer[]
  isHead?: (index: number) => boolean
  /** Ends when there are so many answers, and otherwise when the server ends the connection. */
  expected?: number
  /** Says that nothing more follows once there are so many answers. */
  halfCloseAfter?: number
  deadlineMs?: number
}

/** Sends bytes on a connection of their own and reads what comes back. @throws {Malformed} */
export function exchange({
  port,
  parts,
  isHead,
  expected = Number.POSITIVE_INFINITY,
  halfCloseAfter,
  deadlineMs = 20_000,
}: Sending): Promise<ReceivedAnswers> {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader(isHead)
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    let reset = false
    const finish = (ended: boolean) => {
      clearTimeout(deadline)
      socket.destroy()
      resolve({ answers: reader.answers, ended, reset })
    }
    const attempt = (read: () => void) => {
      try {
        read()
      } catch (error) {
        clearTimeout(deadline)
        socket.destroy()
        reject(error)
      }
    }
    const deadline = setTimeout(finish, deadlineMs, false)
    socket.on('data', chunk =>
      attempt(() => {
        reader.push(chunk)
        if (reader.answers.length >= expected) finish(false)
        halfClose()
      }),
    )
    socket.on('end', () =>
      attempt(() => {
        reader.end()
        finish(true)
      }),
    )
    // What the server had sent may be lost with a reset, so that an answer may be cut off.
    socket.on('error', () => {
      reset = true
    })
    socket.on('close', () => finish(true))
    let isSent = false
    const halfClose = () => {
      if (isSent && halfCloseAfter !== undefined && reader.answers.length >= halfCloseAfter) socket.end()
    }
    writeAll(socket, parts, () => {
      isSent = true
      halfClose()
    })
  })
}

function writeAll(socket: Socket, [part, ...rest]: Buffer[], done: () => void): void {
  if (socket.destroyed) return
  if (part === undefined) done()
  else socket.write(part, () => setImmediate(writeAll, socket, rest, done))
}

/** A connection that stays open, on which requests are pipelined. */
export class Client implements Disposable {
  readonly #port: number
  #socket: Socket | undefined

  constructor(port: number) {
    this.#port = port
  }

  /** Sends requests at once and waits for all their answers. @throws {Malformed} when they do not all come */
  ask(requests: { bytes: Buffer; isHead: boolean }[], deadlineMs = 60_000): Promise<Answer[]> {
    this.#socket ??= connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    const socket = this.#socket
    const reader = new AnswerReader(index => requests[index]?.isHead ?? false)
    return new Promise((resolve, reject) => {
      const fail = (why: string) =>
        finish(() => reject(new Malformed(`${why} after ${reader.answers.length} answers`)))
      const finish = (settle: () => void) => {
        clearTimeout(deadline)
        socket.removeAllListeners()
        // After this answer the server closes the connection.
        const isLast = reader.answers.some(({ headers }) => headers.connection === 'close')
        if (isLast || reader.answers.length < requests.length) {
          socket.on('error', () => undefined).destroy()
          this.#socket = undefined
        }
        settle()
      }
      const deadline = setTimeout(fail, deadlineMs, `nothing comes for ${deadlineMs} ms`)
      socket.on('data', chunk => {
        try {
          reader.push(chunk)
        } catch (error) {
          return finish(() => reject(error))
        }
        const last = reader.answers.at(-1)
        if (reader.answers.length >= requests.length || last?.headers.connection === 'close')
          finish(() => resolve(reader.answers))
      })
      socket.on('error', error => fail(error.message))
      socket.on('close', () => fail('the connection ends'))
      socket.write(Buffer.concat(requests.map(({ bytes }) => bytes)))
    })
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy()
  }
}
