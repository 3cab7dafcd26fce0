import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { FACTS } from '../../src/verify/facts.ts'
import { openLiveApi } from '../../src/verify/live-api.ts'
import { type Report, verify } from '../../src/verify/report.ts'
import { serverOf } from '../support/server.ts'
import { liveServer } from './live-server.ts'

/** What `verify` holds a live server to, it holds the sandbox to as well: every fact, over a real socket. */

const EMAILS = ['ann', 'several', 'held', 'blocked', 'expired'].map(name => `${name}@example.com`)

let sandbox: Sandbox
let report: Report
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
  const [demo] = sandbox.sites()
  if (!demo) throw new Error('the demo has no site')
  await using server = await serverOf(liveServer(sandbox))
  const { site_id: siteId, secret } = demo
  const api = openLiveApi({ baseUrl: `${server.url}/api/3.0`, siteId, secret, rate: 1000 })
  report = await verify(api, {
    emails: [...EMAILS, 'zoë@exämple.com'],
    emailWithoutJourneys: 'new@example.com',
    journeys: [],
  })
})
afterAll(() => sandbox.close())

// What no reading call brings about, or no answer shows.
const UNSEEN = [
  ...['error.blocked-member', 'error.failure', 'error.opted-out-member', 'error.other-method'],
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

test('The report names no member, and no secret', () => {
  const text = JSON.stringify(report)
  for (const secret of [...EMAILS, 'new@example.com', 'zoë', 'sandbox-secret'])
    expect(text).not.toContain(secret)
})
