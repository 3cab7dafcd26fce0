import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { id, journeyOf, memberOf, SITE, seedOf } from '../support/seeds.ts'
import { base64, goodClaims, headersOf, hmacFor, jwt, mac } from '../support/token.ts'

const ANN = 'Ann+loyalty@example.com'
const BOB = 'bob@example.com'
const OTHER_SITE = { site_id: '1111111', name: 'other-site', secret: 'other-secret' }

let server: Awaited<ReturnType<typeof testApp>>
beforeAll(async () => {
  server = await testApp({
    seeds: [
      seedOf({ members: [memberOf(ANN), memberOf(BOB), memberOf('zoë@exämple.com')] }),
      seedOf({ site: OTHER_SITE, journeys: [journeyOf(2)], members: [memberOf('eve@example.com')] }),
    ],
  })
})
afterAll(() => server.close())

/** What the server has to say about an `hmac` claim in an otherwise good token. */
async function explain(hmac: unknown, identifier = ANN): Promise<string> {
  const segment = encodeURIComponent(identifier)
  const path = identifier.includes('@') ? `user/${segment}/journeys` : `journeys/${segment}`
  const response = await server.app.inject({
    url: `/api/3.0/${path}`,
    headers: headersOf(jwt({ ...goodClaims(identifier), hmac })),
  })
  expect(response.statusCode).toBe(401)
  return String(response.headers['x-sandbox-explain'])
}

const RAW = SITE.secret
const DECODED = Buffer.from(SITE.secret, 'base64')
const quoted = (text: string) => `"${text}"`
/** 32 bytes whose base64 has a + and a /, so that base64url differs from it. */
const withBoth = (make: (name: string) => Buffer): [string, Buffer] => {
  for (let n = 0; ; n++) {
    const name = `ann${n}@example.com`
    const bytes = make(name)
    const text = bytes.toString('base64')
    if (text.includes('+') && text.includes('/')) return [name, bytes]
  }
}

const BARE = 'computed over the bare identifier; wrap it in double quotes before base64'
const NOT_BASE64ED =
  'computed over the identifier and not over its base64; base64 the quoted identifier first'
const DECODED_SECRET = 'keyed with the base64-decoded secret; use the secret raw'
const HEX = 'written in hex; write the raw digest in standard base64'
const LOWER_CASED = 'computed over the lower-cased identifier; keep its case as in the path'
const PERCENT = 'computed over the percent-encoded identifier; decode the path segment first'

describe('A mistake in making the hmac is named, and what to do instead is said', () => {
  it.each([
    ['the identifier without its quotes', mac(RAW, base64(ANN)).toString('base64'), BARE],
    ['the quoted identifier and not its base64', mac(RAW, quoted(ANN)).toString('base64'), NOT_BASE64ED],
    ['a base64-decoded secret', mac(DECODED, base64(quoted(ANN))).toString('base64'), DECODED_SECRET],
    ['hex', mac(RAW, base64(quoted(ANN))).toString('hex'), HEX],
    [
      'hex in upper case',
      mac(RAW, base64(quoted(ANN)))
        .toString('hex')
        .toUpperCase(),
      HEX,
    ],
    [
      'the base64 of a hex string',
      base64(mac(RAW, base64(quoted(ANN))).toString('hex')),
      'written as the base64 of a hex string; write the raw digest in standard base64',
    ],
    ['no padding', hmacFor(ANN).slice(0, -1), 'written without padding; keep the = at the end'],
    ['the lower-cased identifier', hmacFor(ANN.toLowerCase()), LOWER_CASED],
    ['the percent-encoded identifier', hmacFor(encodeURIComponent(ANN)), PERCENT],
    ['the identifier percent-encoded but for its @', hmacFor('Ann%2Bloyalty@example.com'), PERCENT],
  ])('%s', async (_mistake, hmac, hint) => {
    const line = await explain(hmac)
    expect(line).toContain(`hmac: ${hint}`)
    expect(line).toContain('would have matched')
  })

  it('base64url', async () => {
    const [name, bytes] = withBoth(candidate => mac(RAW, base64(quoted(candidate))))
    const hint = 'hmac: written in base64url; use standard base64, with + and / and padding'
    expect(await explain(bytes.toString('base64url'), name)).toContain(hint)
    expect(await explain(`${bytes.toString('base64url')}=`, name)).toContain(hint)
  })

  // What the encoders of JSON in these languages make of the names, with their defaults.
  it.each([
    ['System.Text.Json of .NET', ANN, String.raw`"Ann\u002Bloyalty@example.com"`, '\\u002B', 'UnsafeRelaxed'],
    [
      'the same, beyond ASCII',
      "o'zoë@example.com",
      String.raw`"o\u0027zo\u00EB@example.com"`,
      '\\u0027',
      '.NET',
    ],
    [
      'the same, with quotes',
      '"a\\"b@example.com',
      String.raw`"\u0022a\\\u0022b@example.com"`,
      '\\u0022',
      '.NET',
    ],
    [
      'json_encode of PHP',
      'a/l@example.com',
      String.raw`"a\/l@example.com"`,
      '\\/',
      'JSON_UNESCAPED_SLASHES',
    ],
    ['the same, beyond ASCII', 'a/zoë@example.com', String.raw`"a\/zo\u00eb@example.com"`, '\\/', 'in PHP'],
    ['the same, with raw Unicode', 'a/zoë@example.com', String.raw`"a\/zoë@example.com"`, '\\/', 'in PHP'],
    [
      'encoding/json of Go',
      'a&b@example.com',
      String.raw`"a\u0026b@example.com"`,
      '\\u0026',
      'SetEscapeHTML(false)',
    ],
    ['the same, beyond ASCII', 'a&zoë@example.com', String.raw`"a\u0026zoë@example.com"`, '\\u0026', 'in Go'],
    [
      'Gson of Java',
      "o'hara@example.com",
      String.raw`"o\u0027hara@example.com"`,
      '\\u0027',
      'disableHtmlEscaping()',
    ],
  ])('more escaped than JSON asks for, by %s: %s', async (_encoder, name, literal, needless, remedy) => {
    expect(JSON.parse(literal)).toBe(name)
    const line = await explain(mac(RAW, base64(literal)).toString('base64'), name)
    expect(line).toContain(
      `hmac: computed over an identifier with the needless escape ${needless}; switch that`,
    )
    expect(line).toContain(remedy)
  })

  it('Latin-1 bytes', async () => {
    const name = 'é@x.fr'
    const message = Buffer.from(`"${name}"`, 'latin1').toString('base64')
    // The example of CONTRACT.md section 3.
    expect(message).toBe('IulAeC5mciI=')
    expect(await explain(mac(RAW, message).toString('base64'), name)).toContain(
      'hmac: computed over the Latin-1 bytes of the identifier; encode it as UTF-8 before base64 (then',
    )
  })

  it('an identifier that is percent-encoded twice in the path', async () => {
    expect(await explain(hmacFor(ANN), 'Ann%2Bloyalty%40example.com')).toContain(
      'hmac: sent with an identifier that is percent-encoded twice; percent-encode it once in the path (then',
    )
  })

  it.each(['\n', ' '])('white space around the claim: %j', async space => {
    expect(await explain(`${hmacFor(ANN)}${space}`)).toContain(
      'hmac: written with white space or a line break; ',
    )
  })

  it('a lower-cased journey id', async () => {
    const identifier = 'DE04A64D-DC40-445F-8351-3DDE7567D5C8'
    expect(await explain(hmacFor(identifier.toLowerCase()), identifier)).toContain(`hmac: ${LOWER_CASED}`)
  })
})

describe('Two mistakes at once are both named', () => {
  it.each([
    ['bare, in hex', mac(RAW, base64(ANN)).toString('hex'), ['bare identifier', 'in hex']],
    ['bare, not base64ed', mac(RAW, ANN).toString('base64'), ['bare identifier', 'not over its base64']],
    [
      'bare, with a decoded secret',
      mac(DECODED, base64(ANN)).toString('base64'),
      ['bare identifier', 'base64-decoded secret'],
    ],
    [
      'not base64ed, with a decoded secret',
      mac(DECODED, quoted(ANN)).toString('base64'),
      ['not over its base64', 'base64-decoded secret'],
    ],
    [
      'lower-cased, in hex',
      mac(RAW, base64(quoted(ANN.toLowerCase()))).toString('hex'),
      ['lower-cased', 'in hex'],
    ],
    [
      'percent-encoded, bare',
      mac(RAW, base64(encodeURIComponent(ANN))).toString('base64'),
      ['percent-encoded', 'bare identifier'],
    ],
    [
      'in hex, with a decoded secret',
      mac(DECODED, base64(quoted(ANN))).toString('hex'),
      ['in hex', 'base64-decoded secret'],
    ],
  ])('%s', async (_mistakes, hmac, named) => {
    const line = await explain(hmac)
    for (const mistake of named) expect(line).toContain(mistake)
    expect(line).toContain('would have matched')
  })
})

describe('A token made for someone else', () => {
  it.each([
    ['another member', BOB, hmacFor(BOB)],
    ['another member, in hex', BOB, Buffer.from(hmacFor(BOB), 'base64').toString('hex')],
    ['a journey', id(1), hmacFor(id(1))],
    ['a member beyond ASCII', 'zo\\u00eb@ex\\u00e4mple.com', hmacFor('zoë@exämple.com')],
  ])('is said to be for %s, by name', async (_who, name, hmac) => {
    expect(await explain(hmac)).toContain(`hmac: made for ${name}; a token is bound to one identifier`)
  })

  it('is not said to be for a member of another site', async () => {
    const line = await explain(hmacFor('eve@example.com'))
    expect(line).toMatch(/^hmac: made with another secret or for another identifier; /)
    expect(line).not.toContain('eve')
  })
})

describe('What cannot be explained by a known mistake is still answered with what to do', () => {
  it.each([
    [
      '32 other bytes',
      'A'.repeat(43).concat('='),
      /^hmac: made with another secret or for another identifier; /,
    ],
    ['31 bytes', Buffer.alloc(31).toString('base64'), /^hmac: not the base64 of 32 bytes; /],
    ['prose', 'hello', /^hmac: not the base64 of 32 bytes; /],
    ['an empty string', '', /^hmac: not the base64 of 32 bytes; /],
    ['a number', 42, /^hmac: add the claim hmac, a string \(got 42\)$/],
    ['null', null, /^hmac: add the claim hmac, a string \(got null\)$/],
    ['nothing', undefined, /^hmac: add the claim hmac, a string \(got missing\)$/],
  ])('%s', async (_what, hmac, line) => {
    expect(await explain(hmac)).toMatch(line)
  })

  it('the right bytes in a base64 whose unused bits are set', async () => {
    const right = hmacFor(ANN)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const last = alphabet[alphabet.indexOf(right[42] as string) + 1] as string
    expect(await explain(`${right.slice(0, 42)}${last}=`)).toMatch(/^hmac: \w/)
  })
})

it('The explanation says what was sent', async () => {
  expect(await explain(hmacFor(BOB))).toContain(`(got "${hmacFor(BOB)}")`)
})

describe('A secret that was changed before it was used is told from another secret', () => {
  const CHANGED: [string, string | Buffer, string][] = [
    ['base64-decoded', DECODED, 'the base64-decoded secret; use the secret raw'],
    ['base64-encoded', base64(RAW), 'the base64-encoded secret; use the secret raw'],
    [
      'base64-encoded by echo | base64',
      base64(`${RAW}\n`),
      'the base64-encoded secret, a line break included',
    ],
    ['with a line break', `${RAW}\n`, 'the secret and a line break after it; use the secret alone'],
    ['with a line break of Windows', `${RAW}\r\n`, 'the secret and a line break after it'],
    ['with a space after it', `${RAW} `, 'the secret and white space around it'],
    ['with a space before it', ` ${RAW}`, 'the secret and white space around it'],
    ['in quotation marks', `"${RAW}"`, 'the secret in quotation marks'],
  ]
  const explanationOf = async (secret: string | Buffer) => {
    const headers = headersOf(jwt(goodClaims(BOB), secret))
    const response = await server.app.inject({ url: `/api/3.0/user/${BOB}/journeys`, headers })
    expect(response.statusCode).toBe(401)
    return response.headers['x-sandbox-explain']
  }

  it.each(CHANGED)('in the signature: %s', async (_how, secret, hint) => {
    expect(await explanationOf(secret)).toContain(`signature: signed with ${hint}`)
  })

  it.each(CHANGED)('in the hmac: %s', async (_how, secret, hint) => {
    const line = await explain(mac(secret, base64(quoted(ANN))).toString('base64'))
    expect(line).toContain(`hmac: keyed with ${hint}`)
    expect(line).toContain('would have matched')
  })

  it('another secret', async () => {
    expect(await explanationOf('another')).toMatch(/^signature: signed with another secret, or changed after/)
  })

  it('without the white space that the secret itself has', async () => {
    const secret = ' spaced '
    await using own = await testApp({
      seeds: [seedOf({ site: { ...SITE, secret }, members: [memberOf(BOB)] })],
    })
    const headers = headersOf(jwt(goodClaims(BOB), secret.trim()))
    const response = await own.app.inject({ url: `/api/3.0/user/${BOB}/journeys`, headers })
    expect(response.headers['x-sandbox-explain']).toMatch(
      /^signature: signed with the secret without the white space around it; use the secret raw/,
    )
  })
})

it('A deep claim is refused like any other of the wrong type', async () => {
  const claims = `{"sub":"x","exp":4102444800,"site_id":"${SITE.site_id}","hmac":${'['.repeat(5500)}${']'.repeat(5500)}}`
  const response = await server.app.inject({
    url: `/api/3.0/user/${BOB}/journeys`,
    headers: headersOf(jwt(claims)),
  })
  expect([response.statusCode, response.headers['x-sandbox-explain']]).toEqual([
    401,
    'hmac: add the claim hmac, a string (got an array)',
  ])
})
