import { setTimeout as wait } from 'node:timers/promises'
import { type SignOptions, sign } from '../auth/sign.ts'
import { type Clock, monotonic, systemClock, waitOf } from '../clock.ts'
import { ConfigError } from '../config.ts'
import { isObject, toText } from '../contract/json.ts'

/** Why there is no usable answer of a live API. */
export type FailureReason = 'unreachable' | 'timeout' | 'redirect' | 'not JSON' | 'refused'

/** There is no usable answer of a live API; the message is one line without a secret or an email. */
export class LiveApiError extends Error {
  override name = 'LiveApiError'
  readonly reason: FailureReason

  constructor(reason: FailureReason, message: string) {
    super(message)
    this.reason = reason
  }
}

export interface LiveApiOptions {
  /** Where the four operations are, such as `https://s15.socialannex.net/api/3.0`; a slash at its end is ignored. */
  baseUrl: string
  siteId: string
  /** The site's secret, used raw. */
  secret: string
  /** The most requests per second, retries included. */
  rate: number
  /** How long an answer may take, its body included. */
  timeoutMs?: number
  clock?: Clock
  fetch?: typeof fetch
}

export interface GetOptions {
  /** What the token is bound to, decoded; left out for `GET /journeys`. */
  identifier?: string | undefined
  /** Returns the headers to send instead of those that `sign` returns for the same options. */
  headers?: ((options: SignOptions) => Record<string, string>) | undefined
}

export interface LiveAnswer {
  status: number
  /** By lower-case name. */
  headers: Record<string, string>
  text: string
  /** The body as JSON; undefined when it is not JSON. */
  json: unknown
  /** From sending the request to the end of the body. */
  ms: number
}

/** A server of the Journeys API that is read with signed requests, such as the vendor's. */
export interface LiveApi {
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly siteId: string
  /**
   * Gets `path`, which is relative to the base URL and percent-encoded, with a token of its own. After a 429 or 503 it
   * waits for `Retry-After` and tries again, up to four times.
   * @throws {LiveApiError} when there is no answer, or a redirect
   */
  get(path: string, options?: GetOptions): Promise<LiveAnswer>
}

const TIMEOUT_MS = 15_000
const TOKEN_LIFETIME_S = 300
const MOST_RETRIES = 4
const FIRST_WAIT_MS = 500
// After a longer Retry-After there is no retry.
const LONGEST_WAIT_MS = 60_000

/** @throws {ConfigError} when the base URL is not usable */
export function openLiveApi({
  siteId,
  secret,
  rate,
  timeoutMs = TIMEOUT_MS,
  clock = systemClock,
  fetch: send = fetch,
  ...options
}: LiveApiOptions): LiveApi {
  const baseUrl = checkBaseUrl(options.baseUrl)
  let nextTurn = 0

  async function ask(path: string, { identifier, headers = options => sign(options).headers }: GetOptions) {
    const pause = nextTurn - monotonic()
    nextTurn = Math.max(nextTurn, monotonic()) + 1000 / rate
    if (pause > 0) await wait(pause)
    const sent = monotonic()
    const exp = Math.floor(clock.now() / 1000) + TOKEN_LIFETIME_S
    try {
      const response = await send(`${baseUrl}${path}`, {
        headers: headers({ site_id: siteId, secret, identifier, exp }),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'manual',
      })
      const text = await response.text()
      return { response, text, ms: Math.round(monotonic() - sent) }
    } catch (error) {
      throw toLiveApiError(error as Error, baseUrl, timeoutMs)
    }
  }

  return {
    baseUrl,
    siteId,
    async get(path, getOptions = {}) {
      for (let retry = 0; ; retry++) {
        const { response, text, ms } = await ask(path, getOptions)
        const { status, headers } = response
        if (status >= 300 && status < 400 && headers.has('location')) throw redirected(response, baseUrl)
        const pause = waitOf(headers.get('retry-after'), clock.now()) ?? FIRST_WAIT_MS * 2 ** retry
        const isBusy = status === 429 || status === 503
        if (!isBusy || retry === MOST_RETRIES || pause > LONGEST_WAIT_MS)
          return { status, headers: Object.fromEntries(headers), text, json: parseJson(text), ms }
        await wait(pause)
      }
    },
  }
}

function checkBaseUrl(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new ConfigError(
      '--base-url: write a URL like https://s15.socialannex.net/api/3.0, without user, query or fragment',
    )
  }
  return url.href.replace(/\/+$/, '')
}

/** Names only the origin of the target, as its path may hold an email. */
function redirected({ status, headers }: Response, baseUrl: string): LiveApiError {
  const target = URL.parse(headers.get('location') ?? '', baseUrl)?.origin ?? 'another URL'
  return new LiveApiError(
    'redirect',
    `${baseUrl} redirects (${status}) to ${target}; use the base URL that it redirects to`,
  )
}

/** A text as JSON; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The errorCode of a body. One that does not look like a code may name a person, and is left out. */
export function errorCodeIn(body: unknown): string | undefined {
  const code = isObject(body) ? toText(body.errorCode) : ''
  return /^([A-Z][A-Z0-9_]{0,49}|\d{1,6})$/.test(code) ? code : undefined
}

/** A failure of the network as a `LiveApiError`; any other error is a bug and is returned unchanged. */
function toLiveApiError(error: Error, baseUrl: string, timeoutMs: number): Error {
  if (error.name === 'TimeoutError') {
    return new LiveApiError('timeout', `${baseUrl} gave no complete answer within ${timeoutMs / 1000} s`)
  }
  if (!(error.cause instanceof Error)) return error
  return new LiveApiError('unreachable', `${baseUrl} cannot be reached: ${explainNetworkError(error)}`)
}

/** Why a fetch failed, and what to check. */
export function explainNetworkError({ cause, message }: Error): string {
  const { code = '', message: reason } = (cause ?? {}) as NodeJS.ErrnoException
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'the host name cannot be resolved; check its spelling, and the network'
  }
  if (code === 'ECONNREFUSED') return 'nothing listens there; check the port, and whether the server runs'
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code)) {
    return `its TLS certificate or protocol is not accepted (${code})`
  }
  return reason || code || message
}
