import { diagnoseHmac } from './diagnose.ts'
import { claimsFor, type HmacKey, hmacKey, jwtSignature, sameText } from './hmac.ts'
import { type ParsedToken, show } from './token.ts'
import { type Finding, type Refusal, refuse } from './verdict.ts'

/** A site as authentication sees it. */
export interface AuthSite {
  site_id: string
  /** The site's secret, used raw. */
  secret: string
  /** The same, ready for HMAC. */
  key: HmacKey
}

/** What of a request is authenticated. */
export interface AuthRequest {
  authorization: string | undefined
  /** The value of `X-AnnexCloud-Site`. */
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

// An exp beyond this is the year 5138: no one means it, so it counts milliseconds or microseconds.
const LATEST_PLAUSIBLE_EXP = 1e11

export function checkAlg({ header }: ParsedToken): Refusal | undefined {
  if (header.alg === 'HS256') return undefined
  return refuse('alg', '"HS256"', show(header.alg), 'sign with HS256, the only algorithm that is accepted')
}

/**
 * The site whose secret signed the token: the one of the header, or else the one that the token itself names. The
 * latter passes no request, but tells a good token sent for the wrong site from a bad one.
 */
export function findSigner(
  token: ParsedToken,
  named: AuthSite | undefined,
  context: AuthContext,
): AuthSite | undefined {
  const signed = (site: AuthSite | undefined): site is AuthSite =>
    site !== undefined && sameText(jwtSignature(site.key, token.signed), token.signature)
  if (signed(named)) return named
  const { site_id } = token.claims
  const claimed = typeof site_id === 'string' ? context.findSite(site_id) : undefined
  return signed(claimed) ? claimed : undefined
}

export const SITE_HEADER = 'X-AnnexCloud-Site: <the id of a site>'
export const missingSite = refuse(
  'site',
  SITE_HEADER,
  'no such header',
  'send the site id in the header X-AnnexCloud-Site',
)

/** There is no such site, and so no secret to verify the token with. */
export const unknownSite = (siteId: string): Refusal =>
  refuse('site', SITE_HEADER, show(siteId), 'there is no such site here; check the id')

export const expectedSignature = 'HMAC-SHA256 over <header>.<claims> with the secret of the site, used raw'

export function wrongSignature(token: ParsedToken, site: AuthSite): Refusal {
  const decoded = sameText(
    jwtSignature(hmacKey(Buffer.from(site.secret, 'base64')), token.signed),
    token.signature,
  )
  return refuse(
    'signature',
    expectedSignature,
    token.signature.length === 0 ? 'no signature' : 'a signature that does not match',
    decoded
      ? 'signed with the base64-decoded secret; use the secret raw, as the text it is'
      : 'signed with another secret, or changed after signing; use the secret of the site in X-AnnexCloud-Site, raw',
  )
}

export const expectedExp = (now: number): string => `Unix time in seconds, after ${Math.floor(now)}`

/** @returns a refusal, a warning, or nothing */
export function checkExp(exp: unknown, now: number): Refusal | Finding | undefined {
  const expected = expectedExp(now)
  const seconds = typeof exp === 'string' && /^\d+(\.\d+)?$/.test(exp) ? Number(exp) : exp
  if (typeof seconds !== 'number') {
    const hint = exp === undefined ? 'add the claim exp' : 'make exp a number, or a string of digits'
    return refuse('exp', expected, show(exp), `${hint}: the Unix time in seconds at which the token ends`)
  }
  if (seconds <= now) {
    return refuse(
      'exp',
      expected,
      show(exp),
      `expired ${Math.ceil(now - seconds)} s ago; make a new token for every request`,
    )
  }
  if (seconds < LATEST_PLAUSIBLE_EXP) return undefined
  const unit = seconds < LATEST_PLAUSIBLE_EXP * 1000 ? 'milliseconds' : 'microseconds'
  const hint = `accepted, but this looks like ${unit}; exp counts seconds, so the token practically never ends`
  return { check: 'exp', expected, actual: show(exp), hint }
}

export function checkSiteId(claim: unknown, siteId: string): Refusal | undefined {
  if (claim === siteId) return undefined
  if (claim === undefined)
    return refuse('site_id', show(siteId), 'missing', 'add the claim site_id, the same as the header')
  if (typeof claim !== 'string') return refuse('site_id', show(siteId), show(claim), 'make site_id a string')
  const hint = 'the token is for another site than X-AnnexCloud-Site; send both for the same one'
  return { ...refuse('site_id', show(siteId), show(claim), hint), otherSite: true }
}

export function checkHmac(
  claim: unknown,
  identifier: string | null,
  site: AuthSite,
  context: AuthContext,
): Refusal | undefined {
  if (typeof claim === 'string') {
    if (identifier === null) {
      if (/^[A-Za-z0-9+/]{43}=$/.test(claim)) return undefined
    } else {
      if (claimsFor(site.key, identifier).some(right => sameText(right, claim))) return undefined
    }
  }
  const hint =
    typeof claim === 'string'
      ? diagnoseHmac(claim, identifier, site, () => context.otherIdentifiers?.(site) ?? [])
      : 'add the claim hmac, a string'
  return refuse('hmac', expectedHmac(identifier), show(claim), hint)
}

export const expectedHmac = (identifier: string | null): string =>
  identifier === null
    ? 'the base64 of 32 bytes; of which is not compared for this operation'
    : `base64(HMAC-SHA256(secret, base64(${JSON.stringify(identifier)}))), the double quotes included`
