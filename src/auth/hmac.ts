import { hash, timingSafeEqual } from 'node:crypto'
import { escapeUnits, lowerHex, upperHex } from './escaping.ts'

/** A secret that is ready for HMAC-SHA256, with the two padded blocks that RFC 2104 makes of it. */
export interface HmacKey {
  /** The inner block, and room for the message behind it. */
  inner: Buffer
  /** The outer block, and room for the inner digest. */
  readonly outer: Buffer
  /** The right `hmac` claims that were made last, by their identifiers. */
  readonly claims: Map<string, readonly string[]>
}

const BLOCK = 64
const DIGEST = 32
const USUAL_MESSAGE = 960

/** Makes a secret ready, given as text that is used raw, or as bytes. */
export function hmacKey(secret: string | Buffer): HmacKey {
  const bytes = Buffer.from(secret as string)
  const block = Buffer.alloc(BLOCK)
  ;(bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes).copy(block)
  const padded = (pad: number, room: number): Buffer =>
    Buffer.concat([block.map(byte => byte ^ pad)], BLOCK + room)
  return { inner: padded(0x36, USUAL_MESSAGE), outer: padded(0x5c, DIGEST), claims: new Map() }
}

/**
 * HMAC-SHA256, as two one-shot hashes of node:crypto over bytes that lie ready: its createHmac makes a stream each time,
 * and takes half as long again.
 */
function hmac<E extends 'base64' | 'base64url' | 'buffer'>(key: HmacKey, message: string, encoding: E) {
  // No character is longer than three bytes of UTF-8.
  const longest = BLOCK + message.length * 3
  if (key.inner.length < longest) key.inner = Buffer.concat([key.inner], longest)
  const end = BLOCK + key.inner.write(message, BLOCK)
  key.outer.write(hash('sha256', key.inner.subarray(0, end), 'binary'), BLOCK, 'latin1')
  return hash('sha256', key.outer, encoding)
}

/** HMAC-SHA256, 32 bytes. */
export const hmacSha256 = (key: HmacKey, message: string): Buffer => hmac(key, message, 'buffer') as Buffer

/** The signature of a JWT with HS256: HMAC-SHA256 in base64url. */
export const jwtSignature = (key: HmacKey, signed: string): string => hmac(key, signed, 'base64url') as string

/** Compares without telling by its duration where the difference is. */
export const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

/**
 * The same for text, so that of several encodings of the same bytes only the right one passes. Without a buffer for
 * either, it takes a fifth of the time.
 */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

/**
 * The `hmac` claim over a payload: base64( HMAC-SHA256( secret, base64( utf8( payload ) ) ) ), standard base64 with
 * padding (CONTRACT.md section 3, D).
 */
export const hmacClaim = (key: HmacKey, payload: string): string =>
  hmac(key, Buffer.from(payload).toString('base64'), 'base64') as string

// Enough for what is asked over and over, and a megabyte at most.
const CLAIMS_KEPT = 4096
const LONGEST_KEPT = 64

/**
 * The `hmac` claims that are right for an identifier, one for each form of its payload. The newest of them are kept:
 * they follow from the secret and the identifier alone, and what a request claims is compared with them every time.
 */
export function claimsFor(key: HmacKey, identifier: string): readonly string[] {
  const kept = key.claims.get(identifier)
  if (kept) return kept
  const claims = payloadsOf(identifier).map(payload => hmacClaim(key, payload))
  if (identifier.length <= LONGEST_KEPT) {
    if (key.claims.size === CLAIMS_KEPT) key.claims.delete(key.claims.keys().next().value as string)
    key.claims.set(identifier, claims)
  }
  return claims
}

/**
 * The payload of a GET: its identifier as a JSON string literal, quotes included. Where it has characters beyond
 * ASCII, clients differ on writing them raw or as \uXXXX, and every form is accepted (CONTRACT.md section 3, I).
 */
export function payloadsOf(identifier: string): string[] {
  const literal = JSON.stringify(identifier)
  if (!/[^ -~]/.test(literal)) return [literal]
  return [literal, escapeUnits(literal, lowerHex), escapeUnits(literal, upperHex)]
}
