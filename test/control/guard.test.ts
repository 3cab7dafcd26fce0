import { expect, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import { testApp } from '../support/app.ts'

async function status(
  headers: Record<string, string>,
  config: Partial<Config> = {},
  url = '/_sandbox/sites',
) {
  await using sandbox = await testApp({ config })
  const response = await sandbox.app.inject({ url, headers })
  return response.statusCode
}

test.each([
  ['localhost:4300', 200],
  ['127.0.0.1:4300', 200],
  ['[::1]:4300', 200],
  ['192.168.1.7', 200],
  ['sandbox:4300', 200],
  ['app.localhost', 200],
  ['evil.example.com', 421],
  ['127.0.0.1.evil.example', 421],
  ['localhost.evil.example:4300', 421],
])('a call to the host %s is answered %i', async (host, expected) => {
  expect(await status({ host })).toBe(expected)
})

test('a host name that was allowed is answered', async () => {
  const config = { allowHost: 'sandbox.example.com,other.example.com' }
  expect(await status({ host: 'Sandbox.example.com:80' }, config)).toBe(200)
  expect(await status({ host: 'third.example.com' }, config)).toBe(421)
})

test.each([
  ['http://localhost:4300', 200],
  ['https://localhost:4300', 200],
  ['http://localhost:4301', 403],
  ['http://evil.example.com', 403],
  ['null', 403],
])('a page of %s is answered %i', async (origin, expected) => {
  expect(await status({ host: 'localhost:4300', origin })).toBe(expected)
})

test.each([
  ['same-origin', 200],
  ['none', 200],
  ['same-site', 403],
  ['cross-site', 403],
])('a change by a page that is %s is answered %i, and its reading 200', async (fetchSite, expected) => {
  await using sandbox = await testApp()
  const headers = { 'sec-fetch-site': fetchSite }
  const change = {
    method: 'POST',
    url: '/_sandbox/sites/9991331/clock/advance',
    payload: { by: 'P1D' },
  } as const
  expect((await sandbox.app.inject({ ...change, headers })).statusCode).toBe(expected)
  expect((await sandbox.app.inject({ url: '/_sandbox/sites', headers })).statusCode).toBe(200)
})

test('nothing has CORS headers', async () => {
  await using sandbox = await testApp()
  for (const url of ['/_sandbox/sites', '/api/3.0/journeys', '/openapi.json', '/_sandbox/health']) {
    const { headers } = await sandbox.app.inject({ url, headers: { origin: 'http://localhost:80' } })
    expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).toEqual([])
  }
})

test('a control token is demanded, and health is open to supervisors', async () => {
  const config = { controlToken: 'open-sesame' }
  expect(await status({}, config)).toBe(401)
  expect(await status({ authorization: 'Bearer wrong' }, config)).toBe(401)
  expect(await status({ authorization: 'Bearer open-sesame' }, config)).toBe(200)
  expect(await status({}, config, '/_sandbox/health')).toBe(200)
})

test('without the control API there is only health', async () => {
  expect(await status({}, { control: 'off' })).toBe(404)
  expect(await status({}, { control: 'off' }, '/_sandbox/openapi.json')).toBe(404)
  expect(await status({}, { control: 'off' }, '/_sandbox/health')).toBe(200)
})

test('an unknown path of the control API is a problem document', async () => {
  await using sandbox = await testApp()
  const response = await sandbox.app.inject({ method: 'PATCH', url: '/_sandbox/sights' })
  expect(response.statusCode).toBe(404)
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(response.json().detail).toContain('/_sandbox/openapi.json')
})
