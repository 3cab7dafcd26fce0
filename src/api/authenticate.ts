import { createSecretKey } from 'node:crypto'
import type { onRequestHookHandler } from 'fastify'
import { toHeaderLine, type Verdict } from '../auth/verdict.ts'
import { type AuthSite, unknownSite, verify } from '../auth/verify.ts'
import { type Clock, timestampOf } from '../clock.ts'
import { type OperationId, operations } from '../contract/operations.ts'
import type { SiteStore, Store } from '../store/store.ts'
import { authFailure, EXPLAIN_HEADER } from './failure.ts'

/** Who calls, and when: what an operation needs to know beyond its parameters. */
export interface Caller {
  site: SiteStore
  /** The site's time, as a vendor timestamp. */
  now: string
}

export interface AuthenticateOptions {
  store: Store
  clock: Clock
  /** `off` lets in whoever names a known site, or none: then it is the first site. */
  auth: 'strict' | 'off'
}

// Explaining a token made for someone else means trying them; more than this many would hold up other requests.
const OTHERS_TRIED = 1000

/** The hook that finds out who calls, or refuses with the reason in a header: CONTRACT.md section 3. */
export function authenticate({ store, clock, auth }: AuthenticateOptions): onRequestHookHandler {
  const authSites = new WeakMap<SiteStore, AuthSite>()

  function findSite(siteId: string): AuthSite | undefined {
    const site = store.forSite(siteId)
    if (!site) return undefined
    let known = authSites.get(site)
    if (!known) {
      const { site_id, secret } = site.site
      known = { site_id, secret, key: createSecretKey(secret, 'utf8') }
      authSites.set(site, known)
    }
    return known
  }

  function* otherIdentifiers({ site_id }: AuthSite): Iterable<string> {
    const site = store.forSite(site_id)
    yield* site?.journeyIds() ?? []
    yield* site?.emails(OTHERS_TRIED) ?? []
  }

  /** With authentication off, all that can go wrong is a site that does not exist. */
  function admit(siteId = store.sites()[0]?.site_id ?? ''): Verdict {
    return findSite(siteId) ? { ok: true, site: siteId, warnings: [] } : unknownSite(siteId)
  }

  return (request, reply, done) => {
    const instant = clock.now()
    const siteId = request.headers['x-annexcloud-site']?.toString()
    const { identifier } = operations[request.routeOptions.config.operation as OperationId]
    const params = request.params as Record<string, string>
    const verdict =
      auth === 'off'
        ? admit(siteId)
        : verify(
            {
              authorization: request.headers.authorization,
              siteId,
              identifier: identifier && (params[identifier] ?? ''),
            },
            { findSite, now: instant / 1000, otherIdentifiers },
          )
    if (!verdict.ok) return done(authFailure(verdict))
    for (const warning of verdict.warnings) reply.header(EXPLAIN_HEADER, toHeaderLine(warning))
    request.caller = { site: store.forSite(verdict.site) as SiteStore, now: timestampOf(instant) }
    done()
  }
}
