import { hmacClaim, hmacKey, jwtSignature, payloadsOf } from './hmac.ts'

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

/** A token for one request: an HS256 JWT with the four claims of CONTRACT.md section 3. */
export function signToken({
  site_id,
  secret,
  identifier,
  exp,
  sub = 'journeys-sandbox',
}: SignOptions): string {
  // For GET /journeys the vendor does not say what is bound; the empty payload is as good as any (I).
  const payload = identifier === undefined ? '' : (payloadsOf(identifier)[0] as string)
  const key = hmacKey(secret)
  const signed = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ sub, exp, site_id, hmac: hmacClaim(key, payload) })}`
  return `${signed}.${jwtSignature(key, signed)}`
}

/** The three headers that every call carries: CONTRACT.md section 3. */
export const requestHeaders = (options: SignOptions): Record<string, string> => ({
  Authorization: `Bearer ${signToken(options)}`,
  'X-AnnexCloud-Site': options.site_id,
  'Content-Type': 'application/json',
})
