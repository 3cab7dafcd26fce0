import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** Who may call the control API and the inspector. The vendor's API has its own authentication. */

export interface GuardOptions {
  /** The token that callers must send; empty for none. */
  token: string
  /** Host names that are allowed beyond the usual ones, separated by commas. `*.example` allows every subdomain. */
  allowHost: string
}

/** The parts of a request that the guard looks at. */
interface Caller {
  method: string
  /** The header Host, with the port. */
  host: string
  /** The same without the port. */
  hostname: string
  headers: IncomingHttpHeaders
}

/** Why a request is refused. */
interface Denial {
  status: 421 | 403
  detail: string
}

export interface Guard {
  /**
   * Refuses requests that a browser can be tricked into: those of a page of another origin, and those to a foreign name that was
   * made to resolve to this server (DNS rebinding).
   */
  deny(caller: Caller): Denial | undefined
  /** Whether a token is required at all. */
  readonly demandsToken: boolean
  /** Whether this is the token, compared in constant time. True when none is required. */
  knows(token: string): boolean
}

const SAFE_METHODS = ['GET', 'HEAD']
const OWN_PAGES = ['none', 'same-origin']

export function createGuard({ token, allowHost }: GuardOptions): Guard {
  const allowed = allowHost.toLowerCase().split(',').filter(Boolean)
  const digest = sha256(token)
  const isAllowed = (name: string) =>
    allowed.some(host => (host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host))

  return {
    deny({ method, host, hostname, headers }) {
      const { origin, 'sec-fetch-site': fetchSite = 'none' } = headers
      // `localhost.` with its final dot is the same name.
      const name = hostname.toLowerCase().replace(/\.$/, '')
      if (!isLocalName(name) && !isAllowed(name)) {
        const detail = `the host name "${name}" is not allowed; to allow it, start the server with --allow-host ${name}`
        return { status: 421, detail }
      }
      if (origin !== undefined && hostOf(origin) !== host.toLowerCase()) {
        return { status: 403, detail: `pages of ${origin} may not call this server` }
      }
      // A link may come from anywhere, but only reads.
      if (!SAFE_METHODS.includes(method) && !OWN_PAGES.includes(String(fetchSite))) {
        return { status: 403, detail: 'pages of another site may not call this server' }
      }
      return undefined
    },
    demandsToken: token !== '',
    knows: given => token === '' || timingSafeEqual(sha256(given), digest),
  }
}

/** An IP address, localhost, the name of the host for containers, or a name without a dot, such as a Compose service. */
const isLocalName = (name: string): boolean =>
  isIP(name.replace(/^\[|\]$/g, '')) !== 0 ||
  /^[a-z0-9_-]+$/.test(name) ||
  name.endsWith('.localhost') ||
  name === 'host.docker.internal'

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
