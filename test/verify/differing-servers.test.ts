import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorBody } from '../../src/contract/errors.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { openLiveApi } from '../../src/verify/live-api.ts'
import { type VerifyReport, verify } from '../../src/verify/report.ts'
import { serverOf } from '../support/server.ts'
import { type Body, type Change, liveServer } from './live-server.ts'

/** Servers that differ from the sandbox in one respect: the report has this difference and no other. */

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
})
afterAll(() => sandbox.close())

const but = (change: Change) => liveServer(sandbox, change)

async function reportOn(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  {
    emails = ['several@example.com'],
    emailWithoutJourneys = undefined as string | undefined,
    timeoutMs = 5000,
  } = {},
): Promise<VerifyReport> {
  await using server = await serverOf(answer)
  const api = openLiveApi({
    ...{
      baseUrl: `${server.url}/api/3.0`,
      siteId: '9991331',
      secret: 'sandbox-secret',
      rate: 1000,
      timeoutMs,
    },
  })
  return await verify(api, { emails, emailWithoutJourneys, journeys: [] })
}

const differences = ({ results }: VerifyReport) =>
  results
    .filter(({ verdict }) => !['matches', 'holds', 'not seen'].includes(verdict))
    .map(({ id, verdict, found }) => `${id} ${verdict}: ${found.join(', ')}`)

const verdictOf = ({ results }: VerifyReport, id: string) => results.find(result => result.id === id)?.verdict

/** One different property in each place. */
const OTHER_SHAPES: Change = {
  body: (body, path) => {
    if (path.includes('/user/')) return { journeys: body.journeys.map(otherMemberJourney) }
    if (path.includes('/user_journeys/'))
      return { journeys: body.journeys.map((each: Body) => ({ ...each, site_id: '1' })) }
    if (!body.nodes) return body
    const nodes = body.nodes.map(({ position: _left, ...node }: Body) => node)
    return { ...body, nodes, tags: ['x'], created_at: '2025-01-15T10:33:32Z' }
  },
}

const otherMemberJourney = ({ rewards, ...journey }: Body) => ({
  ...{ ...journey, progress_percentage: 0, open_ended: true },
  rewards: rewards.map((reward: Body) =>
    reward.status === 'blocked'
      ? { ...reward, hold_start_datetime: reward.blocked_at, hold_end_datetime: reward.blocked_at }
      : reward,
  ),
})

const withCode = (change: (code: string) => unknown) => (body: Body) => ({
  ...body,
  errorCode: change(body.errorCode),
})

describe('A server that', () => {
  const rows: [what: string, change: Change, expected: string[]][] = [
    [
      'has other shapes',
      OTHER_SHAPES,
      [
        'getJourney.created_at other format: timestamp of another form',
        'getJourney.nodes[].position missing: in N of N',
        'getMemberJourneys.journeys[].open_ended other type: boolean',
        'getMemberJourneys.journeys[].progress_percentage other type: number',
        'rule.own-site-only does not hold: in N of N',
        'rule.hold-keys does not hold: in N of N',
        'getJourney.tags extra: array',
      ],
    ],
    [
      'does not wrap its list',
      { body: (body, path) => (path.endsWith('/api/3.0/journeys') ? body.journeys : body) },
      ['getJourneys.journeys missing: in N of N'],
    ],
    [
      'has another code, and another status',
      {
        error: withCode(code => (code === 'AC1002' ? 'FORBIDDEN' : code)),
        status: status => (status === 404 ? 500 : status),
      },
      [
        'ApiError.errorCode other format: text',
        'error.unauthorized does not hold: 401 FORBIDDEN',
        'error.journeyNotFound does not hold: 500 AC1005',
        'error.memberNotFound does not hold: 500 AC1005',
        'error.pathNotFound does not hold: 500 AC1001',
        'error.internal does not hold: 500 AC1001, 500 AC1005',
      ],
    ],
    [
      'has other messages',
      { error: body => ({ ...body, errorMessage: `Nothing for several@example.com, ${body.errorMessage}` }) },
      ['AC1001', 'AC1002', 'AC1005', 'AC1007'].map(code => `code.${code} does not hold: another message`),
    ],
    [
      'has numbers or persons for its error codes',
      { error: withCode(code => (code === 'AC1002' ? 'no ann@example.com' : 17)) },
      [
        'ApiError.errorCode other type: number, text',
        'error.invalidIdentifier does not hold: 400 17',
        'error.unauthorized does not hold: 401 with another errorCode',
        'error.journeyNotFound does not hold: 404 17',
        'error.memberNotFound does not hold: 404 17',
        'error.pathNotFound does not hold: 404 17',
      ],
    ],
  ]

  test.each(rows)('%s is reported with just this', async (_what, change, expected) => {
    const found = differences(await reportOn(but(change)))
    expect(found.map(text => text.replace(/in \d+ of \d+$/, 'in N of N'))).toEqual(expected)
  })

  test('accepts an expired token is reported with just this', async () => {
    // An expired token gets the answer of GET /journeys.
    const lenient = async (request: IncomingMessage, response: ServerResponse) => {
      const claims = request.headers.authorization?.split('.')[1] ?? ''
      const { exp = Number.POSITIVE_INFINITY } = JSON.parse(
        Buffer.from(claims, 'base64url').toString() || '{}',
      )
      if (exp * 1000 < Date.now())
        return response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      return but({})(request, response)
    }
    expect(differences(await reportOn(lenient))).toEqual(['auth.exp-past does not hold: answered 200'])
  })

  test('refuses an exp that is a string is reported with just this', async () => {
    const strict = async (request: IncomingMessage, response: ServerResponse) => {
      const claims = request.headers.authorization?.split('.')[1] ?? ''
      const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}')
      if (typeof exp === 'string')
        return response
          .writeHead(401, { 'content-type': 'application/json' })
          .end(JSON.stringify(errorBody('AC1002')))
      return but({})(request, response)
    }
    expect(differences(await reportOn(strict))).toEqual([
      'auth.exp-string does not hold: answered 401 AC1002',
    ])
  })

  test('fails at every call differs in no property and no rule', async () => {
    const report = await reportOn((_request, response) => response.writeHead(500).end('oops'))
    expect(differences(report)).toEqual([
      'getJourneys does not hold: answered 500, not JSON',
      'getUserJourneysByEmail does not hold: answered 500, not JSON',
      'getUserJourneysByEmail{email_id} does not hold: answered 500, not JSON',
      'getMemberJourneys does not hold: answered 500, not JSON',
      'getMemberJourneys{email_id} does not hold: answered 500, not JSON',
      'ApiError.errorCode missing: in 0 of 3',
      'ApiError.errorMessage missing: in 0 of 3',
      'error.internal does not hold: 500 without errorCode',
    ])
    expect(report.unchecked.join()).toMatch(/check site, secret and base URL/)
  })

  test('answers with a page differs in the operation', async () => {
    const report = await reportOn((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>several@example.com</p>'),
    )
    expect(differences(report)).toContain('getJourneys does not hold: answered 200, not JSON')
    expect(differences(report)).toContain('rule.answers-json does not hold: in 0 of 3')
    expect(JSON.stringify(report)).not.toContain('several@example.com')
  })

  test('does not answer about members in time differs in these operations', async () => {
    const report = await reportOn(
      (request, response) => (request.url?.includes('/user') ? undefined : but({})(request, response)),
      { timeoutMs: 200 },
    )
    expect(differences(report)).toContain('getMemberJourneys does not hold: no answer in time')
    expect(verdictOf(report, 'getJourney.nodes')).toBe('matches')
    expect(verdictOf(report, 'getMemberJourneys.journeys')).toBe('not seen')
  })

  test('sends Retry-After is asked again', async () => {
    let calls = 0
    const report = await reportOn((request, response) => {
      if (calls++ === 3) return response.writeHead(429, { 'retry-after': '0' }).end('{}')
      return but({})(request, response)
    })
    expect(differences(report)).toEqual([])
  })
})

describe('A member without journeys', () => {
  const emailWithoutJourneys = 'new@example.com'
  const isAbout = (path: string) => path.includes('new%40')

  test('with an empty list is as the contract infers', async () => {
    const report = await reportOn(but({}), { emailWithoutJourneys })
    expect(differences(report)).toEqual([])
    expect(verdictOf(report, 'rule.no-journeys')).toBe('holds')
  })

  test.each([404, 400])('with %i AC1005 differs from the contract', async status => {
    const none = errorBody('AC1005')
    const change: Change = {
      body: (body, path) => (isAbout(path) ? none : body),
      status: (given, path) => (isAbout(path) ? status : given),
    }
    expect(differences(await reportOn(but(change), { emailWithoutJourneys }))).toEqual([
      'rule.no-journeys does not hold: in 0 of 2',
    ])
    // Without the flag, the member may be unknown.
    const report = await reportOn(but(change), { emails: ['ann@example.com', emailWithoutJourneys] })
    expect(differences(report)).toEqual([])
    expect(verdictOf(report, 'rule.no-journeys')).toBe('not seen')
    expect(report.unchecked.join()).toMatch(/--email-without-journeys; member 2 got AC1005/)
  })
})

test.each([
  ['blocked', 'AC1008'],
  ['optedOut', 'AC1009'],
] as const)('A member who is %s is compared with the contract', async (name, code) => {
  const change = (status: number): Change => ({
    body: (body, path) => (path.includes('several%40') ? errorBody(code) : body),
    status: (given, path) => (path.includes('several%40') ? status : given),
  })
  const report = await reportOn(but(change(400)))
  expect(differences(report)).toEqual([])
  expect(verdictOf(report, `error.${name}`)).toBe('holds')
  expect(differences(await reportOn(but(change(403))))).toContain(`error.${name} does not hold: 403 ${code}`)
})

test('Without members and journeys, the report lists what was not compared', async () => {
  const report = await reportOn(but({ body: () => ({ journeys: [] }) }), { emails: [] })
  expect(differences(report)).toEqual([])
  for (const id of [
    'getJourney',
    'getJourney.nodes',
    'getMemberJourneys.journeys[].rewards',
    'auth.hmac-other',
  ]) {
    expect(verdictOf(report, id), id).toBe('not seen')
  }
  expect(verdictOf(report, 'auth.exp-past')).toBe('holds')
  expect(report.unchecked.join()).toMatch(/--email.*--journey/)
})
