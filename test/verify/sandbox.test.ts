import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLedger } from '../../src/fidelity/ledger.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { openRemote } from '../../src/remote/remote.ts'
import { type Report, verify } from '../../src/verify/verify.ts'

/** What `verify` holds a live server to, the sandbox is held to as well: each entry of the ledger, over a real socket. */

const EMAILS = ['ann', 'new', 'several', 'held', 'blocked', 'expired'].map(name => `${name}@example.com`)

let sandbox: Sandbox
let report: Report
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
  const [demo] = sandbox.sites()
  if (!demo) throw new Error('the demo has no site')
  const { site_id: siteId, secret } = demo
  const remote = openRemote({ baseUrl: sandbox.url, siteId, secret, rate: 1000 })
  report = await verify(remote, readLedger(), {
    emails: [...EMAILS, 'ann+loyalty@example.com', 'zoë@exämple.com'],
    journeys: [],
  })
})
afterAll(() => sandbox.close())

// What no reading call brings about, or no answer tells.
const UNSEEN = [
  ...['METHOD_NOT_ALLOWED', 'REQUEST_TIMEOUT', 'PAYLOAD_TOO_LARGE', 'URI_TOO_LONG', 'RATE_LIMITED'],
  ...['HEADERS_TOO_LARGE', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'],
]
  .map(code => `error.${code}`)
  .concat('rule.list-whole', 'rule.times-in-utc', 'rule.other-site')

describe('The sandbox keeps', () => {
  test.each(readLedger().entries.filter(({ id }) => !UNSEEN.includes(id)))('$id', ({ id }) => {
    const result = report.results.find(found => found.id === id)
    expect(result).toMatchObject({ verdict: expect.stringMatching(/^(matches|holds)$/) })
  })
})

test('Nothing else was seen, and nothing that the ledger does not have', () => {
  const unseen = report.results.filter(({ verdict }) => verdict === 'not seen').map(({ id }) => id)
  expect(unseen.sort()).toEqual(UNSEEN.sort())
  expect(report.results.map(({ id }) => id)).toEqual(readLedger().entries.map(({ id }) => id))
})

test('The report names no member, and no secret', () => {
  const text = JSON.stringify(report)
  for (const secret of [...EMAILS, 'zoë', 'sandbox-secret']) expect(text).not.toContain(secret)
})
