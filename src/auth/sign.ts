import { createHmac, timingSafeEqual } from 'node:crypto'
import { Invalid } from '../errors.ts'

/** A site's secret, which is used raw; or the bytes that a client took for it by mistake. */
export type HmacKey = string | Buffer

/** HMAC-SHA256 over the UTF-8 of the message: 32 bytes. */
export const hmacSha256 = (key: HmacKey, message: string): Buffer =>
  createHmac('sha256', key).update(message).digest()

/** The signature of a JWT with HS256, in base64url. */
export const jwtSignature = (key: HmacKey, signed: string): string =>
  hmacSha256(key, signed).toString('base64url')

export const base64 = (text: string, encoding: BufferEncoding = 'utf8'): string =>
  Buffer.from(text, encoding).toString('base64')

/**
 * The `hmac` claim over a payload: base64( HMAC-SHA256( secret, base64( utf8( payload ) ) ) ), standard base64 with
 * padding (CONTRACT.md section 3, D).
 */
export const hmacClaim = (key: HmacKey, payload: string): string =>
  hmacSha256(key, base64(payload)).toString('base64')

/** Compares in constant time. */
export const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

/** The same for text. */
export const sameText = (a: string, b: string): boolean => sameBytes(Buffer.from(a), Buffer.from(b))

/**
 * The payload of a GET: its identifier as a JSON string literal, quotes included. Where it has characters beyond
 * ASCII, clients differ on writing them raw or as \uXXXX, and every form is accepted (CONTRACT.md section 3, I).
 */
export function payloadsOf(identifier: string): [raw: string, ...escaped: string[]] {
  const literal = JSON.stringify(identifier)
  if (!/[^ -~]/.test(literal)) return [literal]
  return [literal, escapeUnits(literal, lowerHex), escapeUnits(literal, upperHex)]
}

export const lowerHex = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0')
export const upperHex = (unit: string): string => lowerHex(unit).toUpperCase()

/** Text with some units of its UTF-16, by default all beyond printable ASCII, escaped as JSON may: `\u` and four digits. */
export const escapeUnits = (text: string, hexOf: (unit: string) => string, units = /[^ -~]/g): string =>
  text.replace(units, unit => `\\u${hexOf(unit)}`)

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
