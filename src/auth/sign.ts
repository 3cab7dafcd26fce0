import { Invalid } from '../errors.ts'
import { type HmacKey, hmacClaim, jwtSignature, payloadsOf } from './hmac.ts'

export interface SignOptions {
  site_id: string
  /** The site's secret, used raw. */
  secret: string
  /** The journey id or email of the request, decoded; leave it out for `GET /journeys`, which has none. */
  identifier?: string | undefined
  /** Unix time in seconds at which the token expires. */
  exp: number
  /** The name of the client; any string, it does not affect the result. */
  sub?: string | undefined
}

/** The four claims of CONTRACT.md section 3. */
export interface Claims {
  sub: string
  exp: number
  site_id: string
  hmac: string
}

/** A token for one request. */
export interface SignedRequest {
  token: string
  claims: Claims
  /** The three headers that every call carries: CONTRACT.md section 3. */
  headers: Record<string, string>
}

/** Signs one request: an HS256 JWT with the four claims. @throws {Invalid} when the identifier is not valid Unicode */
export function sign(options: SignOptions): SignedRequest {
  const claims = claimsOf(options)
  const token = encodeToken(claims, options.secret)
  return { token, claims, headers: headersWith(token, options.site_id) }
}

function claimsOf({ site_id, secret, identifier, exp, sub = 'journeys-sandbox' }: SignOptions): Claims {
  if (identifier?.isWellFormed() === false) {
    throw new Invalid(
      `the identifier ${JSON.stringify(identifier)} has half of a surrogate pair, which no path can carry; remove it`,
    )
  }
  // For GET /journeys the vendor does not say what is bound, so any payload will do (I).
  const payload = identifier === undefined ? '' : payloadsOf(identifier)[0]
  return { sub, exp, site_id, hmac: hmacClaim(secret, payload) }
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Any claims as a JWT, signed with HS256 whatever its header says. */
export function encodeToken(
  claims: object,
  key: HmacKey,
  header: object = { alg: 'HS256', typ: 'JWT' },
): string {
  const signed = `${base64url(header)}.${base64url(claims)}`
  return `${signed}.${jwtSignature(key, signed)}`
}

/** The three headers of a call with any token. */
export const headersWith = (token: string, site_id: string): Record<string, string> => ({
  Authorization: `Bearer ${token}`,
  'X-AnnexCloud-Site': site_id,
  'Content-Type': 'application/json',
})
