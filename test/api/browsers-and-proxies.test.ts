import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { testApp } from '../support/app.ts'
import { SITE } from '../support/seeds.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'

const JOURNEYS = '/api/3.0/journeys'
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))

describe('A page of another origin', () => {
  const origin = 'https://shop.example'
  const preflight = {
    origin,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization, x-annexcloud-site',
  }

  test("may call the vendor's API with --cors", async () => {
    await using own = await testApp({ config: { cors: true } })
    const asked = await own.app.inject({ method: 'OPTIONS', url: JOURNEYS, headers: preflight })
    expect(asked.statusCode).toBe(204)
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'authorization, x-annexcloud-site',
    })
    for (const headers of [{ origin }, { origin, ...headersOf(jwt(goodClaims(''))) }]) {
      const response = await own.app.inject({ url: JOURNEYS, headers })
      expect(response.headers['access-control-allow-origin']).toBe('*')
      expect(response.headers['access-control-expose-headers']).toContain('x-sandbox-explain')
    }
  })

  test('may not call the control API, with --cors or without', async () => {
    for (const cors of [true, false]) {
      await using own = await testApp({ config: { cors } })
      const response = await own.app.inject({ url: '/_sandbox/sites', headers: { origin } })
      expect(response.statusCode).toBe(403)
      expect(response.headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test('may call nothing without --cors', async () => {
    await using own = await testApp()
    const asked = await own.app.inject({ method: 'OPTIONS', url: JOURNEYS, headers: preflight })
    expect(asked.statusCode).toBe(405)
    expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
  })
})

describe('Behind a proxy', () => {
  const headers = {
    host: 'internal',
    'x-forwarded-host': 'sandbox.localhost',
    'x-forwarded-proto': 'https',
    'x-forwarded-prefix': '/loyalty',
  }
  const baseUrl = async (trustProxy: boolean) => {
    await using own = await testApp({ config: { trustProxy } })
    const response = await own.app.inject({ url: `/_sandbox/sites/${SITE.site_id}`, headers })
    return response.json().base_url
  }

  test('URLs are those that the proxy names, with --trust-proxy', async () => {
    expect(await baseUrl(true)).toBe('https://sandbox.localhost/loyalty/api/3.0')
  })

  test('URLs are those of the server without it', async () => {
    expect(await baseUrl(false)).toBe('http://internal/api/3.0')
  })
})

describe('Over https', () => {
  test('the sandbox answers with the given certificate', async () => {
    const tls = { tlsCert: fixture('localhost-cert.pem'), tlsKey: fixture('localhost-key.pem') }
    const sandbox = await startSandbox({ ...tls, auth: 'off', logLevel: 'silent' })
    try {
      expect(sandbox.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/api\/3\.0$/)
      const body = await new Promise<string>((resolve, reject) => {
        const call = request(`${sandbox.url}/journeys`, { ca: readFileSync(tls.tlsCert) }, response =>
          resolve(text(response)),
        )
        call.on('error', reject).end()
      })
      expect(JSON.parse(body)).toHaveProperty('journeys')
    } finally {
      await sandbox.close()
    }
  })

  test.each([
    [{ tlsCert: fixture('localhost-cert.pem') }, /give both/],
    [
      { tlsCert: '/nowhere/cert.pem', tlsKey: '/nowhere/key.pem' },
      /--tls-cert: \/nowhere\/cert\.pem cannot be read/,
    ],
    [
      { tlsCert: fixture('localhost-key.pem'), tlsKey: fixture('localhost-key.pem') },
      /^--tls-cert \S+ and --tls-key \S+ are not a certificate in PEM and its private key: /,
    ],
  ])('%j is refused at the start', async (options, message) => {
    await expect(startSandbox(options)).rejects.toThrow(message)
  })
})
