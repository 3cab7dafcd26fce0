import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from '../contract/formats.ts'
import { diagnoseHmac, diagnoseSignature } from './diagnose.ts'
import { hmacClaim, jwtSignature, payloadsOf, sameText } from './sign.ts'
import { EXPECTED_FORMAT, type ParsedToken, parseToken, show } from './token.ts'
import { CHECKS, type Check, type Finding, type Verdict } from './verdict.ts'

/** A site as authentication sees it. */
interface AuthSite {
  site_id: string
  /** The site's secret, used raw. */
  secret: string
}

/** What of a request is authenticated. */
export interface AuthRequest {
  authorization: string | undefined
  /** The value of `X-AnnexCloud-Site`; of a header that was sent several times, the values joined by commas. */
  siteId: string | undefined
  /** The decoded path segment that the `hmac` is bound to; null for an operation without one. */
  identifier: string | null
}

export interface AuthContext {
  findSite(siteId: string): AuthSite | undefined
  /** Unix time in seconds. */
  now: number
  /** Identifiers that a token may have been made for by mistake; asked for only to explain a refusal. */
  otherIdentifiers?(site: AuthSite): Iterable<string>
}

/** The result of one check. The hint is empty where there is nothing to do. */
interface CheckResult extends Finding {
  outcome: 'passed' | 'warning' | 'failed'
}

/**
 * Authenticates a request as CONTRACT.md section 3 says, in the order format, alg, site, signature, exp, site_id, hmac.
 * The first check that fails is the answer. Pure, synchronous, and with constant-time comparisons.
 */
export function verify(request: AuthRequest, context: AuthContext): Verdict {
  const warnings: Finding[] = []
  for (const { outcome, ...finding } of runChecks(request, context)) {
    if (outcome === 'failed') return { ok: false, ...finding }
    if (outcome === 'warning') warnings.push(finding)
  }
  return { ok: true, site: request.siteId ?? '', warnings }
}

/** The checks in their order, each made when it is asked for; without those that an earlier one leaves nothing to check. */
function* runChecks(request: AuthRequest, context: AuthContext): Generator<CheckResult> {
  const { siteId, identifier } = request
  const token = parseToken(request.authorization)
  if (!('claims' in token)) return yield { outcome: 'failed', ...token }
  yield checkFormat(token)
  yield checkAlg(token)

  const named = siteId === undefined ? undefined : context.findSite(siteId)
  const signer = findSigner(token, named, context)
  const site = signer ?? named
  yield checkSite(siteId, named, signer)
  if (site) yield checkSignature(token, site, signer)
  yield checkExp(token, context.now)
  if (siteId) yield checkSiteId(token.claims.site_id, siteId)
  if (site) yield checkHmac(token.claims.hmac, identifier, site, context)
}

const passed = (check: Check, expected: string, actual: string): CheckResult => ({
  ...{ check, outcome: 'passed', expected, actual, hint: '' },
})
const warning = (check: Check, expected: string, actual: string, hint: string): CheckResult => ({
  ...{ check, outcome: 'warning', expected, actual, hint },
})
const failed = (check: Check, expected: string, actual: string, hint: string): CheckResult => ({
  ...{ check, outcome: 'failed', expected, actual, hint },
})

function checkFormat({ claims, otherwiseEncoded }: ParsedToken): CheckResult {
  if (otherwiseEncoded.length === 0) {
    return passed('format', EXPECTED_FORMAT, `a JWT with the claims ${Object.keys(claims).join(', ')}`)
  }
  return warning(
    'format',
    EXPECTED_FORMAT,
    `${otherwiseEncoded.join(', ')} in standard base64`,
    'accepted, but the parts of a JWT are in base64url: write - and _ for + and /, without padding',
  )
}

function checkAlg({ header }: ParsedToken): CheckResult {
  const facts = ['alg', '"HS256"', show(header.alg)] as const
  return header.alg === 'HS256'
    ? passed(...facts)
    : failed(...facts, 'sign with HS256, the only algorithm that is accepted')
}

/**
 * The site whose secret signed the token: the one of the header, or else the one that the token itself names. The
 * latter passes no request, but tells a good token sent for the wrong site from a bad one.
 */
function findSigner(
  token: ParsedToken,
  named: AuthSite | undefined,
  context: AuthContext,
): AuthSite | undefined {
  const isSigner = (site: AuthSite | undefined): boolean =>
    site !== undefined && sameText(jwtSignature(site.secret, token.signed), token.signature)
  if (isSigner(named)) return named
  const { site_id } = token.claims
  const claimed = typeof site_id === 'string' ? context.findSite(site_id) : undefined
  return isSigner(claimed) ? claimed : undefined
}

const SITE_HEADER = 'X-AnnexCloud-Site: <the id of a site>'

/** There is no such site, and so no secret to verify a token with. */
export const unknownSite = (siteId: string): Finding => ({
  ...{ check: 'site', expected: SITE_HEADER, actual: show(siteId) },
  hint: 'there is no such site here; check the id',
})

function checkSite(
  siteId: string | undefined,
  named: AuthSite | undefined,
  signer: AuthSite | undefined,
): CheckResult {
  const once = 'send the site id in the header X-AnnexCloud-Site'
  if (siteId === undefined) return failed('site', SITE_HEADER, 'no such header', once)
  const facts = ['site', SITE_HEADER, show(siteId)] as const
  if (siteId === '') return failed(...facts, `the header is empty; ${once}`)
  if (named) return passed(...facts)
  if (siteId.includes(',')) return failed(...facts, `the header was sent several times; ${once}, once`)
  // A good token for another site is refused by the check of site_id, which says more.
  return { outcome: signer ? 'warning' : 'failed', ...unknownSite(siteId) }
}

function checkSignature(
  { signed, signature }: ParsedToken,
  site: AuthSite,
  signer: AuthSite | undefined,
): CheckResult {
  const expected = 'HMAC-SHA256 over <header>.<claims> with the secret of the site, used raw'
  if (signer) return passed('signature', expected, 'a signature that matches')
  const actual = signature === '' ? 'no signature' : 'a signature that does not match'
  return failed('signature', expected, actual, diagnoseSignature(signature, signed, site.secret))
}

// An exp beyond this is in the year 5138 or later: nobody means that, so it counts milliseconds or microseconds.
const LATEST_PLAUSIBLE_EXP = 1e11
const CLOCKS_DIFFER_BY = 300

function checkExp({ claims: { exp, nbf } }: ParsedToken, now: number): CheckResult {
  const facts = ['exp', `Unix time in seconds, after ${Math.floor(now)}`, show(exp)] as const
  const seconds = secondsOf(exp)
  if (seconds === undefined) {
    const hint = exp === undefined ? 'add the claim exp' : 'make exp a number, or a string of digits'
    return failed(...facts, `${hint}: the Unix time in seconds at which the token expires`)
  }
  if (seconds <= now) {
    const ago = Math.ceil(now - seconds)
    const clocks = `, and compare the clocks: here it is ${Math.floor(now)}`
    const hint = `expired ${ago} s ago; make a new token for every request`
    return failed(...facts, ago < CLOCKS_DIFFER_BY ? hint + clocks : hint)
  }
  const warnings = []
  if (seconds >= LATEST_PLAUSIBLE_EXP) {
    const unit = seconds < LATEST_PLAUSIBLE_EXP * 1000 ? 'milliseconds' : 'microseconds'
    warnings.push(`this looks like ${unit}; exp counts seconds, so the token practically never expires`)
  }
  const start = secondsOf(nbf)
  if (start !== undefined && start > now) {
    warnings.push(
      `nbf is ${Math.ceil(start - now)} s in the future; the vendor does not document nbf: leave it out, or compare the clocks`,
    )
  }
  return warnings.length === 0
    ? passed(...facts)
    : warning(...facts, `accepted, but ${warnings.join(', and ')}`)
}

/** A number, or a string of digits that may have a fraction. */
function secondsOf(claim: unknown): number | undefined {
  const seconds = typeof claim === 'string' && /^\d+(\.\d+)?$/.test(claim) ? Number(claim) : claim
  return typeof seconds === 'number' ? seconds : undefined
}

function checkSiteId(claim: unknown, siteId: string): CheckResult {
  const facts = ['site_id', show(siteId), show(claim)] as const
  if (claim === siteId) return passed(...facts)
  if (claim === undefined) return failed(...facts, 'add the claim site_id, the same as the header')
  return failed(
    ...facts,
    typeof claim === 'string'
      ? 'the token is for another site than X-AnnexCloud-Site; send both for the same one'
      : 'make site_id a string',
  )
}

function checkHmac(
  claim: unknown,
  identifier: string | null,
  site: AuthSite,
  context: AuthContext,
): CheckResult {
  const expected =
    identifier === null
      ? 'the base64 of 32 bytes, which are not compared for this operation'
      : `base64(HMAC-SHA256(secret, base64(${JSON.stringify(identifier)}))), the double quotes included`
  const facts = ['hmac', expected, show(claim)] as const
  if (typeof claim !== 'string') return failed(...facts, 'add the claim hmac, a string')
  const isRight =
    identifier === null
      ? /^[A-Za-z0-9+/]{43}=$/.test(claim)
      : payloadsOf(identifier).some(payload => sameText(hmacClaim(site.secret, payload), claim))
  if (isRight) return passed(...facts)
  const others = () => context.otherIdentifiers?.(site) ?? []
  return failed(...facts, diagnoseHmac(claim, identifier, site.secret, others))
}

const text = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

export const CheckReport = Type.Object(
  {
    check: OneOf(CHECKS),
    outcome: OneOf(['passed', 'warning', 'failed', 'skipped'], {
      description: 'skipped when an earlier check leaves nothing to check',
    }),
    expected: text('What passes'),
    actual: text('What was sent'),
    hint: text('What to do about it; null when there is nothing to do'),
  },
  { title: 'Check', description: 'A check of the authentication' },
)
export type CheckReport = Static<typeof CheckReport>

/** Every check of a request's authentication, where `verify` stops at the first that fails. In the same order. */
export function explain(request: AuthRequest, context: AuthContext): CheckReport[] {
  const results = [...runChecks(request, context)]
  return CHECKS.map(check => {
    const result = results.find(found => found.check === check)
    return result
      ? { ...result, hint: result.hint || null }
      : { check, outcome: 'skipped', expected: null, actual: null, hint: null }
  })
}
