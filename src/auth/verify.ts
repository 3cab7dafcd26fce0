import {
  type AuthContext,
  type AuthRequest,
  type AuthSite,
  checkAlg,
  checkExp,
  checkHmac,
  checkSiteId,
  findSigner,
  missingSite,
  unknownSite,
  wrongSignature,
} from './checks.ts'
import { parseToken } from './token.ts'
import type { Verdict } from './verdict.ts'

/**
 * Authenticates a request as CONTRACT.md section 3 says, in the order format, alg, site, signature, exp, site_id, hmac.
 * The first check that fails is the answer. Pure, synchronous, and with constant-time comparisons.
 */
export function verify(request: AuthRequest, context: AuthContext): Verdict {
  const token = parseToken(request.authorization)
  if ('ok' in token) return token
  const wrongAlg = checkAlg(token)
  if (wrongAlg) return wrongAlg

  if (request.siteId === undefined) return missingSite
  const named = context.findSite(request.siteId)
  const signer = findSigner(token, named, context)
  if (!named && !signer) return unknownSite(request.siteId)
  if (!signer) return wrongSignature(token, named as AuthSite)

  const expiry = checkExp(token.claims.exp, context.now)
  if (expiry && 'ok' in expiry) return expiry
  return (
    checkSiteId(token.claims.site_id, request.siteId) ??
    checkHmac(token.claims.hmac, request.identifier, signer, context) ?? {
      ok: true,
      site: signer.site_id,
      warnings: expiry ? [expiry] : [],
    }
  )
}
