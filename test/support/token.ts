import { createHmac } from 'node:crypto'
import { SITE } from './seeds.ts'

/** Tokens made by hand, good and bad. Nothing of src takes part, so that a fault in signing cannot hide one in verifying. */

export const FAR = 4_102_444_800

export const base64 = (text: string): string => Buffer.from(text).toString('base64')
export const mac = (key: string | Buffer, message: string): Buffer =>
  createHmac('sha256', key).update(message).digest()

/** The hmac claim as CONTRACT.md section 3 has it. */
export const hmacFor = (identifier: string, secret = SITE.secret): string =>
  mac(secret, base64(JSON.stringify(identifier))).toString('base64')

export const goodClaims = (identifier: string): Record<string, unknown> => ({
  sub: 'a client',
  exp: FAR,
  site_id: SITE.site_id,
  hmac: hmacFor(identifier),
})

const encode = (part: object | string): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')

/** A JWT; header and claims are objects, or the very text to put there. */
export function jwt(
  claims: object | string,
  secret: string | Buffer = SITE.secret,
  header: object | string = { alg: 'HS256', typ: 'JWT' },
): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${mac(secret, signed).toString('base64url')}`
}

export const headersOf = (token: string, site = SITE.site_id): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  'x-annexcloud-site': site,
})
