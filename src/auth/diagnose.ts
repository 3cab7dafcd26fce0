import {
  base64,
  escapeUnits,
  type HmacKey,
  hmacClaim,
  hmacSha256,
  jwtSignature,
  lowerHex,
  payloadsOf,
  sameBytes,
  sameText,
  upperHex,
} from './sign.ts'

/** A known mistake that gives a wrong HMAC: what it is, and what to do instead. */
interface Mistake {
  did: string
  instead: string
}

/** One choice in making an HMAC: the right one has no mistake. */
interface Choice<T> {
  value: T
  mistake?: Mistake
}

/** A choice made by a mistake. */
const wrong = <T>(value: T, did: string, instead: string): Choice<T> => ({ value, mistake: { did, instead } })

/** The key that a wrong signature was made with, as far as it is known; and what to do. */
export function diagnoseSignature(signature: string, signed: string, secret: string): string {
  const used = keysFor(secret).find(key => sameText(jwtSignature(key.value, signed), signature))
  return used?.mistake
    ? `signed with ${used.mistake.did}; ${used.mistake.instead}`
    : 'signed with another secret, or changed after signing; use the secret of the site in X-AnnexCloud-Site, raw'
}

/**
 * Why an `hmac` claim does not match, in one sentence that says what to do. Tries every mistake that CONTRACT.md
 * section 3 lists, alone and together, by making the HMAC each would have given; then whether it was made for one of
 * `others`. Never says what the right hmac would have been.
 */
export function diagnoseHmac(
  claim: string,
  identifier: string | null,
  secret: string,
  others: () => Iterable<string>,
): string {
  const writings = writingsOf(claim)
  if (writings.length === 0) {
    return 'not the base64 of 32 bytes; write the raw HMAC-SHA256 digest in standard base64, with padding (44 characters)'
  }
  if (identifier === null) return describe(writings.flatMap(mistakesOf))
  const matches = (digest: Buffer) => writings.find(({ value }) => sameBytes(value, digest))

  for (const { key, message, mistakes } of recipesFor(identifier, secret)) {
    const writing = matches(hmacSha256(key, message))
    if (writing) return `${describe([...mistakes, ...mistakesOf(writing)])} (then it would have matched)`
  }
  for (const other of others()) {
    const claims = payloadsOf(other).map(payload => Buffer.from(hmacClaim(secret, payload), 'base64'))
    if (claims.some(matches)) {
      return `made for ${other}; a token is bound to one identifier, so make one for each request`
    }
  }
  return 'made with another secret or for another identifier; take the decoded path segment, in double quotes, base64 it, and key the HMAC with the raw secret'
}

const describe = (mistakes: Mistake[]): string =>
  [mistakes.map(({ did }) => did), mistakes.map(({ instead }) => instead)]
    .map(parts => parts.join(', and '))
    .join('; ')

const IN_BASE64 = 'write the raw digest in standard base64'

/** Every way in which the claim can be read as 32 bytes; the right one first. */
function writingsOf(claim: string): Choice<Buffer>[] {
  const bytes = Buffer.from(claim, 'base64')
  const found: Choice<Buffer>[] = []
  if (/^[A-Za-z0-9+/]{43}=$/.test(claim)) {
    const stray = 'written with stray bits in its last character'
    found.push(
      bytes.toString('base64') === claim
        ? { value: bytes }
        : wrong(bytes, stray, 'send what the base64 encoder gives, unchanged'),
    )
  } else if (/^[A-Za-z0-9+/]{43}$/.test(claim)) {
    found.push(wrong(bytes, 'written without padding', 'keep the = at the end'))
  } else if (/^[A-Za-z0-9_-]{43}=?$/.test(claim)) {
    found.push(wrong(bytes, 'written in base64url', 'use standard base64, with + and / and padding'))
  } else if (/^[A-Za-z0-9+/]{43}=$/.test(claim.replace(/\s/g, ''))) {
    found.push(wrong(bytes, 'written with white space or a line break', 'remove it from the base64'))
  }
  if (isHex(claim)) found.push(wrong(Buffer.from(claim, 'hex'), 'written in hex', IN_BASE64))
  const inner = bytes.toString('latin1')
  if (isHex(inner)) {
    found.push(wrong(Buffer.from(inner, 'hex'), 'written as the base64 of a hex string', IN_BASE64))
  }
  return found
}

const isHex = (text: string): boolean => /^[0-9a-f]{64}$/i.test(text)

const MOST_MISTAKES = 2
// No email and no journey id is longer; to hash thousands of characters in every way would take too long.
const LONGEST_IDENTIFIER = 320

/** Every way to make an hmac for an identifier with a few mistakes; those with the fewest first. */
function recipesFor(identifier: string, secret: string) {
  if (identifier.length > LONGEST_IDENTIFIER) return []
  const keys = keysFor(secret).map(({ value, mistake }) =>
    mistake ? wrong(value, `keyed with ${mistake.did}`, mistake.instead) : { value },
  )
  const recipes = identifiersFor(identifier).flatMap(name =>
    payloadsFor(name.value).flatMap(payload =>
      messagesFor(payload.value).flatMap(message =>
        keys.map(key => ({
          key: key.value,
          message: message.value,
          mistakes: [key, name, payload, message].flatMap(mistakesOf),
        })),
      ),
    ),
  )
  return recipes
    .filter(({ mistakes }) => mistakes.length <= MOST_MISTAKES)
    .sort((a, b) => a.mistakes.length - b.mistakes.length)
}

const mistakesOf = ({ mistake }: Choice<unknown>): Mistake[] => (mistake ? [mistake] : [])

const RAW = 'use the secret raw, as the text it is'
const ALONE = 'use the secret alone'

/** The secret, and what is taken for it. */
function keysFor(secret: string): Choice<HmacKey>[] {
  const mistaken: Choice<HmacKey>[] = [
    wrong(Buffer.from(secret, 'base64'), 'the base64-decoded secret', RAW),
    wrong(base64(secret), 'the base64-encoded secret', RAW),
    wrong(base64(`${secret}\n`), 'the base64-encoded secret, a line break included', RAW),
    ...['\n', '\r\n'].map(end => wrong(secret + end, 'the secret and a line break after it', ALONE)),
    ...[` ${secret}`, `${secret} `, ` ${secret} `].map(padded =>
      wrong(padded, 'the secret and white space around it', ALONE),
    ),
    wrong(secret.trim(), 'the secret without the white space around it', RAW),
    ...['"', "'"].map(mark => wrong(`${mark}${secret}${mark}`, 'the secret in quotation marks', ALONE)),
  ]
  return [{ value: secret }, ...mistaken.filter(({ value }) => value !== secret)]
}

function identifiersFor(identifier: string): Choice<string>[] {
  const encoded = encodeURIComponent(identifier.toWellFormed())
  const decoded = /%[0-9a-f]{2}/i.test(identifier) ? decode(identifier) : identifier
  const percent = ['computed over the percent-encoded identifier', 'decode the path segment first'] as const
  const mistaken = [
    wrong(
      identifier.toLowerCase(),
      'computed over the lower-cased identifier',
      'keep its case as in the path',
    ),
    wrong(encoded, ...percent),
    wrong(encoded.replaceAll('%40', '@'), ...percent),
    wrong(
      decoded,
      'sent with an identifier that is percent-encoded twice',
      'percent-encode it once in the path',
    ),
  ]
  return [{ value: identifier }, ...mistaken.filter(({ value }) => value !== identifier)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

function payloadsFor(identifier: string): Choice<string>[] {
  const right = payloadsOf(identifier)
  const bare = 'computed over the bare identifier'
  return [
    ...right.map(value => ({ value })),
    wrong(identifier, bare, 'wrap it in double quotes before base64'),
    ...[...Map.groupBy(ENCODERS, ({ write }) => write(right[0]))]
      .filter(([literal]) => !right.includes(literal))
      .map(([literal, encoders]) => {
        const did = `computed over an identifier with the needless escape ${needlessIn(literal, right)}`
        const remedies = new Set(encoders.map(({ remedy }) => remedy))
        return wrong(literal, did, `switch that escape off (${[...remedies].join(', ')})`)
      }),
  ]
}

/** The escapes of a JSON string literal that none of the right ones has. */
const needlessIn = (literal: string, right: string[]): string =>
  [...new Set(escapesIn(literal))].filter(found => !right.flatMap(escapesIn).includes(found)).join(' and ')

const escapesIn = (literal: string): string[] => literal.match(/\\(u[0-9a-f]{4}|.)/gi) ?? []

const withSlashes = (literal: string) => literal.replaceAll('/', '\\/')

/** Encoders of JSON that by default escape more than JSON asks for: what they make of a string literal. */
const ENCODERS: { remedy: string; write(literal: string): string }[] = [
  { remedy: 'JSON_UNESCAPED_SLASHES in PHP', write: withSlashes },
  {
    remedy: 'JSON_UNESCAPED_SLASHES in PHP',
    write: literal => withSlashes(escapeUnits(literal, lowerHex)),
  },
  {
    remedy: 'JavaScriptEncoder.UnsafeRelaxedJsonEscaping in .NET',
    write: literal =>
      escapeUnits(
        literal.replace(/\\(.)/g, (pair, escaped) => (escaped === '"' ? '\\u0022' : pair)),
        upperHex,
        /[^ -~]|[&'+<>`]/g,
      ),
  },
  { remedy: 'SetEscapeHTML(false) in Go', write: literal => escapeUnits(literal, lowerHex, /[&<>]/g) },
  {
    remedy: 'disableHtmlEscaping() in Gson',
    write: literal => escapeUnits(literal, lowerHex, /[&<>='\u2028\u2029]/g),
  },
]

function messagesFor(payload: string): Choice<string>[] {
  const right = base64(payload)
  const latin1 = base64(payload, 'latin1')
  const isLatin1 = latin1 !== right && Buffer.from(latin1, 'base64').toString('latin1') === payload
  const encodeFirst = 'base64 the quoted identifier first'
  const bytes = 'computed over the Latin-1 bytes of the identifier'
  return [
    { value: right },
    wrong(payload, 'computed over the identifier and not over its base64', encodeFirst),
    ...(isLatin1 ? [wrong(latin1, bytes, 'encode it as UTF-8 before base64')] : []),
  ]
}
