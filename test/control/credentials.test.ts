import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHECKS } from '../../src/auth/verdict.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, SITE } from '../support/seeds.ts'
import { goodClaims, hmacFor, jwt } from '../support/token.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
})
afterAll(() => sandbox.close())

const post = async (path: string, body: unknown) => {
  const response = await fetch(`${sandbox.origin}/_sandbox${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

test.each([
  { operation: 'getJourneys' },
  { operation: 'getJourney', identifier: 'de04a64d-dc40-445f-8351-3dde7567d5c8' },
  { operation: 'getUserJourneysByEmail', identifier: 'ann@example.com' },
  { operation: 'getMemberJourneys', identifier: 'ann@example.com' },
])('the curl that comes with a token for %j works when pasted', async request => {
  const { status, body } = await post(`/sites/${SITE.site_id}/tokens`, request)
  expect(status).toBe(201)
  const { stdout } = await promisify(execFile)('sh', ['-c', `${body.curl} -s -o /dev/null -w '%{http_code}'`])
  expect(stdout).toBe('200')
})

test('a token can be made that has expired', async () => {
  const { body } = await post(`/sites/${SITE.site_id}/tokens`, { operation: 'getJourneys', expires_in: -1 })
  const headers = body.headers as unknown as Record<string, string>
  const response = await fetch(`${sandbox.url}/journeys`, { headers })
  expect(response.status).toBe(401)
  expect(response.headers.get('x-sandbox-explain')).toMatch(/^exp:/)
})

test.each([
  { operation: 'getEverything' },
  { operation: 'getJourney' },
  { operation: 'getJourneys', identifier: 'ann@example.com' },
  { operation: 'getJourneys', expires_in: 'soon' },
  { operation: 'getMemberJourneys', identifier: '\ud800@example.com' },
])('no token is made for %j', async request => {
  expect((await post(`/sites/${SITE.site_id}/tokens`, request)).status).toBe(400)
})

test('an explanation reports every check, where the answer names only the first', async () => {
  await using own = await testApp()
  const explain = controlOf(own.app)
  const bare = { ...goodClaims('ann@example.com'), exp: 1, hmac: 'x' }
  const { operation, identifier, checks } = await explain.expect(
    200,
    'POST',
    `/sites/${SITE.site_id}/explain`,
    {
      path: '/api/3.0/user/ann@example.com/journeys',
      token: jwt(bare),
    },
  )
  expect({ operation, identifier }).toEqual({ operation: 'getMemberJourneys', identifier: 'ann@example.com' })
  expect(checks.map((report: { check: string }) => report.check)).toEqual(CHECKS)
  const outcomes = Object.fromEntries(
    checks.map((report: { check: string; outcome: string }) => [report.check, report.outcome]),
  )
  expect(outcomes).toEqual({
    format: 'passed',
    alg: 'passed',
    site: 'passed',
    signature: 'passed',
    exp: 'failed',
    site_id: 'passed',
    hmac: 'failed',
  })
})

test.each([
  [
    'a good one',
    { authorization: `Bearer ${jwt(goodClaims(id(1)))}`, 'X-AnnexCloud-Site': SITE.site_id },
    {},
  ],
  ['no token', {}, { format: 'failed', alg: 'skipped', hmac: 'skipped' }],
  [
    'no site header',
    { Authorization: `Bearer ${jwt(goodClaims(id(1)))}` },
    { site: 'failed', signature: 'passed', site_id: 'skipped' },
  ],
  [
    'another secret',
    { authorization: `Bearer ${jwt(goodClaims(id(1)), 'other')}`, 'x-annexcloud-site': SITE.site_id },
    { signature: 'failed' },
  ],
  [
    'milliseconds',
    {
      authorization: `Bearer ${jwt({ ...goodClaims(id(1)), exp: 4e12 })}`,
      'x-annexcloud-site': SITE.site_id,
    },
    { exp: 'warning' },
  ],
  [
    "another member's hmac",
    {
      authorization: `Bearer ${jwt({ ...goodClaims(''), hmac: hmacFor('ann@example.com') })}`,
      'x-annexcloud-site': SITE.site_id,
    },
    { hmac: 'failed' },
  ],
])('the headers of %s are explained', async (_name, headers, expected) => {
  await using own = await testApp()
  const { checks } = await controlOf(own.app).expect(200, 'POST', `/sites/${SITE.site_id}/explain`, {
    method: 'GET',
    path: `/journeys/${id(1)}`,
    headers,
  })
  const outcomes: [string, string][] = checks.map((report: { check: string; outcome: string }) => [
    report.check,
    report.outcome,
  ])
  const others = outcomes.filter(
    ([check]) => !(check in expected) && !('format' in expected) && !('site' in expected),
  )
  expect(Object.fromEntries(outcomes)).toMatchObject(expected)
  expect(others.every(([, outcome]) => outcome === 'passed')).toBe(true)
})
