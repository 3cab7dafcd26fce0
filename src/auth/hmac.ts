import { hash, timingSafeEqual } from 'node:crypto'

/** A secret that is ready for HMAC-SHA256: its two padded blocks, as RFC 2104 has them. */
export interface HmacKey {
  readonly inner: Buffer
  readonly outer: Buffer
}

const BLOCK = 64
const DIGEST = 32

/** Makes a secret ready, given as text that is used raw, or as bytes. */
export function hmacKey(secret: string | Buffer): HmacKey {
  const bytes = Buffer.from(secret as string)
  const block = Buffer.alloc(BLOCK)
  ;(bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes).copy(block)
  return {
    inner: Buffer.from(block.map(byte => byte ^ 0x36)),
    outer: Buffer.from(block.map(byte => byte ^ 0x5c)),
  }
}

// What is hashed is put together here: a block of the key, then the message. Every call begins with writing it anew.
let scratch = Buffer.alloc(4096)

/**
 * HMAC-SHA256, as two one-shot hashes of node:crypto: a third faster than its createHmac, which makes a stream each
 * time, and two of these are most of what a verification takes.
 */
function hmac<E extends 'base64' | 'base64url' | 'buffer'>(
  { inner, outer }: HmacKey,
  message: string,
  encoding: E,
) {
  // No character is longer than three bytes of UTF-8.
  const needed = BLOCK + message.length * 3
  if (scratch.length < needed) scratch = Buffer.alloc(needed)
  inner.copy(scratch)
  const length = scratch.write(message, BLOCK)
  const digest = hash('sha256', scratch.subarray(0, BLOCK + length), 'binary')
  outer.copy(scratch)
  scratch.write(digest, BLOCK, 'latin1')
  return hash('sha256', scratch.subarray(0, BLOCK + DIGEST), encoding)
}

/** HMAC-SHA256, 32 bytes. */
export const hmacSha256 = (key: HmacKey, message: string): Buffer => hmac(key, message, 'buffer') as Buffer

/** The signature of a JWT with HS256: HMAC-SHA256 in base64url. */
export const jwtSignature = (key: HmacKey, signed: string): string => hmac(key, signed, 'base64url') as string

/** Compares without telling by its duration where the difference is. */
export const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

/** The same for text, so that of several encodings of the same bytes only the right one passes. */
export const sameText = (a: string, b: string): boolean => sameBytes(Buffer.from(a), Buffer.from(b))

/**
 * The `hmac` claim over a payload: base64( HMAC-SHA256( secret, base64( utf8( payload ) ) ) ), standard base64 with
 * padding (CONTRACT.md section 3, D).
 */
export const hmacClaim = (key: HmacKey, payload: string): string =>
  hmac(key, Buffer.from(payload).toString('base64'), 'base64') as string

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
