import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW_SECONDS, testApp } from '../support/app.ts'
import { memberOf, SITE, seedOf } from '../support/seeds.ts'
import { goodClaims, headersOf, hmacFor, jwt, mac } from '../support/token.ts'

const ANN = 'ann@example.com'
const OTHER_SITE = { site_id: '1111111', name: 'other-site', secret: 'other-secret' }

let server: Awaited<ReturnType<typeof testApp>>
beforeAll(async () => {
  server = await testApp({
    seeds: [seedOf(), seedOf({ site: OTHER_SITE, members: [memberOf('eve@example.com')] })],
  })
})
afterAll(() => server.close())

async function call(headers: Record<string, string>, path = `/user/${ANN}/journeys`) {
  const response = await server.app.inject({ url: `/api/3.0${path}`, headers })
  return { status: response.statusCode, explanation: response.headers['x-sandbox-explain'] }
}
const callWith = (claims: object | string) => call(headersOf(jwt(claims)))
const ACCEPTED = { status: 200, explanation: undefined }

describe('The Authorization header', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('may say %s', async scheme => {
    expect(await call({ ...headersOf(''), authorization: `${scheme} ${jwt(goodClaims(ANN))}` })).toEqual(
      ACCEPTED,
    )
  })

  const good = jwt(goodClaims(ANN))
  const [head, body, signature] = good.split('.')
  it.each([
    ['is not there', undefined, /^format: send the token as Authorization: Bearer <JWT>/],
    ['is empty', '', /^format: send the token/],
    ['has no token', 'Bearer', /^format: send the token .*no token after Bearer/],
    ['has another scheme', 'Basic YW5uOnNlY3JldA==', /^format: put the word Bearer .*Basic/],
    ['has the token alone', good, /^format: put the word Bearer/],
    ['has a token of two parts', `Bearer ${head}.${body}`, /^format: .*three parts.*2 dot-separated/],
    ['has a token of four parts', `Bearer ${good}.x`, /^format: .*three parts.*4 dot-separated/],
    [
      'has a token with a character of no base64',
      `Bearer ${head}.${body}.${signature}!`,
      /^format: .*base64url/,
    ],
    ['has a token with an = within', `Bearer ${head}.=${body}.${signature}`, /^format: .*base64url/],
    ['has a header that is no JSON', `Bearer aGVsbG8.${body}.${signature}`, /^format: the first part/],
    ['has claims that are no JSON', `Bearer ${head}.aGVsbG8.${signature}`, /^format: the second part/],
    ['has claims that are a list', `Bearer ${jwt('[]')}`, /^format: the second part/],
    ['has claims that are null', `Bearer ${jwt('null')}`, /^format: the second part/],
    [
      'demands an extension',
      `Bearer ${jwt(goodClaims(ANN), SITE.secret, { alg: 'HS256', crit: ['b64'], b64: false })}`,
      /^format: leave crit out/,
    ],
  ])('that %s is refused, saying what to do', async (_what, authorization, line) => {
    const { authorization: _, ...others } = headersOf('')
    const answer = await call(authorization === undefined ? others : { ...others, authorization })
    expect(answer).toEqual({ status: 401, explanation: expect.stringMatching(line) })
  })

  it.each([
    ['none', 'none'],
    ['None', 'None'],
    ['hs256', 'hs256'],
    ['HS384', 'HS384'],
    ['RS256', 'RS256'],
    ['a missing one', undefined],
    ['a list', ['HS256']],
  ])('is refused for the algorithm %s', async (_name, alg) => {
    const token = jwt(goodClaims(ANN), SITE.secret, { alg, typ: 'JWT' })
    const line = expect.stringMatching(/^alg: sign with HS256, the only algorithm that is accepted/)
    expect(await call(headersOf(token))).toEqual({ status: 401, explanation: line })
  })
})

describe('The parts of a token in another base64 than base64url', () => {
  const standard = (text: string) => Buffer.from(text).toString('base64')
  /** A token of which each part is encoded by itself, for a name that makes both special characters. */
  function tokenOf(encode: (part: string) => string, writeSignature: (signature: string) => string) {
    const claims = { ...goodClaims(ANN), sub: 'client?>>~~~???>>>' }
    const signed = [{ alg: 'HS256', typ: 'JWT' }, claims].map(part => encode(JSON.stringify(part))).join('.')
    return `${signed}.${writeSignature(mac(SITE.secret, signed).toString('base64'))}`
  }
  const base64url = (text: string) => Buffer.from(text).toString('base64url')
  const toUrl = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')

  it.each([
    ['all with padding', tokenOf(standard, text => text), 'claims, signature'],
    [
      'all without padding',
      tokenOf(
        text => standard(text).replace(/=+$/, ''),
        text => text.replace('=', ''),
      ),
      'claims',
    ],
    ['the signature with padding', tokenOf(base64url, text => `${toUrl(text)}`), 'signature'],
    ['the claims', tokenOf(standard, text => toUrl(text).replace('=', '')), 'claims'],
  ])('are accepted with a warning: %s', async (_which, token, parts) => {
    expect(await call(headersOf(token))).toEqual({
      status: 200,
      explanation: expect.stringMatching(
        new RegExp(
          `^format: accepted, but the parts of a JWT are in base64url: .*got ${parts}.* in standard base64`,
        ),
      ),
    })
  })

  it('also when of the signature only the first + and / are replaced', async () => {
    for (let n = 0; ; n++) {
      const [head, body, signature = ''] = jwt({ ...goodClaims(ANN), sub: `${n}` }).split('.')
      if (signature.split('-').length < 3 || signature.split('_').length < 3) continue
      const mixed = signature.replaceAll('-', '+').replaceAll('_', '/').replace('+', '-').replace('/', '_')
      expect(await call(headersOf(`${head}.${body}.${mixed}`))).toEqual({
        status: 200,
        explanation: expect.stringMatching(/^format: accepted, but .* \(got signature in standard base64\)$/),
      })
      break
    }
  })
})

describe('The claim sub', () => {
  it.each(['', 'ann', '9991331', 'ž\u{1F600}'])('may be any string: %j', async sub => {
    expect(await callWith({ ...goodClaims(ANN), sub })).toEqual(ACCEPTED)
  })

  it.each([undefined, null, 7, {}])('must be a string: %j', async sub => {
    const line = expect.stringMatching(/^format: add the claim sub/)
    expect(await callWith({ ...goodClaims(ANN), sub })).toEqual({ status: 401, explanation: line })
  })
})

describe('The claim exp', () => {
  /** Claims with exp as this very text of JSON. */
  const withExp = (json: string) => JSON.stringify({ ...goodClaims(ANN), exp: 'EXP' }).replace('"EXP"', json)

  it.each([
    `${NOW_SECONDS + 1}`,
    `${NOW_SECONDS + 0.5}`,
    `"${NOW_SECONDS + 1}"`,
    `"${NOW_SECONDS + 0.5}"`,
    '4102444800',
    '4.1024448e9',
  ])('%s is accepted', async exp => {
    expect(await callWith(withExp(exp))).toEqual(ACCEPTED)
  })

  it.each([
    `${NOW_SECONDS}`,
    `${NOW_SECONDS - 1}`,
    `${NOW_SECONDS - 0.5}`,
    `"${NOW_SECONDS - 1}"`,
    '0',
    '-1',
    '-4102444800',
    '-1e300',
    '"0"',
  ])('%s has passed, and is refused as such', async exp => {
    const line = expect.stringMatching(/^exp: expired [\de+]+ s ago; make a new token for every request/)
    expect(await callWith(withExp(exp))).toEqual({ status: 401, explanation: line })
  })

  it.each([
    [0, true],
    [2.5, true],
    [299, true],
    [300, false],
    [3600, false],
  ])('that passed %d s ago may be a matter of the clocks: %s', async (ago, isClock) => {
    const { explanation } = await callWith(withExp(`${NOW_SECONDS - ago}`))
    const clocks = new RegExp(`compare the clocks: here it is ${NOW_SECONDS} `)
    if (isClock) expect(explanation).toMatch(clocks)
    else expect(explanation).not.toMatch(/clock/)
  })

  it.each(['"NaN"', '"Infinity"', '""', '" "', '"0x7fffffff"', '"tomorrow"', 'null', 'true', '[]', '{}'])(
    '%s is no time, and is refused as such',
    async exp => {
      const line = expect.stringMatching(/^exp: make exp a number, or a string of digits: the Unix time/)
      expect(await callWith(withExp(exp))).toEqual({ status: 401, explanation: line })
    },
  )

  it('must be there', async () => {
    const { exp: _, ...claims } = goodClaims(ANN)
    const line = expect.stringMatching(/^exp: add the claim exp: .* \(got missing\)$/)
    expect(await callWith(claims)).toEqual({ status: 401, explanation: line })
  })

  it.each([
    ['4102444800000', 'milliseconds'],
    ['"4102444800000"', 'milliseconds'],
    ['4102444800000000', 'microseconds'],
    ['1e300', 'microseconds'],
  ])('%s is accepted, with the warning that it looks like %s', async (exp, unit) => {
    const line = expect.stringMatching(new RegExp(`^exp: accepted, but this looks like ${unit}; `))
    expect(await callWith(withExp(exp))).toEqual({ status: 200, explanation: line })
  })
})

describe('The claim nbf, which is not documented,', () => {
  it.each([NOW_SECONDS, NOW_SECONDS - 1, 0, 'soon', null, {}])('may be %j', async nbf => {
    expect(await callWith({ ...goodClaims(ANN), nbf })).toEqual(ACCEPTED)
  })

  it.each([NOW_SECONDS + 30, `${NOW_SECONDS + 30}`, NOW_SECONDS + 29.5])(
    'is accepted in the future, %j, with a warning',
    async nbf => {
      const line = expect.stringMatching(
        /^exp: accepted, but nbf is 30 s in the future; .*compare the clocks/,
      )
      expect(await callWith({ ...goodClaims(ANN), nbf })).toEqual({ status: 200, explanation: line })
    },
  )

  it('does not hide another warning', async () => {
    const claims = { ...goodClaims(ANN), exp: 4e12, nbf: NOW_SECONDS + 30 }
    const [head, body, signature] = jwt(claims).split('.')
    const { status, explanation } = await call(headersOf(`${head}.${body}.${signature}=`))
    expect(status).toBe(200)
    for (const text of [
      /^format: .*base64url/,
      / \| exp: accepted, but this looks like milli/,
      /, and nbf is 30/,
    ])
      expect(explanation).toMatch(text)
  })
})

describe('The site', () => {
  const refused = (status: number, line: RegExp) => ({ status, explanation: expect.stringMatching(line) })
  const claims = goodClaims(ANN)
  const otherClaims = {
    ...claims,
    site_id: OTHER_SITE.site_id,
    hmac: hmacFor('eve@example.com', OTHER_SITE.secret),
  }

  it('must be named by a header', async () => {
    const { authorization } = headersOf(jwt(claims))
    expect(await call({ authorization: authorization as string })).toEqual(
      refused(401, /^site: send the site id in the header X-AnnexCloud-Site/),
    )
  })

  it.each([
    ['empty', '', /^site: the header is empty; .* \(got ""\)$/],
    [
      'sent twice',
      '9991331, 9991331',
      /^site: the header was sent several times; .*once \(got "9991331, 9991331"\)$/,
    ],
    ['sent for two sites', '9991331, 1111111', /^site: the header was sent several times; /],
  ])('of a header that is %s is shown', async (_what, site, line) => {
    expect(await call(headersOf(jwt(claims), site))).toEqual(refused(401, line))
  })

  it('must exist', async () => {
    expect(await call(headersOf(jwt({ ...claims, site_id: '5' }), '5'))).toEqual(
      refused(401, /^site: there is no such site here; check the id \(got "5"\)$/),
    )
  })

  it.each([
    [
      'of the token is signed by another existing site than the header names',
      headersOf(jwt(claims), '1111111'),
    ],
    ['of the header does not exist, while the token is good for one that does', headersOf(jwt(claims), '5')],
    [
      'of the claim is another than that of the header, whose secret signed it',
      headersOf(jwt({ ...claims, site_id: '1111111' })),
    ],
    ['of the claim, whose secret signed it, is another', headersOf(jwt(otherClaims, OTHER_SITE.secret))],
  ])('%s: 401', async (_what, headers) => {
    expect(await call(headers)).toEqual(
      refused(401, /^site_id: the token is for another site than X-AnnexCloud/),
    )
  })

  it.each([
    ['missing', undefined, /^site_id: add the claim site_id, the same as the header \(got missing\)$/],
    ['a number', 9991331, /^site_id: make site_id a string \(got 9991331\)$/],
    ['null', null, /^site_id: make site_id a string/],
  ])('as a claim that is %s is refused with 401', async (_what, site_id, line) => {
    expect(await callWith({ ...claims, site_id })).toEqual(refused(401, line))
  })

  it('does not lend its members to another: each answers with its own secret', async () => {
    const eve = '/user/eve@example.com/journeys'
    expect(await call(headersOf(jwt(otherClaims, OTHER_SITE.secret), '1111111'), eve)).toEqual(ACCEPTED)
    expect((await call(headersOf(jwt(goodClaims('eve@example.com'))), eve)).status).toBe(404)
  })
})

describe('Of two mistakes the one that is checked first is named', () => {
  interface Parts {
    claims: Record<string, unknown>
    header: Record<string, unknown>
    secret: string
    site: string
  }
  const mistakes: [string, (parts: Parts) => void][] = [
    ['format', ({ claims }) => delete claims.sub],
    ['alg', ({ header }) => Object.assign(header, { alg: 'none' })],
    ['site', parts => Object.assign(parts.claims, { site_id: '5' }) && Object.assign(parts, { site: '5' })],
    ['signature', parts => Object.assign(parts, { secret: 'another secret' })],
    ['exp', ({ claims }) => Object.assign(claims, { exp: 1 })],
    ['site_id', ({ claims }) => Object.assign(claims, { site_id: 'another' })],
    ['hmac', ({ claims }) => Object.assign(claims, { hmac: 'hello' })],
  ]
  const pairs = mistakes.flatMap(([first, make], i) =>
    mistakes.slice(i + 1).map(([second, makeToo]) => ({ first, second, make, makeToo })),
  )

  it.each(pairs)('$first before $second', async ({ first, make, makeToo }) => {
    const parts: Parts = {
      claims: goodClaims(ANN),
      header: { alg: 'HS256' },
      secret: SITE.secret,
      site: SITE.site_id,
    }
    makeToo(parts)
    make(parts)
    const { explanation } = await call(headersOf(jwt(parts.claims, parts.secret, parts.header), parts.site))
    expect(explanation).toMatch(new RegExp(`^${first}: `))
  })
})

describe('For GET /journeys, which has no identifier,', () => {
  const list = (hmac: unknown) => call(headersOf(jwt({ ...goodClaims(''), hmac })), '/journeys')

  it('the hmac may be the base64 of any 32 bytes', async () => {
    for (const bytes of [
      Buffer.alloc(32),
      Buffer.alloc(32, 0xff),
      ...Array.from({ length: 20 }, () => randomBytes(32)),
    ]) {
      expect(await list(bytes.toString('base64'))).toEqual(ACCEPTED)
    }
  })

  it.each([
    ['missing', undefined, 'add the claim hmac'],
    ['hex', 'ab'.repeat(32), 'written in hex'],
    ['base64url', `${'-_'.repeat(21)}A=`, 'written in base64url'],
    ['not padded', 'A'.repeat(43), 'written without padding'],
    ['of 31 bytes', Buffer.alloc(31).toString('base64'), 'not the base64 of 32 bytes'],
    ['of 33 bytes', Buffer.alloc(33).toString('base64'), 'not the base64 of 32 bytes'],
    ['empty', '', 'not the base64 of 32 bytes'],
    ['a number', 1, 'add the claim hmac'],
  ])('an hmac that is %s is refused', async (_what, hmac, hint) => {
    expect(await list(hmac)).toEqual({ status: 401, explanation: expect.stringContaining(`hmac: ${hint}`) })
  })

  it('every other claim is still checked', async () => {
    const claims = { ...goodClaims(''), exp: 1 }
    const { status, explanation } = await call(headersOf(jwt(claims)), '/journeys')
    expect([status, explanation]).toEqual([401, expect.stringMatching(/^exp: /)])
  })
})

it('A token is for one request: the one for a list of a member is good for both member operations only', async () => {
  const headers = headersOf(jwt(goodClaims(ANN)))
  expect((await call(headers, `/user_journeys/${ANN}`)).status).toBe(200)
  expect((await call(headers, `/user/${ANN}/journeys`)).status).toBe(200)
  expect((await call(headers, '/user/eve@example.com/journeys')).status).toBe(401)
  expect((await call(headers, '/journeys/de04a64d-dc40-445f-8351-3dde7567d5c8')).status).toBe(401)
})

it('The content type of a GET is never a reason to refuse it', async () => {
  for (const type of ['application/json', 'text/plain', 'nonsense']) {
    expect(await call({ ...headersOf(jwt(goodClaims(ANN))), 'content-type': type })).toEqual(ACCEPTED)
  }
})

describe('With authentication off', () => {
  let open: Awaited<ReturnType<typeof testApp>>
  beforeAll(async () => {
    open = await testApp({
      config: { auth: 'off' },
      seeds: [seedOf(), seedOf({ site: OTHER_SITE, members: [] })],
    })
  })
  afterAll(() => open.close())
  const callOpen = async (headers: Record<string, string>) => {
    const response = await open.app.inject({ url: `/api/3.0/user/${ANN}/journeys`, headers })
    return { status: response.statusCode, explanation: response.headers['x-sandbox-explain'] }
  }

  it('no token is asked for, and the site is that of the header, or else the demo site', async () => {
    expect(await callOpen({})).toEqual(ACCEPTED)
    expect(await callOpen({ 'x-annexcloud-site': SITE.site_id })).toEqual(ACCEPTED)
    expect(await callOpen({ authorization: 'nonsense' })).toEqual(ACCEPTED)
    expect((await callOpen({ 'x-annexcloud-site': OTHER_SITE.site_id })).status).toBe(404)
  })

  it('a site that does not exist is refused, saying so', async () => {
    expect(await callOpen({ 'x-annexcloud-site': '5' })).toEqual({
      status: 401,
      explanation: expect.stringMatching(/^site: there is no such site here/),
    })
  })
})
