import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** Who may call what is not the vendor's. The control plane and the inspector ask the same of a request. */

export interface GuardOptions {
  /** The token that whoever calls must know; none when empty. */
  token: string
  /** Host names that are allowed beyond addresses, localhost and single-label names; joined by commas. */
  allowHost: string
}

/** What of a request the guard looks at. */
export interface Caller {
  method: string
  /** The header Host, with the port. */
  host: string
  /** The same without the port. */
  hostname: string
  headers: IncomingHttpHeaders
}

/** Why a request is kept out. */
export interface Denial {
  status: 421 | 403
  detail: string
}

export interface Guard {
  /**
   * Keeps out what a browser may be tricked into: a page of another origin, and a foreign name that was made to resolve
   * to this server (DNS rebinding).
   */
  deny(caller: Caller): Denial | undefined
  /** Whether a token is demanded at all. */
  readonly demandsToken: boolean
  /** Whether this is the token, compared in constant time; true when none is demanded. */
  knows(token: string): boolean
}

const READING = ['GET', 'HEAD']
const OWN_PAGES = ['none', 'same-origin']

export function createGuard({ token, allowHost }: GuardOptions): Guard {
  const allowed = new Set(allowHost.toLowerCase().split(',').filter(Boolean))
  const digest = sha256(token)

  return {
    deny({ method, host, hostname, headers }) {
      const { origin, 'sec-fetch-site': fetchSite = 'none' } = headers
      const name = hostname.toLowerCase()
      if (!isLocalName(name) && !allowed.has(name)) {
        const detail = `the host name "${name}" is not one of this server; if it should be, start it with --allow-host ${name}`
        return { status: 421, detail }
      }
      if (origin !== undefined && hostOf(origin) !== host.toLowerCase()) {
        return { status: 403, detail: `pages of ${origin} may not call this server` }
      }
      // Whoever follows a link may come from anywhere, and only reads.
      if (!READING.includes(method) && !OWN_PAGES.includes(String(fetchSite))) {
        return { status: 403, detail: 'pages of another site may not call this server' }
      }
      return undefined
    },
    demandsToken: token !== '',
    knows: given => token === '' || timingSafeEqual(sha256(given), digest),
  }
}

/** An address, localhost, or a name without a dot, such as that of a service in a compose file. */
const isLocalName = (name: string): boolean =>
  isIP(name.replace(/^\[|\]$/g, '')) !== 0 || /^[a-z0-9_-]+$/.test(name) || name.endsWith('.localhost')

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
