import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frozenClock } from '../../src/clock.ts'
import { type OperationId, operationPath } from '../../src/contract/operations.ts'
import { type Sandbox, type SandboxSite, type SeedDocument, startSandbox } from '../../src/index.ts'
import { readSeed } from '../../src/seed/seed.ts'
import { NOW } from '../support/app.ts'
import { SITE } from '../support/seeds.ts'
import { journeyIds, randomSeed } from './random-seeds.ts'
import { emailsOf, taken } from './snapshots.ts'

let original: Sandbox
let copy: Sandbox
beforeAll(async () => {
  const start = () => startSandbox({ seed: 'empty', clock: frozenClock(NOW), logLevel: 'silent', journal: 0 })
  ;[original, copy] = await Promise.all([start(), start()])
})
afterAll(() => Promise.all([original.close(), copy.close()]))

/** The only site of a sandbox, made of this seed. */
function siteOf(sandbox: Sandbox, seed: SeedDocument): SandboxSite {
  for (const { site_id } of sandbox.sites()) sandbox.removeSite(site_id)
  return sandbox.createSite({ ...SITE, seed })
}

/** Every call about a seed, with the bytes of the answer. */
async function answers(sandbox: Sandbox, site: SandboxSite, seed: SeedDocument) {
  const questions: [OperationId, string?][] = [
    ['getJourneys'],
    ...journeyIds(seed).map((id): [OperationId, string] => ['getJourney', id]),
    ...[...emailsOf(seed), 'nobody@example.com'].flatMap((email): [OperationId, string][] => [
      ['getUserJourneysByEmail', email],
      ['getMemberJourneys', email],
    ]),
  ]
  return Promise.all(
    questions.map(async ([operation, identifier]) => {
      const response = await fetch(sandbox.url + operationPath(operation, identifier), {
        headers: site.headersFor(identifier),
      })
      return [operation, identifier, response.status, await response.text()]
    }),
  )
}

async function expectSame(seed: SeedDocument) {
  const before = siteOf(original, seed)
  const { document, summary } = await taken(original.url, emailsOf(seed))
  const after = siteOf(copy, document)
  expect(await answers(copy, after, seed)).toEqual(await answers(original, before, seed))
  expect(summary.different).toEqual({})
  return { document, summary, before, after }
}

describe('A sandbox with the snapshot of another answers the same bytes', () => {
  it('for every journey and member of the demo, also at a later time', async () => {
    const seed = readSeed('demo')
    const { document, summary, before, after } = await expectSame(seed)
    expect(summary).toMatchObject({ journeys: 14, extra: {}, replaced: {}, rounded: [] })
    expect(JSON.stringify(document)).not.toContain('"extra"')
    for (const site of [before, after]) site.clock.set({ now: '2099-12-31T00:00:00Z' })
    expect(await answers(copy, after, seed)).toEqual(await answers(original, before, seed))
  })

  it('for random seeds with properties beyond the contract', () =>
    fc.assert(
      fc.asyncProperty(randomSeed, async seed => void (await expectSame(seed))),
      { numRuns: 8 },
    ))
})
