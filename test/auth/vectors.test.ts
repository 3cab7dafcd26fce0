import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { journeyOf, memberOf, seedOf } from '../support/seeds.ts'
import { headersOf } from '../support/token.ts'

interface Vector {
  name: string
  identifier: string
  header_site: string
  token: string
  expect: 'accept' | 'accept-with-warning' | 'reject'
  why?: string
}

const { vectors, secret, site_id } = JSON.parse(
  readFileSync(new URL('../vectors/auth.json', import.meta.url), 'utf8'),
) as { vectors: Vector[]; secret: string; site_id: string }

const UUID = /^[0-9a-f-]{36}$/

const emails = new Set(vectors.map(({ identifier }) => identifier.toLowerCase()).filter(i => !UUID.test(i)))
const seed = seedOf({
  site: { site_id, secret, name: 'demo-site' },
  journeys: [journeyOf(1, { id: 'de04a64d-dc40-445f-8351-3dde7567d5c8' })],
  members: [...emails].map(email => memberOf(email)),
})

let server: Awaited<ReturnType<typeof testApp>>
beforeAll(async () => {
  server = await testApp({ seeds: [seed] })
})
afterAll(() => server.close())

const send = ({ identifier, token, header_site }: Vector) => {
  const segment = encodeURIComponent(identifier)
  const path = UUID.test(identifier) ? `journeys/${segment}` : `user/${segment}/journeys`
  return server.app.inject({ url: `/api/3.0/${path}`, headers: headersOf(token, header_site) })
}

it('There are 32 tokens made by another program, of all three kinds', () => {
  expect(vectors).toHaveLength(32)
  expect(new Set(vectors.map(vector => vector.expect))).toEqual(
    new Set(['accept', 'accept-with-warning', 'reject']),
  )
})

it.each(vectors.filter(vector => vector.expect === 'accept'))(
  'A token made elsewhere is accepted without a word: $name',
  async vector => {
    const response = await send(vector)
    expect(response.statusCode).toBe(200)
    expect(response.headers).not.toHaveProperty('x-sandbox-explain')
  },
)

it.each(vectors.filter(vector => vector.expect === 'accept-with-warning'))(
  'A token made elsewhere is accepted with a warning: $name',
  async vector => {
    const response = await send(vector)
    expect(response.statusCode).toBe(200)
    expect(response.headers['x-sandbox-explain']).toMatch(new RegExp(`^${vector.why}: [ -~]{1,500}$`))
  },
)

it.each(vectors.filter(vector => vector.expect === 'reject'))(
  'A token made elsewhere is refused for the right reason: $name',
  async vector => {
    const response = await send(vector)
    const explanation = String(response.headers['x-sandbox-explain'])
    expect(explanation).toMatch(new RegExp(`^${vector.why}: [ -~]+$`))
    expect(explanation.length).toBeLessThanOrEqual(512)

    expect(response.statusCode).toBe(401)
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(response.json()).toEqual({ errorCode: 'AC1002', errorMessage: 'Request Not Authorized' })
  },
)
