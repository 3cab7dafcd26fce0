import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sign } from '../../src/auth/sign.ts'
import { toHeaderLine } from '../../src/auth/verdict.ts'
import { verify } from '../../src/auth/verify.ts'
import { NOW_SECONDS } from '../support/app.ts'
import { SITE } from '../support/seeds.ts'
import { base64, FAR, goodClaims, hmacFor, jwt, mac } from '../support/token.ts'

interface Case {
  secret?: string
  site_id?: string
  others?: string[]
}

/** Verifies a token for a site that has this secret. */
function check(
  token: string,
  identifier: string | null,
  { secret = SITE.secret, site_id = SITE.site_id, others = [] }: Case = {},
) {
  const site = { site_id, secret }
  return verify(
    { authorization: `Bearer ${token}`, siteId: site_id, identifier },
    {
      findSite: name => (name === site_id ? site : undefined),
      now: NOW_SECONDS,
      otherIdentifiers: () => others,
    },
  )
}
const signed = (identifier: string, secret = SITE.secret, site_id = SITE.site_id): string =>
  sign({ identifier, secret, site_id, exp: FAR }).token

const identifiers = fc.oneof(
  fc.emailAddress(),
  fc.uuid(),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
)
const secrets = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
/** Long and unlike any prose, so that finding one in a text cannot be chance. */
const tellingSecrets = fc.stringMatching(/^S3[0-9A-Za-z]{16}$/)
const siteIds = fc.stringMatching(/^[!-~]{1,64}$/)

/** Puts another character at a place of a text. */
const changeAt = (text: string, place: number, other: string): string =>
  text.slice(0, place) + other + text.slice(place + 1)

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('Whatever the identifier, the secret and the site,', () => {
  it('a request that was signed here verifies', () => {
    fc.assert(
      fc.property(identifiers, secrets, siteIds, (identifier, secret, site_id) => {
        const verdict = check(signed(identifier, secret, site_id), identifier, { secret, site_id })
        expect(verdict).toEqual({ ok: true, site: site_id, warnings: [] })
      }),
      { numRuns: 150 },
    )
  })

  it('what is signed here carries the hmac that another program would make', () => {
    fc.assert(
      fc.property(identifiers, secrets, (identifier, secret) => {
        const claims = JSON.parse(
          Buffer.from(signed(identifier, secret).split('.')[1] as string, 'base64url').toString(),
        )
        expect(claims.hmac).toBe(hmacFor(identifier, secret))
      }),
    )
  })

  it('a client may write what is beyond ASCII raw, or escaped in lower or in upper case', () => {
    fc.assert(
      fc.property(identifiers, identifier => {
        const escaped = (toCase: (hex: string) => string) =>
          JSON.stringify(identifier).replace(/[\x7f-\uffff]/g, unit => {
            return `\\u${toCase(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`
          })
        for (const literal of [escaped(hex => hex), escaped(hex => hex.toUpperCase())]) {
          const hmac = mac(SITE.secret, base64(literal)).toString('base64')
          expect(check(jwt({ ...goodClaims(''), hmac }), identifier)).toHaveProperty('ok', true)
        }
      }),
    )
  })

  it('the request of one identifier does not verify for an identifier of which one character differs', () => {
    const cases = fc
      .record({
        identifier: identifiers,
        place: fc.nat(),
        other: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      })
      .map(({ identifier, place, other }) => ({
        identifier,
        changed: changeAt(identifier, place % (identifier.length + 1), other).toWellFormed(),
      }))
      .filter(({ identifier, changed }) => identifier !== changed)
    fc.assert(
      fc.property(cases, ({ identifier, changed }) => {
        expect(check(signed(identifier), changed)).toMatchObject({ ok: false, check: 'hmac' })
      }),
      { numRuns: 150 },
    )
  })

  it('it does not verify with a secret of which one character differs', () => {
    const cases = fc
      .record({ secret: secrets, place: fc.nat(), other: fc.stringMatching(/^[!-~]$/) })
      .map(({ secret, place, other }) => ({
        secret,
        changed: changeAt(secret, place % secret.length, other),
      }))
      .filter(({ secret, changed }) => secret.toWellFormed() !== changed.toWellFormed())
    fc.assert(
      fc.property(identifiers, cases, (identifier, { secret, changed }) => {
        const verdict = check(signed(identifier, secret), identifier, { secret: changed })
        expect(verdict).toMatchObject({ ok: false, check: 'signature' })
      }),
      { numRuns: 150 },
    )
  })
})

describe('No token of which one character was changed verifies', () => {
  const token = signed('ann@example.com')
  const signatureAt = token.lastIndexOf('.') + 1
  const accepted = (from: number, to: number, others: string) => {
    const found: string[] = []
    for (let place = from; place < to; place++) {
      for (const other of others) {
        const changed = changeAt(token, place, other)
        if (changed !== token && check(changed, 'ann@example.com').ok) found.push(changed)
      }
    }
    return found
  }

  it('in its header or claims, at any place', () => {
    expect(accepted(0, signatureAt, 'AJz9-.=')).toEqual([])
  })

  it('in its signature, at any place', () => {
    expect(accepted(signatureAt, token.length, `${BASE64URL}.=`)).toEqual([])
  })
})

describe('An explanation', () => {
  const lineOf = (verdict: ReturnType<typeof check>): string => {
    if (verdict.ok) throw new Error('expected a refusal')
    return Object.values(verdict).join('\n').concat('\n', toHeaderLine(verdict))
  }
  /** Every way in which a MAC could be written. */
  const writings = (bytes: Buffer) => [
    bytes.toString('base64').slice(0, 43),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]

  it('never holds the secret, nor the hmac that would have been right', () => {
    const wrongHmacs = (identifier: string, secret: string) => [
      undefined,
      'hello',
      mac(secret, base64(identifier)).toString('base64'),
      mac(secret, identifier).toString('hex'),
      mac(secret, JSON.stringify(identifier)).toString('base64'),
      mac(Buffer.from(secret, 'base64'), base64(JSON.stringify(identifier))).toString('base64'),
      mac(secret, base64(JSON.stringify('bob@example.com'))).toString('base64'),
      mac('another', base64(JSON.stringify(identifier))).toString('base64'),
    ]
    fc.assert(
      fc.property(identifiers, tellingSecrets, fc.nat(7), (identifier, secret, which) => {
        const hmac = wrongHmacs(identifier, secret)[which]
        const verdict = check(jwt({ ...goodClaims(''), hmac }, secret), identifier, {
          secret,
          others: ['bob@example.com'],
        })
        const text = lineOf(verdict)
        expect(text).toContain('hmac')
        expect(text).not.toContain(secret)
        const right = mac(secret, base64(JSON.stringify(identifier)))
        for (const writing of writings(right)) expect(text).not.toContain(writing)
      }),
      { numRuns: 150 },
    )
  })

  it('never holds the hmac that would have been right, even when it was sent in another writing', () => {
    fc.assert(
      fc.property(identifiers, tellingSecrets, (identifier, secret) => {
        const right = mac(secret, base64(JSON.stringify(identifier)))
        const text = lineOf(
          check(jwt({ ...goodClaims(''), hmac: right.toString('hex') }, secret), identifier, { secret }),
        )
        expect(text).toContain('in hex')
        expect(text).not.toContain(right.toString('base64').slice(0, 43))
      }),
    )
  })

  it('never holds the signature that would have been right', () => {
    fc.assert(
      fc.property(identifiers, tellingSecrets, (identifier, secret) => {
        const token = jwt(goodClaims(identifier), 'another secret')
        const text = lineOf(check(token, identifier, { secret }))
        expect(text).toContain('signature')
        expect(text).not.toContain(secret)
        const right = mac(secret, token.slice(0, token.lastIndexOf('.')))
        for (const writing of writings(right)) expect(text).not.toContain(writing)
      }),
    )
  })

  it('is one line of printable ASCII of at most 512 characters, whatever was sent', () => {
    const anything = fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 800 }))
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.constantFrom('sub', 'exp', 'site_id', 'hmac'),
        anything,
        (other, claim, value) => {
          // Half of the time the hmac is that of someone with an outlandish name, whom the explanation will name.
          const claims = { ...goodClaims(other), [claim]: claim === 'hmac' ? hmacFor(other) : value }
          const verdict = check(
            jwt(JSON.stringify(claims, (_key, v) => (typeof v === 'bigint' ? `${v}` : v))),
            'ann@example.com',
            {
              others: [other],
            },
          )
          if (verdict.ok) return
          expect(toHeaderLine(verdict)).toMatch(/^(format|exp|site_id|hmac): [ -~]{1,505}$/)
          expect(toHeaderLine(verdict).length).toBeLessThanOrEqual(512)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is one such line for any finding at all', () => {
    const text = fc.string({ unit: 'binary', maxLength: 600 })
    fc.assert(
      fc.property(text, text, (hint, actual) => {
        const line = toHeaderLine({ check: 'hmac', expected: '', hint, actual })
        expect(line).toMatch(/^hmac: [ -~]*$/)
        expect(line.length).toBeLessThanOrEqual(512)
      }),
      { numRuns: 300 },
    )
  })
})
