import type { IncomingHttpHeaders } from 'node:http'
import type { onRequestHookHandler } from 'fastify'
import { toHeaderLine, type Verdict } from '../auth/verdict.ts'
import { unknownSite, verify } from '../auth/verify.ts'
import { operations } from '../contract/operations.ts'
import { authContext } from '../sites/credentials.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'
import { authFailure, EXPLAIN_HEADER } from './failure.ts'
import { type Subject, siteIdIn } from './journal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The site that calls, proven by its token. */
    caller: Site
  }
}

/** Whether a request may pass: of its headers, the site they name, and what it asks for. */
export type Authenticator = (
  headers: IncomingHttpHeaders,
  named: Site | undefined,
  subject: Subject,
) => Verdict

/**
 * Finds out who calls: CONTRACT.md section 3. With `auth` off, that is whoever names a known site, or none: then it is
 * the first one.
 */
export function authenticator(sites: Sites, auth: 'strict' | 'off'): Authenticator {
  if (auth === 'off') {
    return headers => {
      const siteId = siteIdIn(headers) ?? sites.list()[0]?.site_id ?? ''
      // All that can go wrong is a site that does not exist.
      return sites.find(siteId)
        ? { ok: true, site: siteId, warnings: [] }
        : { ok: false, ...unknownSite(siteId) }
    }
  }
  return (headers, named, { operation, identifier }) =>
    verify(
      {
        authorization: headers.authorization,
        siteId: siteIdIn(headers),
        identifier: operation && operations[operation].identifier ? (identifier ?? '') : null,
      },
      authContext(sites, named),
    )
}

/** The hook that lets in who is authenticated, or refuses with the reason in a header. */
export function authenticate(sites: Sites, verdictOn: Authenticator): onRequestHookHandler {
  return (request, reply, done) => {
    const { entry, namedSite, headers } = request
    const verdict = verdictOn(headers, namedSite, entry)
    entry.verdict = verdict
    if (!verdict.ok) return done(authFailure(verdict))
    if (verdict.warnings.length > 0) reply.header(EXPLAIN_HEADER, toHeaderLine(...verdict.warnings))
    request.caller = sites.get(verdict.site)
    done()
  }
}
