import { createHmac } from 'node:crypto'
import { type HmacKey, hmacClaim, hmacKey, hmacSha256, payloadsOf } from './hmac.ts'
import { claimsOf, encodeToken, headersWith, requestHeaders, type SignOptions } from './sign.ts'

/**
 * The headers of a request that keeps or breaks one rule of authentication, and no other; from what the right ones would
 * be made of. Undefined where this identifier cannot tell the two apart.
 */
export type Attempt = (right: SignOptions) => Record<string, string> | undefined

type Claims = ReturnType<typeof claimsOf>

const OTHER_SITE = '999999999999'
const OTHER_IDENTIFIER = 'somebody.else@example.com'
// The year 2100.
const IN_MILLISECONDS = 4_102_444_800_000
const A_DAY = 24 * 3600

const withClaims =
  (change: (claims: Claims) => object): Attempt =>
  right =>
    headersWith(encodeToken(change(claimsOf(right)), hmacKey(right.secret)), right.site_id)

const without = (claim: keyof Claims) => withClaims(claims => ({ ...claims, [claim]: undefined }))

const withKey =
  (keyOf: (secret: string) => Buffer | string): Attempt =>
  right =>
    headersWith(encodeToken(claimsOf(right), hmacKey(keyOf(right.secret))), right.site_id)

const withAuthorization =
  (change: (authorization: string) => string): Attempt =>
  right => {
    const { Authorization = '', ...headers } = requestHeaders(right)
    return { ...headers, Authorization: change(Authorization) }
  }

/** With an hmac made otherwise, for an operation that has an identifier. */
const withHmac =
  (
    make: (payload: string, key: HmacKey, identifier: string) => string | undefined,
    keyOf: (secret: string) => Buffer | string = secret => secret,
  ): Attempt =>
  right => {
    const { identifier, secret } = right
    if (identifier === undefined) return undefined
    const hmac = make(payloadsOf(identifier)[0] as string, hmacKey(keyOf(secret)), identifier)
    return hmac === undefined ? undefined : withClaims(claims => ({ ...claims, hmac }))(right)
  }

/** With an hmac that is bound to nothing, for the operation that has no identifier. */
const withUnboundHmac =
  (hmac: string): Attempt =>
  right =>
    right.identifier === undefined ? withClaims(claims => ({ ...claims, hmac }))(right) : undefined

const decoded = (secret: string): Buffer => Buffer.from(secret, 'base64')

/** The three parts of a token, with the right claims but for its algorithm. */
const partsOf = (right: SignOptions, alg = 'HS256') =>
  encodeToken(claimsOf(right), hmacKey(right.secret), { alg, typ: 'JWT' }).split('.')

function unsigned(right: SignOptions): Record<string, string> {
  const [header, claims] = partsOf(right, 'none')
  return headersWith(`${header}.${claims}.`, right.site_id)
}

function signedWithHs512(right: SignOptions): Record<string, string> {
  const [header, claims] = partsOf(right, 'HS512')
  const signature = createHmac('sha512', right.secret).update(`${header}.${claims}`).digest('base64url')
  return headersWith(`${header}.${claims}.${signature}`, right.site_id)
}

function altered(right: SignOptions): Record<string, string> {
  const [header, , signature] = partsOf(right)
  const [, claims] = partsOf({ ...right, sub: 'altered' })
  return headersWith(`${header}.${claims}.${signature}`, right.site_id)
}

function withoutSite(right: SignOptions): Record<string, string> {
  const { 'X-AnnexCloud-Site': _left, ...headers } = requestHeaders(right)
  return headers
}

/** Every attempt by the name of the rule that it puts to the test. */
export const ATTEMPTS = {
  token: requestHeaders,
  'content-type': requestHeaders,
  'sub-any': right => requestHeaders({ ...right, sub: 'any name, of whatever length it may be' }),
  'exp-string': withClaims(claims => ({ ...claims, exp: String(claims.exp) })),
  'exp-milliseconds': right => requestHeaders({ ...right, exp: IN_MILLISECONDS }),
  'hmac-escaped': withHmac((_payload, key, identifier) => {
    const [, escaped] = payloadsOf(identifier)
    return escaped === undefined ? undefined : hmacClaim(key, escaped)
  }),
  'hmac-unbound': withUnboundHmac(Buffer.alloc(32, 7).toString('base64')),

  'token-missing': withAuthorization(() => ''),
  'token-bare': withAuthorization(text => text.replace('Bearer ', '')),
  'token-cut': withAuthorization(text => text.replace(/\.[^.]*$/, '')),
  'sub-missing': without('sub'),
  'alg-none': unsigned,
  'alg-other': signedWithHs512,
  'site-missing': withoutSite,
  'site-unknown': right => requestHeaders({ ...right, site_id: OTHER_SITE }),
  'secret-wrong': withKey(secret => `${secret}-not`),
  'secret-decoded': withKey(decoded),
  altered,
  'exp-past': right => requestHeaders({ ...right, exp: right.exp - A_DAY }),
  'exp-missing': without('exp'),
  'site_id-other': withClaims(claims => ({ ...claims, site_id: OTHER_SITE })),
  'site_id-missing': without('site_id'),
  'hmac-missing': without('hmac'),
  'hmac-other': withHmac((_payload, key) => hmacClaim(key, payloadsOf(OTHER_IDENTIFIER)[0] as string)),
  'hmac-unquoted': withHmac((_payload, key, identifier) => hmacClaim(key, identifier)),
  'hmac-unencoded': withHmac((payload, key) => hmacSha256(key, payload).toString('base64')),
  'hmac-hex': withHmac((payload, key) => decoded(hmacClaim(key, payload)).toString('hex')),
  'hmac-unpadded': withHmac((payload, key) => hmacClaim(key, payload).replace('=', '')),
  'hmac-secret-decoded': withHmac((payload, key) => hmacClaim(key, payload), decoded),
  'hmac-percent-encoded': withHmac((_payload, key, identifier) => {
    const encoded = encodeURIComponent(identifier)
    return encoded === identifier ? undefined : hmacClaim(key, JSON.stringify(encoded))
  }),
  'hmac-malformed': withUnboundHmac('none'),
} satisfies Record<string, Attempt>

export type AuthRuleName = keyof typeof ATTEMPTS
