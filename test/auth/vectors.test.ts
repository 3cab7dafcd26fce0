import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHeaderLine } from '../../src/auth/verdict.ts'
import { verify } from '../../src/auth/verify.ts'
import { NOW_SECONDS, testApp } from '../support/app.ts'
import { journeyOf, memberOf, seedOf } from '../support/seeds.ts'
import { headersOf } from '../support/token.ts'

/** Tokens that another program made, with the verdict that each must get. */
interface Vector {
  name: string
  identifier: string
  header_site: string
  token: string
  expect: 'accept' | 'accept-with-warning' | 'reject'
  /** The check that fails or warns. */
  why?: string
  /** A pattern that the explanation contains, without regard to case. */
  must_hint?: string
}

const { vectors, secret, site_id } = JSON.parse(
  readFileSync(new URL('../vectors/auth.json', import.meta.url), 'utf8'),
) as { vectors: Vector[]; secret: string; site_id: string }

it('There are tokens of all three kinds, and some with a hint', () => {
  expect(vectors).toHaveLength(39)
  expect(new Set(vectors.map(vector => vector.expect))).toEqual(
    new Set(['accept', 'accept-with-warning', 'reject']),
  )
  expect(vectors.filter(({ must_hint }) => must_hint)).toHaveLength(5)
})

function expectExplanation(line: unknown, { why, must_hint = '' }: Vector) {
  expect(line).toMatch(new RegExp(`^${why}: [ -~]+$`))
  expect(line).toMatch(new RegExp(must_hint, 'i'))
  expect(String(line).length).toBeLessThanOrEqual(512)
}

describe('Of the tokens of another program, verify', () => {
  const verdictOn = ({ identifier, header_site, token }: Vector) =>
    verify(
      { authorization: `Bearer ${token}`, siteId: header_site, identifier },
      { findSite: id => (id === site_id ? { site_id, secret } : undefined), now: NOW_SECONDS },
    )

  it.each(vectors)('gives the right verdict on $name', vector => {
    const verdict = verdictOn(vector)
    if (verdict.ok) {
      expect(vector.expect).toBe(verdict.warnings.length > 0 ? 'accept-with-warning' : 'accept')
      if (vector.why) expectExplanation(toHeaderLine(...verdict.warnings), vector)
    } else {
      expect(vector.expect).toBe('reject')
      expectExplanation(toHeaderLine(verdict), vector)
    }
  })
})

describe('Of the tokens of another program, the server', () => {
  const UUID = /^[0-9a-f-]{36}$/
  const emails = new Set(vectors.map(({ identifier }) => identifier.toLowerCase()).filter(i => !UUID.test(i)))
  const seed = seedOf({
    site: { site_id, secret, name: 'demo-site' },
    journeys: [journeyOf(1, { id: 'de04a64d-dc40-445f-8351-3dde7567d5c8' })],
    members: [...emails].map(email => memberOf(email)),
  })
  const other = seedOf({
    site: { site_id: '1111111', secret: 'another', name: 'another' },
    journeys: [],
    members: [],
  })

  let server: Awaited<ReturnType<typeof testApp>>
  beforeAll(async () => {
    server = await testApp({ seeds: [seed, other] })
  })
  afterAll(() => server.close())

  const send = (identifier: string, headers: Record<string, string>) => {
    const segment = encodeURIComponent(identifier)
    const path = UUID.test(identifier) ? `journeys/${segment}` : `user/${segment}/journeys`
    return server.app.inject({ url: `/api/3.0/${path}`, headers })
  }

  it.each(vectors)('gives the right answer to $name', async vector => {
    const response = await send(vector.identifier, headersOf(vector.token, vector.header_site))
    const explanation = response.headers['x-sandbox-explain']
    expect(response.statusCode).toBe(vector.expect === 'reject' ? 401 : 200)
    if (vector.expect === 'accept') expect(explanation).toBeUndefined()
    else expectExplanation(explanation, vector)
    if (vector.expect === 'reject') {
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
      expect(response.json()).toEqual({ errorCode: 'AC1002', errorMessage: 'Request Not Authorized' })
    }
  })
})
