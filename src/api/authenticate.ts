import type { onRequestHookHandler } from 'fastify'
import { toHeaderLine, type Verdict } from '../auth/verdict.ts'
import { unknownSite, verify } from '../auth/verify.ts'
import { authContext } from '../sites/credentials.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'
import { EXPLAIN_HEADER, VendorError } from './errors.ts'
import { authRequestOf, siteIdIn } from './journal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The calling site, proven by its token. */
    site: Site
  }
}

/**
 * Lets in a request that carries a valid token, and refuses any other with the reason in a header: CONTRACT.md section 3.
 * With `auth` off, every request to a known site passes.
 */
export function authenticate(sites: Sites, auth: 'strict' | 'off'): onRequestHookHandler {
  return (request, reply, done) => {
    const siteId = siteIdIn(request)
    const { entry, namedSite } = request
    let verdict: Verdict
    if (auth === 'off') {
      verdict = namedSite
        ? { ok: true, site: namedSite.site_id, warnings: [] }
        : { ok: false, ...unknownSite(siteId ?? '') }
    } else {
      verdict = verify(authRequestOf(request), authContext(sites, namedSite))
    }
    entry.verdict = verdict
    if (!verdict.ok) return done(new VendorError('unauthorized', toHeaderLine(verdict)))
    if (verdict.warnings.length > 0) reply.header(EXPLAIN_HEADER, toHeaderLine(...verdict.warnings))
    request.site = sites.get(verdict.site)
    done()
  }
}
