import { isObject } from '../contract/json.ts'
import type { Finding } from './verdict.ts'

/** A JWT taken apart; nothing of it is trusted yet. */
export interface ParsedToken {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  /** The two parts that are signed, as sent. */
  signed: string
  /** In base64url, whatever it was sent in. */
  signature: string
  /** Which parts are not in base64url, as they should be: accepted with a warning. */
  otherwiseEncoded: string[]
}

export const EXPECTED_FORMAT = 'Authorization: Bearer <header>.<claims>.<signature>'
const SEND_TOKEN = 'send the token as Authorization: Bearer <JWT>'

// Either alphabet of base64, or a mixture: a client in use replaces only the first + and / (CONTRACT.md section 3, C).
const ANY_BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/
const KNOWN_SCHEME = /^(basic|digest|negotiate|ntlm|token|apikey|jwt|hmac)$/i
const BASE64URL = /^[A-Za-z0-9_-]*$/

/** Takes the Authorization header apart, or says what is wrong with it (CONTRACT.md section 3, D). */
export function parseToken(authorization: string | undefined): ParsedToken | Finding {
  if (!authorization) return malformed('no Authorization header', SEND_TOKEN)
  const [, scheme = '', token = ''] = /^(\S*)\s*(.*)$/s.exec(authorization.trim()) ?? []
  if (scheme.toLowerCase() !== 'bearer') {
    // Anything else may be a secret that was sent without a scheme.
    const actual = KNOWN_SCHEME.test(scheme) ? `the scheme ${scheme}` : 'a scheme other than Bearer, or none'
    return malformed(actual, 'put the word Bearer and a space before the token')
  }
  if (token === '') return malformed('no token after Bearer', SEND_TOKEN)
  const parts = token.split('.')
  if (parts.length !== 3) {
    return malformed(
      `${parts.length} dot-separated part(s)`,
      'a JWT has three parts joined by dots; send it whole',
    )
  }
  if (!parts.every(part => ANY_BASE64.test(part))) {
    return malformed(
      'a character outside base64url',
      'encode all three parts in base64url: - and _ for + and /, no padding',
    )
  }
  return parseParts(parts as [string, string, string])
}

function parseParts(parts: [head: string, body: string, signature: string]): ParsedToken | Finding {
  const [head, body, signature] = parts
  const header = parseObject(head)
  if (!header) {
    return malformed(
      'a header that is not a JSON object',
      'the first part is the base64url of {"alg":"HS256","typ":"JWT"}',
    )
  }
  if ('crit' in header) {
    return malformed('the header parameter crit', 'leave crit out: no extension is supported')
  }
  const claims = parseObject(body)
  if (!claims) {
    return malformed(
      'claims that are not a JSON object',
      'the second part is the base64url of {"sub":…,"exp":…,"site_id":…,"hmac":…}',
    )
  }
  if (typeof claims.sub !== 'string') {
    return malformed(
      `sub ${show(claims.sub)}`,
      'add the claim sub, the name of the client or site; any string will do',
    )
  }
  return {
    header,
    claims,
    signed: `${head}.${body}`,
    signature: signature.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    otherwiseEncoded: ['header', 'claims', 'signature'].filter((_, i) => !BASE64URL.test(parts[i] as string)),
  }
}

const malformed = (actual: string, hint: string): Finding => ({
  ...{ check: 'format', expected: EXPECTED_FORMAT },
  ...{ actual, hint },
})

function parseObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64').toString())
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text)

/** A claim as it was sent, short enough for a header; of an object or an array only what it is, as it may be deep. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'an array'
  return isObject(value) ? 'an object' : clip(JSON.stringify(value))
}
