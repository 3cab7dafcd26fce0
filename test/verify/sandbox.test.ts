import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { FACTS } from '../../src/verify/facts.ts'
import { openLiveApi } from '../../src/verify/live-api.ts'
import { type VerifyReport, verify } from '../../src/verify/report.ts'

/** The sandbox passes `verify`: every fact, over a real socket. */

const NAMES = ['ann', 'ann+loyalty', 'several', 'held', 'blocked', 'expired', 'suspended', 'opted-out']
const EMAILS = NAMES.map(name => `${name}@example.com`)

let sandbox: Sandbox
let report: VerifyReport
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
  const [demo] = sandbox.sites()
  if (!demo) throw new Error('the demo has no site')
  const { site_id: siteId, secret } = demo
  const api = openLiveApi({ baseUrl: sandbox.url, siteId, secret, rate: 1000 })
  report = await verify(api, {
    emails: [...EMAILS, 'zoë@exämple.com'],
    emailWithoutJourneys: 'new@example.com',
    journeys: [],
  })
})
afterAll(() => sandbox.close())

const toError = (name: string) => `error.${name}`

// Facts that no reading call provokes, or that no answer shows.
const UNSEEN = [
  ...['AC1003', 'AC1004', 'AC1006', 'AC1010'].map(code => `code.${code}`),
  ...['badRequest', 'bodyTooLarge', 'expectationFailed', 'headersTooLarge', 'internal'].map(toError),
  ...['methodNotAllowed', 'pathTooLong', 'rateLimited', 'timeout', 'unavailable'].map(toError),
  ...['rule.list-whole', 'rule.other-site', 'rule.times-in-utc'],
]

describe('The sandbox keeps', () => {
  test.each(FACTS.filter(({ id }) => !UNSEEN.includes(id)))('$id', ({ id }) => {
    const result = report.results.find(found => found.id === id)
    expect(result).toMatchObject({ verdict: expect.stringMatching(/^(matches|holds)$/) })
  })
})

test('Every other fact is not seen, and there is no property beyond the contract', () => {
  const unseen = report.results.filter(({ verdict }) => verdict === 'not seen').map(({ id }) => id)
  expect(unseen.sort()).toEqual(UNSEEN.sort())
  expect(report.results.map(({ id }) => id)).toEqual(FACTS.map(({ id }) => id))
  expect(report.unchecked).toEqual([expect.stringContaining('POST')])
})

test('The report has no email and no secret', () => {
  const text = JSON.stringify(report)
  for (const secret of [...EMAILS, 'new@example.com', 'zoë', 'sandbox-secret'])
    expect(text).not.toContain(secret)
})
