import { expect, it, vi } from 'vitest'
import { Invalid, signRequest, startSandbox } from '../../src/index.ts'
import { SITE } from '../support/seeds.ts'
import { hmacFor } from '../support/token.ts'

const { site_id, secret } = SITE

it('A request is signed for five minutes, with its token, claims and headers', () => {
  vi.useFakeTimers({ now: 1_750_000_000_900 })
  const { token, claims, headers } = signRequest({ site_id, secret, identifier: 'ann@example.com' })
  vi.useRealTimers()
  expect(claims).toEqual({
    sub: 'journeys-sandbox',
    exp: 1_750_000_300,
    site_id,
    hmac: hmacFor('ann@example.com'),
  })
  expect(JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())).toEqual(claims)
  expect(headers).toEqual({
    Authorization: `Bearer ${token}`,
    'X-AnnexCloud-Site': site_id,
    'Content-Type': 'application/json',
  })
})

it('The expiry and the name of the client can be given', () => {
  const { claims } = signRequest({ site_id, secret, exp: 17, sub: 'a shop', identifier: 'a' })
  expect(claims).toMatchObject({ exp: 17, sub: 'a shop' })
  expect(signRequest({ site_id, secret, exp: undefined }).claims.exp).toBeGreaterThan(Date.now() / 1000)
})

it('What is signed gets in, with an identifier and without', async () => {
  await using sandbox = await startSandbox({ logLevel: 'silent' })
  const [site] = sandbox.sites()
  const statusOf = async (path: string, identifier?: string) => {
    const { headers } = signRequest({ site_id, secret: site?.secret ?? '', identifier })
    return (await fetch(`${sandbox.url}${path}`, { headers })).status
  }
  expect(await statusOf('/journeys')).toBe(200)
  expect(await statusOf('/user/ann@example.com/journeys', 'ann@example.com')).toBe(200)
  expect(await statusOf('/user/ann@example.com/journeys')).toBe(401)
})

it.each(['\ud800@example.com', 'ann\udc00@example.com'])(
  'An identifier that is not valid Unicode cannot be signed: %j',
  identifier => {
    const sign = () => signRequest({ site_id, secret, identifier })
    expect(sign).toThrow(Invalid)
    expect(sign).toThrow(/^the identifier "[^"]*\\ud[8c]00[^"]*" has half of a surrogate pair/)
  },
)
