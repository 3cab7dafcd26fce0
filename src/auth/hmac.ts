import { createHmac, timingSafeEqual } from 'node:crypto'

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
