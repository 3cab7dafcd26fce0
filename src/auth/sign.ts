import { type HmacKey, hmacClaim, hmacKey, jwtSignature, payloadsOf } from './hmac.ts'

export interface SignOptions {
  site_id: string
  /** The site's secret, used raw. */
  secret: string
  /** The journey id or email of the request, decoded; leave it out for `GET /journeys`, which has none. */
  identifier?: string | undefined
  /** Unix time in seconds at which the token ends. */
  exp: number
  /** The name of the client; any string, it does not affect the result. */
  sub?: string | undefined
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The four claims of CONTRACT.md section 3. */
export function claimsOf(
  { site_id, secret, identifier, exp, sub = 'journeys-sandbox' }: SignOptions,
  key = hmacKey(secret),
) {
  // For GET /journeys the vendor does not say what is bound; the empty payload is as good as any (I).
  const payload = identifier === undefined ? '' : (payloadsOf(identifier)[0] as string)
  return { sub, exp, site_id, hmac: hmacClaim(key, payload) }
}

/** Any claims as a JWT, signed with HS256 whatever its header says. */
export function encodeToken(
  claims: object,
  key: HmacKey,
  header: object = { alg: 'HS256', typ: 'JWT' },
): string {
  const signed = `${base64url(header)}.${base64url(claims)}`
  return `${signed}.${jwtSignature(key, signed)}`
}

/** A token for one request: an HS256 JWT with the four claims. */
export function signToken(options: SignOptions): string {
  const key = hmacKey(options.secret)
  return encodeToken(claimsOf(options, key), key)
}

/** The three headers that every call carries, here with any token: CONTRACT.md section 3. */
export const headersWith = (token: string, site_id: string): Record<string, string> => ({
  Authorization: `Bearer ${token}`,
  'X-AnnexCloud-Site': site_id,
  'Content-Type': 'application/json',
})

/** The same with the right token for a request. */
export const requestHeaders = (options: SignOptions): Record<string, string> =>
  headersWith(signToken(options), options.site_id)
