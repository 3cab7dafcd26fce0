import { setTimeout as wait } from 'node:timers/promises'
import pThrottle from 'p-throttle'
import { type SignOptions, sign } from '../auth/sign.ts'
import { type Clock, systemClock, waitOf } from '../clock.ts'
import { ConfigError } from '../config.ts'
import { RemoteError } from './remote-error.ts'

export interface RemoteOptions {
  /** Where the four operations are, with or without a slash at its end: `https://s15.socialannex.net/api/3.0`. */
  baseUrl: string
  siteId: string
  /** The site's secret, used raw. */
  secret: string
  /** At most so many requests a second, retries included. */
  rate: number
  /** How long an answer may take, its body included. */
  timeoutMs?: number
  clock?: Clock
  fetch?: typeof fetch
}

export interface GetOptions {
  /** What the token is bound to, decoded; nothing for `GET /journeys`. */
  identifier?: string | undefined
  /** Makes the headers in place of the right ones, from what these would be made of. */
  tamper?: ((right: SignOptions) => Record<string, string>) | undefined
}

export interface Answer {
  status: number
  /** By lower-case name. */
  headers: Record<string, string>
  /** The body as it came. */
  text: string
  /** The body as JSON; undefined when it is none. */
  json: unknown
  /** From sending the request to the end of the body, in milliseconds. */
  ms: number
}

/** A server of the Journeys API that may be anyone's, the live one included. */
export interface Remote {
  /** The base URL, without a slash at its end. */
  readonly baseUrl: string
  readonly siteId: string
  /**
   * Reads `path`, which is relative to the base URL and percent-encoded, with a token made for this request alone.
   * A server that asks to wait (429, 503) is asked again, as late as it says, a few times.
   * @throws {RemoteError} when there is no answer, or a redirect
   */
  get(path: string, options?: GetOptions): Promise<Answer>
}

const TIMEOUT_MS = 15_000
const TOKEN_LIFETIME_S = 300
const MOST_RETRIES = 4
const FIRST_WAIT_MS = 500
// Who is told to come back later than this is better told so than kept waiting.
const LONGEST_WAIT_MS = 60_000

/** @throws {ConfigError} when the base URL or the site is none */
export function openRemote({
  siteId,
  secret,
  rate,
  timeoutMs = TIMEOUT_MS,
  clock = systemClock,
  fetch: send = fetch,
  ...options
}: RemoteOptions): Remote {
  const baseUrl = checkBaseUrl(options.baseUrl)
  if (!/^[!-~]+$/.test(siteId)) throw new ConfigError('--site: it must be visible ASCII characters')
  const paced = pThrottle({ limit: 1, interval: 1000 / rate })

  const ask = paced(
    async (path: string, { identifier, tamper = right => sign(right).headers }: GetOptions) => {
      const sent = clock.now()
      const exp = Math.floor(sent / 1000) + TOKEN_LIFETIME_S
      const headers = tamper({ site_id: siteId, secret, identifier, exp })
      try {
        const signal = AbortSignal.timeout(timeoutMs)
        const response = await send(`${baseUrl}${path}`, { headers, signal, redirect: 'manual' })
        const text = await response.text()
        return { response, text, ms: clock.now() - sent }
      } catch (error) {
        throw toRemoteError(error as Error, baseUrl, timeoutMs)
      }
    },
  )

  return {
    baseUrl,
    siteId,
    async get(path, getOptions = {}) {
      for (let retry = 0; ; retry++) {
        const { response, text, ms } = await ask(path, getOptions)
        if (isRedirect(response)) throw redirected(response, baseUrl)
        const pause = waitOf(response.headers.get('retry-after'), clock.now()) ?? FIRST_WAIT_MS * 2 ** retry
        if (!asksToWait(response) || retry === MOST_RETRIES || pause > LONGEST_WAIT_MS) {
          const headers = Object.fromEntries(response.headers)
          return { status: response.status, headers, text, json: parseJson(text), ms }
        }
        await wait(pause)
      }
    },
  }
}

/** What an answer says, for whoever can do nothing without. @throws {RemoteError} when it is not JSON */
export function jsonOf({ status, headers, json }: Answer): unknown {
  if (json !== undefined) return json
  const type = headers['content-type']?.split(';', 1)[0] ?? 'no content type'
  throw new RemoteError('not JSON', `answered ${status} with what is not JSON (${type})`)
}

function checkBaseUrl(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new ConfigError(
      `--base-url: it must be an address like https://s15.socialannex.net/api/3.0, without user, query or fragment`,
    )
  }
  return url.href.replace(/\/+$/, '')
}

const asksToWait = ({ status }: Response): boolean => status === 429 || status === 503
const isRedirect = ({ status, headers }: Response): boolean =>
  status >= 300 && status < 400 && headers.has('location')

/** Names no more of the target than its origin, as its path may hold an email. */
function redirected({ status, headers }: Response, baseUrl: string): RemoteError {
  const target = URL.parse(headers.get('location') ?? '', baseUrl)?.origin ?? 'elsewhere'
  return new RemoteError(
    'redirect',
    `${baseUrl} redirects (${status}) to ${target}; take the address it leads to as the base URL`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Why there was no answer. Whatever is no failure of the network is a bug, and stays what it is. */
function toRemoteError(error: Error, baseUrl: string, timeoutMs: number): Error {
  if (error.name === 'TimeoutError') {
    return new RemoteError('timeout', `${baseUrl} gave no whole answer within ${timeoutMs / 1000} s`)
  }
  if (!(error.cause instanceof Error)) return error
  return new RemoteError('unreachable', `${baseUrl} cannot be reached: ${explain(error.cause)}`)
}

function explain({ code = '', message }: NodeJS.ErrnoException): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'its name is not known; check its spelling, and the network'
  }
  if (code === 'ECONNREFUSED') return 'nothing listens there; check the port, and whether the server runs'
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code)) {
    return `its TLS certificate or protocol is not accepted (${code})`
  }
  return message || code
}
