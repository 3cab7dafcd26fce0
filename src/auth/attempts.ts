import { createHmac } from 'node:crypto'
import {
  base64,
  type Claims,
  encodeToken,
  type HmacKey,
  headersWith,
  hmacClaim,
  hmacSha256,
  payloadsOf,
  type SignOptions,
  sign,
} from './sign.ts'

/**
 * The headers of a request that keeps or breaks one rule of authentication, and no other; from what the right ones would
 * be made of. Undefined where this identifier cannot tell the two apart.
 */
export type Attempt = (right: SignOptions) => Record<string, string> | undefined

const OTHER_SITE = '999999999999'
const OTHER_IDENTIFIER = 'somebody.else@example.com'
const YEAR_2100 = 4_102_444_800
const A_DAY = 24 * 3600

const right: Attempt = options => sign(options).headers

const withOptions =
  (change: (options: SignOptions) => Partial<SignOptions>): Attempt =>
  options =>
    sign({ ...options, ...change(options) }).headers

const withClaims =
  (change: (claims: Claims) => object): Attempt =>
  options =>
    headersWith(encodeToken(change(sign(options).claims), options.secret), options.site_id)

const without = (claim: keyof Claims) => withClaims(claims => ({ ...claims, [claim]: undefined }))

type KeyOf = (secret: string) => HmacKey
const decoded = (secret: string): Buffer => Buffer.from(secret, 'base64')

const withKey =
  (keyOf: KeyOf): Attempt =>
  options =>
    headersWith(encodeToken(sign(options).claims, keyOf(options.secret)), options.site_id)

const withAuthorization =
  (change: (authorization: string) => string): Attempt =>
  options => {
    const { Authorization = '', ...headers } = sign(options).headers
    return { ...headers, Authorization: change(Authorization) }
  }

const withSite =
  (change: (siteId: string) => string | undefined): Attempt =>
  options => {
    const { 'X-AnnexCloud-Site': siteId = '', ...headers } = sign(options).headers
    const changed = change(siteId)
    return changed === undefined ? headers : { ...headers, 'X-AnnexCloud-Site': changed }
  }

/** With an hmac made otherwise, for an operation that has an identifier. */
const withHmac =
  (
    make: (identifier: string, key: HmacKey) => string | undefined,
    keyOf: KeyOf = secret => secret,
  ): Attempt =>
  options => {
    const { identifier, secret } = options
    const hmac = identifier === undefined ? undefined : make(identifier, keyOf(secret))
    return hmac === undefined ? undefined : withClaims(claims => ({ ...claims, hmac }))(options)
  }

/** With the right hmac, written or keyed otherwise. */
const withHmacOf = (write: (hmac: string) => string, keyOf?: KeyOf): Attempt =>
  withHmac((identifier, key) => write(hmacClaim(key, payloadsOf(identifier)[0])), keyOf)

/** With the hmac of another payload. */
const withPayload = (change: (payload: string, identifier: string) => string | undefined): Attempt =>
  withHmac((identifier, key) => {
    const [payload] = payloadsOf(identifier)
    const changed = change(payload, identifier)
    return changed === undefined || changed === payload ? undefined : hmacClaim(key, changed)
  })

/** With the hmac of another message than the base64 of the payload. */
const withMessage = (change: (payload: string) => string): Attempt =>
  withHmac((identifier, key) => {
    const [payload] = payloadsOf(identifier)
    const changed = change(payload)
    return changed === base64(payload) ? undefined : hmacSha256(key, changed).toString('base64')
  })

/** With an hmac that is bound to nothing, for the operation that has no identifier. */
const withUnboundHmac =
  (hmac: string): Attempt =>
  options =>
    options.identifier === undefined ? withClaims(claims => ({ ...claims, hmac }))(options) : undefined

type Parts = [header: string, claims: string, signature: string]

/** With the parts of the token changed, of which none is signed again. */
const withParts =
  (change: (parts: Parts, options: SignOptions) => Parts): Attempt =>
  options =>
    headersWith(change(sign(options).token.split('.') as Parts, options).join('.'), options.site_id)

const withAlg = (alg: string, signatureOf: (signed: string, secret: string) => string): Attempt =>
  withParts(([_header, claims], { secret }) => {
    const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url')
    return [header, claims, signatureOf(`${header}.${claims}`, secret)]
  })

const hs512 = (signed: string, secret: string): string =>
  createHmac('sha512', secret).update(signed).digest('base64url')

const inStandardBase64 = withParts(([header, claims], { secret }) => {
  const standard = (part: string) => Buffer.from(part, 'base64url').toString('base64')
  const signed = [standard(header), standard(claims)] as const
  return [...signed, hmacSha256(secret, signed.join('.')).toString('base64')]
})

/** Only the first + and / of the signature are replaced, in a token whose signature has more than one of either. */
function withMixedSignature(options: SignOptions): Record<string, string> {
  for (let n = 0; ; n++) {
    const [header, claims, signature] = sign({ ...options, sub: `client ${n}` }).token.split('.') as Parts
    const standard = signature.replaceAll('-', '+').replaceAll('_', '/')
    const mixed = standard.replace('+', '-').replace('/', '_')
    if (mixed !== signature) return headersWith(`${header}.${claims}.${mixed}`, options.site_id)
  }
}

/** Every attempt by the name of the rule that it puts to the test. */
export const ATTEMPTS = {
  token: right,
  'content-type': right,
  'parts-standard': inStandardBase64,
  'signature-mixed': withMixedSignature,
  'sub-any': withOptions(() => ({ sub: 'any name, of whatever length it may be' })),
  'exp-string': withClaims(claims => ({ ...claims, exp: String(claims.exp) })),
  'exp-fraction': withOptions(({ exp }) => ({ exp: exp + 0.25 })),
  'exp-milliseconds': withOptions(() => ({ exp: YEAR_2100 * 1e3 })),
  'exp-microseconds': withOptions(() => ({ exp: YEAR_2100 * 1e6 })),
  'nbf-future': withClaims(claims => ({ ...claims, nbf: YEAR_2100 })),
  'hmac-escaped': withPayload((_payload, identifier) => payloadsOf(identifier)[1]),
  'hmac-unbound': withUnboundHmac(Buffer.alloc(32, 7).toString('base64')),

  'token-missing': withAuthorization(() => ''),
  'token-bare': withAuthorization(text => text.replace('Bearer ', '')),
  'token-cut': withAuthorization(text => text.replace(/\.[^.]*$/, '')),
  'sub-missing': without('sub'),
  'alg-none': withAlg('none', () => ''),
  'alg-other': withAlg('HS512', hs512),
  'site-missing': withSite(() => undefined),
  'site-empty': withSite(() => ''),
  'site-twice': withSite(siteId => `${siteId}, ${siteId}`),
  'site-unknown': withOptions(() => ({ site_id: OTHER_SITE })),
  'secret-wrong': withKey(secret => `${secret}-not`),
  'secret-decoded': withKey(decoded),
  'secret-encoded': withKey(base64),
  altered: withParts(([header, _claims, signature], options) => {
    const [, claims = ''] = sign({ ...options, sub: 'altered' }).token.split('.')
    return [header, claims, signature]
  }),
  'exp-past': withOptions(({ exp }) => ({ exp: exp - A_DAY })),
  'exp-missing': without('exp'),
  'site_id-other': withClaims(claims => ({ ...claims, site_id: OTHER_SITE })),
  'site_id-missing': without('site_id'),
  'hmac-missing': without('hmac'),
  'hmac-other': withPayload(() => JSON.stringify(OTHER_IDENTIFIER)),
  'hmac-unquoted': withPayload((_payload, identifier) => identifier),
  'hmac-unencoded': withMessage(payload => payload),
  'hmac-latin1': withMessage(payload => base64(payload, 'latin1')),
  'hmac-hex': withHmacOf(hmac => decoded(hmac).toString('hex')),
  'hmac-unpadded': withHmacOf(hmac => hmac.replace('=', '')),
  'hmac-secret-decoded': withHmacOf(hmac => hmac, decoded),
  'hmac-secret-encoded': withHmacOf(hmac => hmac, base64),
  'hmac-percent-encoded': withPayload((_payload, identifier) =>
    JSON.stringify(encodeURIComponent(identifier)),
  ),
  'hmac-overescaped': withPayload(payload => payload.replaceAll('/', '\\/').replaceAll('+', '\\u002B')),
  'hmac-malformed': withUnboundHmac('none'),
} satisfies Record<string, Attempt>

export type AuthRuleName = keyof typeof ATTEMPTS
