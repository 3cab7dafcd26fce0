import { isObject } from '../contract/json.ts'
import { type Refusal, refuse } from './verdict.ts'

/** A JWT taken apart; nothing of it is trusted yet. */
export interface ParsedToken {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  /** The two parts that are signed, as sent. */
  signed: string
  /** As sent, in base64url. */
  signature: string
}

export const EXPECTED_FORMAT = 'Authorization: Bearer <header>.<claims>.<signature>'
const malformed = (actual: string, hint: string): Refusal => refuse('format', EXPECTED_FORMAT, actual, hint)

// What almost every library writes; not parsing it again saves a tenth of the verification.
const USUAL_HEADER_PARSED = { alg: 'HS256', typ: 'JWT' }
const USUAL_HEADER = Buffer.from(JSON.stringify(USUAL_HEADER_PARSED)).toString('base64url')

const BASE64URL = /^[A-Za-z0-9_-]*$/

// What every right request sends; only what differs from it is looked at closely.
const RIGHT = /^Bearer ([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)$/

/** The three parts of the token in an Authorization header, or what is wrong with it. */
function partsOf(authorization: string | undefined): readonly string[] | Refusal {
  if (!authorization)
    return malformed('no Authorization header', 'send the token as Authorization: Bearer <JWT>')
  const right = RIGHT.exec(authorization)
  if (right) return right.slice(1)
  const [, scheme = '', token = ''] = /^(\S*)\s*(.*)$/s.exec(authorization.trim()) ?? []
  if (scheme.toLowerCase() !== 'bearer') {
    return malformed(`the scheme ${clip(scheme)}`, 'put the word Bearer and a space before the token')
  }
  if (token === '') return malformed('no token after Bearer', 'send the token as Authorization: Bearer <JWT>')
  const parts = token.split('.')
  if (parts.length !== 3) {
    return malformed(
      `${parts.length} dot-separated part(s)`,
      'a JWT has three parts joined by dots; send it whole',
    )
  }
  if (!parts.every(part => BASE64URL.test(part))) {
    return malformed(
      'a character outside base64url',
      'encode all three parts in base64url: - and _ for + and /, no padding',
    )
  }
  return parts
}

/** The `format` check: takes the Authorization header apart, or says what is wrong with it (CONTRACT.md section 3, D). */
export function parseToken(authorization: string | undefined): ParsedToken | Refusal {
  const parts = partsOf(authorization)
  if ('ok' in parts) return parts
  const [head = '', body = '', signature = ''] = parts
  const header = head === USUAL_HEADER ? USUAL_HEADER_PARSED : parseObject(head)
  if (!header)
    return malformed(
      'a header that is not a JSON object',
      'the first part is the base64url of {"alg":"HS256","typ":"JWT"}',
    )
  const claims = parseObject(body)
  if (!claims) {
    return malformed(
      'claims that are not a JSON object',
      'the second part is the base64url of {"sub":…,"exp":…,"site_id":…,"hmac":…}',
    )
  }
  if ('crit' in header)
    return malformed('the header parameter crit', 'leave crit out: no extension is understood here')
  if (typeof claims.sub !== 'string') {
    return malformed(
      `sub ${show(claims.sub)}`,
      'add the claim sub, the name of the client or site; any string does',
    )
  }
  return {
    header,
    claims,
    signed: `${head}.${body}`,
    signature,
  }
}

// Where the parts of a token are decoded, each in turn.
let decoded = Buffer.alloc(1024)

function parseObject(part: string): Record<string, unknown> | undefined {
  try {
    if (part.length > decoded.length) decoded = Buffer.alloc(part.length)
    const value: unknown = JSON.parse(decoded.toString('utf8', 0, decoded.write(part, 'base64url')))
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text)

/** A claim as it was sent, short enough for a header. */
export const show = (value: unknown): string =>
  value === undefined ? 'missing' : clip(JSON.stringify(value))
