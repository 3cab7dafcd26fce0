import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from '../contract/formats.ts'
import {
  type AuthContext,
  type AuthRequest,
  checkAlg,
  checkExp,
  checkHmac,
  checkSiteId,
  expectedExp,
  expectedHmac,
  expectedSignature,
  findSigner,
  missingSite,
  SITE_HEADER,
  unknownSite,
  wrongSignature,
} from './checks.ts'
import { EXPECTED_FORMAT, type ParsedToken, parseToken, show } from './token.ts'
import { CHECKS, type Check, type Finding } from './verdict.ts'

const text = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

export const CheckReport = Type.Object({
  check: OneOf(CHECKS),
  outcome: OneOf(['passed', 'warning', 'failed', 'skipped'], {
    description: 'skipped when an earlier check leaves nothing to check',
  }),
  expected: text('What passes'),
  actual: text('What was sent'),
  hint: text('What to do about it; null when there is nothing to do'),
})
export type CheckReport = Static<typeof CheckReport>

/** Every check of a request's authentication, where `verify` stops at the first that fails. In the same order. */
export function explain(request: AuthRequest, context: AuthContext): CheckReport[] {
  const token = parseToken(request.authorization)
  if ('ok' in token) return complete([failed(token)])
  const format = passed(
    'format',
    EXPECTED_FORMAT,
    `a JWT with the claims ${Object.keys(token.claims).join(', ')}`,
  )
  const alg = judge(checkAlg(token), 'alg', '"HS256"', show(token.header.alg))
  return complete([format, alg, ...explainSite(token, request, context), explainExp(token, context)])
}

/** The checks that need the site's secret. */
function explainSite(token: ParsedToken, request: AuthRequest, context: AuthContext): CheckReport[] {
  const { siteId, identifier } = request
  if (siteId === undefined) return [failed(missingSite)]
  const named = context.findSite(siteId)
  const signer = findSigner(token, named, context)
  const site = signer ?? named
  const known = judge(named ? undefined : unknownSite(siteId), 'site', SITE_HEADER, show(siteId))
  const siteIdClaim = judge(
    checkSiteId(token.claims.site_id, siteId),
    'site_id',
    show(siteId),
    show(token.claims.site_id),
  )
  if (!site) return [known, siteIdClaim]
  const signature = judge(
    signer ? undefined : wrongSignature(token, site),
    'signature',
    expectedSignature,
    'a signature that matches',
  )
  const hmac = judge(
    checkHmac(token.claims.hmac, identifier, site, context),
    'hmac',
    expectedHmac(identifier),
    show(token.claims.hmac),
  )
  return [known, signature, siteIdClaim, hmac]
}

function explainExp({ claims }: ParsedToken, { now }: AuthContext): CheckReport {
  const finding = checkExp(claims.exp, now)
  return finding && !('ok' in finding)
    ? { ...report(finding), outcome: 'warning' }
    : judge(finding, 'exp', expectedExp(now), show(claims.exp))
}

const judge = (finding: Finding | undefined, check: Check, expected: string, actual: string): CheckReport =>
  finding ? failed(finding) : passed(check, expected, actual)

const passed = (check: Check, expected: string, actual: string): CheckReport => ({
  check,
  outcome: 'passed',
  expected,
  actual,
  hint: null,
})

const report = ({ check, expected, actual, hint }: Finding) => ({ check, expected, actual, hint })
const failed = (finding: Finding): CheckReport => ({ ...report(finding), outcome: 'failed' })

/** All checks in their order, those without a report as skipped. */
const complete = (reports: CheckReport[]): CheckReport[] =>
  CHECKS.map(
    check =>
      reports.find(found => found.check === check) ?? {
        check,
        outcome: 'skipped',
        expected: null,
        actual: null,
        hint: null,
      },
  )
