import { escapeUnits, lowerHex, upperHex } from './escaping.ts'
import { type HmacKey, hmacKey, hmacSha256, payloadsOf, sameBytes } from './hmac.ts'

interface Signer {
  secret: string
  key: HmacKey
}

/** A way to arrive at a wrong hmac: what was done, and what to do instead. */
interface Mistake {
  did: string
  instead: string
}

/** One choice in making an hmac: the right one has no mistake. */
interface Choice<T> {
  value: T
  mistake?: Mistake
}

/**
 * Why an `hmac` claim does not match, in one sentence that says what to do. Tries every mistake that CONTRACT.md
 * section 3 lists, alone and together, by making the hmac each would have given; then whether it was made for one of
 * `others`. Never says what the right hmac would have been.
 */
export function diagnoseHmac(
  claim: string,
  identifier: string | null,
  signer: Signer,
  others: () => Iterable<string>,
): string {
  const writings = readings(claim)
  if (writings.length === 0) {
    return 'not the base64 of 32 bytes; write the raw HMAC-SHA256 digest in standard base64, with padding (44 characters)'
  }
  if (identifier === null) return describe(writings[0]?.mistake ? [writings[0].mistake] : [])
  const mistakes = recipes(identifier, signer)
    .flatMap(recipe =>
      writings
        .filter(({ value }) => sameBytes(recipe.value(), value))
        .map(w => [...recipe.mistakes, w.mistake]),
    )
    .map(found => found.filter(mistake => mistake !== undefined))
    .sort((a, b) => a.length - b.length)[0]
  if (mistakes) return describe(mistakes)
  for (const other of others()) {
    const made = payloadsOf(other).map(payload => mac(signer.key, base64(payload)))
    if (made.some(bytes => writings.some(({ value }) => sameBytes(bytes, value)))) {
      return `made for ${other}; a token is bound to one identifier, so make one for each request`
    }
  }
  return 'made with another secret or for another identifier; take the decoded path segment, in double quotes, base64 it, and key the HMAC with the raw secret'
}

function describe(mistakes: Mistake[]): string {
  const did = mistakes.map(mistake => mistake.did).join(', and ')
  const instead = mistakes.map(mistake => mistake.instead).join(', and ')
  return `${did}; ${instead} (then it would have matched)`
}

/** Every way in which the claim can be read as 32 bytes; the right one first. */
function readings(claim: string): Choice<Buffer>[] {
  const found: Choice<Buffer>[] = []
  if (/^[A-Za-z0-9+/]{43}=$/.test(claim)) {
    const value = Buffer.from(claim, 'base64')
    const stray = {
      did: 'written with stray bits in its last character',
      instead: 'send what the base64 encoder gives, unchanged',
    }
    found.push(value.toString('base64') === claim ? { value } : { value, mistake: stray })
  } else if (/^[A-Za-z0-9+/]{43}$/.test(claim)) {
    found.push({
      value: Buffer.from(claim, 'base64'),
      mistake: { did: 'written without padding', instead: 'keep the = at the end' },
    })
  } else if (/^[A-Za-z0-9_-]{43}=?$/.test(claim)) {
    found.push({
      value: Buffer.from(claim, 'base64url'),
      mistake: { did: 'written in base64url', instead: 'use standard base64, with + and / and padding' },
    })
  }
  const asHex = { instead: 'write the raw digest in standard base64' }
  if (/^[0-9a-f]{64}$/i.test(claim)) {
    found.push({ value: Buffer.from(claim, 'hex'), mistake: { did: 'written in hex', ...asHex } })
  }
  const inner = Buffer.from(claim, 'base64').toString('latin1')
  if (/^[0-9a-f]{64}$/i.test(inner)) {
    found.push({
      value: Buffer.from(inner, 'hex'),
      mistake: { did: 'written as the base64 of a hex string', ...asHex },
    })
  }
  return found
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const mac = hmacSha256

/** Every way to make an hmac for an identifier, the right one and the wrong ones, with the mistakes each contains. */
function recipes(
  identifier: string,
  signer: Signer,
): { value: () => Buffer; mistakes: (Mistake | undefined)[] }[] {
  const found = []
  for (const key of keys(signer)) {
    for (const name of identifiers(identifier)) {
      for (const payload of payloads(name.value)) {
        for (const message of messages(payload.value)) {
          const mistakes = [key.mistake, name.mistake, payload.mistake, message.mistake]
          found.push({ value: () => mac(key.value, message.value), mistakes })
        }
      }
    }
  }
  return found
}

const keys = (signer: Signer): Choice<HmacKey>[] => [
  { value: signer.key },
  {
    value: hmacKey(Buffer.from(signer.secret, 'base64')),
    mistake: {
      did: 'keyed with the base64-decoded secret',
      instead: 'use the secret raw, as the text it is',
    },
  },
]

function identifiers(identifier: string): Choice<string>[] {
  const wrong: [string, Mistake][] = [
    [
      identifier.toLowerCase(),
      { did: 'computed over the lower-cased identifier', instead: 'keep its case as in the path' },
    ],
    [
      encodeURIComponent(identifier.toWellFormed()),
      { did: 'computed over the percent-encoded identifier', instead: 'decode the path segment first' },
    ],
    [
      encodeURIComponent(identifier.toWellFormed()).replaceAll('%40', '@'),
      { did: 'computed over the percent-encoded identifier', instead: 'decode the path segment first' },
    ],
  ]
  return [
    { value: identifier },
    ...wrong.filter(([value]) => value !== identifier).map(([value, mistake]) => ({ value, mistake })),
  ]
}

function payloads(identifier: string): Choice<string>[] {
  const right = payloadsOf(identifier)
  return [
    ...right.map(value => ({ value })),
    {
      value: identifier,
      mistake: {
        did: 'computed over the bare identifier',
        instead: 'wrap it in double quotes before base64',
      },
    },
    ...forHtml(JSON.stringify(identifier))
      .filter(value => !right.includes(value))
      .map(value => ({
        value,
        mistake: {
          did: 'computed over an identifier with a character escaped that need not be',
          instead: 'turn off what the JSON encoder escapes for HTML',
        },
      })),
  ]
}

/** A JSON string literal as it is written by encoders that, by default, also escape what means something in HTML. */
const forHtml = (literal: string): string[] => [
  // System.Text.Json of .NET
  escapeUnits(
    literal.replace(/\\(.)/g, (pair, escaped) => (escaped === '"' ? '\\u0022' : pair)),
    upperHex,
    /[^ -~]|[&'+<>`]/g,
  ),
  // json_encode of PHP
  escapeUnits(literal, lowerHex).replaceAll('/', '\\/'),
  // encoding/json of Go
  escapeUnits(literal, lowerHex, /[&<>]/g),
]

const messages = (payload: string): Choice<string>[] => [
  { value: base64(payload) },
  {
    value: payload,
    mistake: {
      did: 'computed over the identifier and not over its base64',
      instead: 'base64 the quoted identifier first',
    },
  },
]
