import type { onRequestHookHandler } from 'fastify'
import { unknownSite } from '../auth/checks.ts'
import { toHeaderLine, type Verdict } from '../auth/verdict.ts'
import { verify } from '../auth/verify.ts'
import { operations } from '../contract/operations.ts'
import { authContext } from '../sites/credentials.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'
import { authFailure, EXPLAIN_HEADER } from './failure.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The site that calls, proven by its token. */
    caller: Site
  }
}

/**
 * The hook that finds out who calls, or refuses with the reason in a header: CONTRACT.md section 3. With `auth` off it
 * lets in whoever names a known site, or none: then it is the first one.
 */
export function authenticate(sites: Sites, auth: 'strict' | 'off'): onRequestHookHandler {
  /** With authentication off, all that can go wrong is a site that does not exist. */
  function admit(siteId = sites.list()[0]?.site_id ?? ''): Verdict {
    return sites.find(siteId) ? { ok: true, site: siteId, warnings: [] } : unknownSite(siteId)
  }

  return (request, reply, done) => {
    const { entry, namedSite, headers } = request
    const { operation, identifier } = entry
    const siteId = headers['x-annexcloud-site']?.toString()
    const subject = {
      authorization: headers.authorization,
      siteId,
      identifier: operation && operations[operation].identifier ? (identifier ?? '') : null,
    }
    const verdict = auth === 'off' ? admit(siteId) : verify(subject, authContext(sites, namedSite))
    entry.verdict = verdict
    if (!verdict.ok) return done(authFailure(verdict))
    for (const warning of verdict.warnings) reply.header(EXPLAIN_HEADER, toHeaderLine(warning))
    request.caller = sites.get(verdict.site)
    done()
  }
}
