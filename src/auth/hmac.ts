import { createHmac, type KeyLike, type KeyObject, timingSafeEqual } from 'node:crypto'

type Key = KeyObject | Buffer | string

const hmac = (key: Key, message: string) => createHmac('sha256', key as KeyLike).update(message)

/** HMAC-SHA256, 32 bytes. */
export const hmacSha256 = (key: Key, message: string): Buffer => hmac(key, message).digest()

/** The signature of a JWT with HS256: HMAC-SHA256 in base64url. */
export const jwtSignature = (key: Key, signed: string): string => hmac(key, signed).digest('base64url')

/** Compares without telling by its duration where the difference is. */
export const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

/** The same for text, so that of several encodings of the same bytes only the right one passes. */
export const sameText = (a: string, b: string): boolean => sameBytes(Buffer.from(a), Buffer.from(b))

/**
 * The `hmac` claim over a payload: base64( HMAC-SHA256( secret, base64( utf8( payload ) ) ) ), standard base64 with
 * padding (CONTRACT.md section 3, D).
 */
export const hmacClaim = (key: Key, payload: string): string =>
  hmac(key, Buffer.from(payload).toString('base64')).digest('base64')

/** A character beyond ASCII as JSON escapes it, in the hexadecimal case that `toHex` gives. */
const escapeBeyondAscii = (literal: string, toHex: (hex: string) => string): string =>
  literal.replace(/[^ -~]/g, unit => `\\u${toHex(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`)

/**
 * The payload of a GET: its identifier as a JSON string literal, quotes included. Where it has characters beyond
 * ASCII, clients differ on writing them raw or as \uXXXX, and every form is accepted (CONTRACT.md section 3, I).
 */
export function payloadsOf(identifier: string): string[] {
  const literal = JSON.stringify(identifier)
  if (!/[^ -~]/.test(literal)) return [literal]
  return [
    literal,
    escapeBeyondAscii(literal, hex => hex),
    escapeBeyondAscii(literal, hex => hex.toUpperCase()),
  ]
}
