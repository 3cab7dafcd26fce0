import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { frozenClock } from '../../src/clock.ts'
import { type SeedDocument, startSandbox } from '../../src/index.ts'
import { readSeed } from '../../src/seed/seed.ts'
import { NOW } from '../support/app.ts'
import { temporaryFolder } from '../support/folder.ts'
import { SITE } from '../support/seeds.ts'
import { emailsOf, taken, textsIn } from './snapshots.ts'

/** The demo with people in every place where there may be one. */
function personalSeed(): SeedDocument {
  const { journeys, members, ...rest } = structuredClone(readSeed('demo'))
  for (const journey of journeys) {
    journey.created_by = 'Olivia Owner'
    journey.extra = {
      owner: { mail: 'olivia@corp.example', phone: 491701234567, 'Ann Ash': ['Mr Ash'] },
    }
    journey.extra.status = 'Paused by Olivia'
    for (const node of journey.nodes) node.extra = { note: 'Call Mr Ash' }
  }
  for (const { participations = [] } of members) {
    for (const participation of participations) {
      participation.extra = { customer: 'C-4711', born: '1980-02-03', 'ann@example.com': 3 }
      for (const part of [...(participation.events ?? []), ...(participation.rewards ?? [])])
        part.extra = { by: 'Mr Ash' }
    }
  }
  return { ...rest, journeys, members }
}

const start = async (seed: SeedDocument) => {
  using folder = temporaryFolder()
  const file = folder.file('seed.json', JSON.stringify(seed))
  return await startSandbox({ seed: file, clock: frozenClock(NOW), logLevel: 'silent' })
}

/** Texts that are not personal: those of the contract, and pseudonyms. */
const HARMLESS =
  /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+|\d+|\d+\.\d|P[0-9A-Z]+|)$|^(member-[0-9a-f]{16}@example\.com|(text|key)-[0-9a-f]{16})$/
const WORDS =
  /^(Draft|Published|Archived|entry|event|action|condition|reward|badge|exit|points|coupon|gift|else|blocked|opted_out)$/
const RULE = /^([^\w\s]{1,3}|var|event|at|attributes\.\w+|member\.(email|attributes\.\w+))$/

describe('An anonymised snapshot', () => {
  it('has no email and no free text of the site, also in properties beyond the contract', async () => {
    const seed = personalSeed()
    await using sandbox = await start(seed)
    const { document, summary } = await taken(sandbox.url, emailsOf(seed), { anonymise: true })
    expect(summary.different).toEqual({})
    expect(document.members).toHaveLength(seed.members.length)

    const whole = JSON.stringify(document).toLowerCase()
    for (const name of ['olivia', 'ash', 'corp', 'c-4711', '491701234567', '1980-02', 'paused by'])
      expect(whole).not.toContain(name)
    for (const email of emailsOf(seed)) expect(whole).not.toContain(email.toLowerCase())
    const { site, ...content } = document
    expect(site).toEqual({
      site_id: SITE.site_id,
      name: `snapshot of ${SITE.site_id}`,
      secret: 'sandbox-secret',
    })
    const texts = textsIn(content).filter(({ path }) => path.at(-1) !== 'its name')
    for (const { text, path } of texts) {
      const isOurs = HARMLESS.test(text) || WORDS.test(text) || text === SITE.site_id
      const inRule = path.includes('criteria') && RULE.test(text)
      // A condition is a rule within a text.
      const isRule = path.at(-1) === 'condition' && text.startsWith('{')
      expect(isOurs || inRule || isRule, `${path.join('/')}: ${text}`).toBe(true)
    }
  })

  it('keeps events and their times, and gives equal texts equal pseudonyms', async () => {
    const seed = readSeed('demo')
    await using sandbox = await start(seed)
    const { document } = await taken(sandbox.url, emailsOf(seed), { anonymise: true })
    const plain = (await taken(sandbox.url, emailsOf(seed))).document
    expect(document.journeys.map(({ id, nodes }) => [id, nodes.map(node => node.type)])).toEqual(
      plain.journeys.map(({ id, nodes }) => [id, nodes.map(node => node.type)]),
    )
    const participationsOf = ({ members }: SeedDocument) =>
      members.map(({ participations = [] }) =>
        participations.map(({ rewards = [], ...rest }) => [
          rest,
          rewards.map(({ blocked_by, ...reward }) => reward),
        ]),
      )
    expect(participationsOf(document)).toEqual(participationsOf(plain))
    expect(JSON.stringify(document)).not.toContain('"extra"')
    expect(new Set(emailsOf(document)).size).toBe(seed.members.length)
    const { nodes } = document.journeys.find(({ nodes }) =>
      nodes.some(({ config }) => config?.blocking_events),
    ) as SeedDocument['journeys'][number]
    expect(nodes.find(({ config }) => config?.blocking_events)?.config).toMatchObject({
      blocking_events: [expect.stringMatching(/^text-/)],
    })
  })

  it('is the same with the same key, and different without', async () => {
    const seed = readSeed('demo')
    await using sandbox = await start(seed)
    const emails = emailsOf(seed).slice(0, 3)
    const take = async (anonymise: boolean | string) =>
      (await taken(sandbox.url, emails, { anonymise })).document
    const once = await take('a key')
    expect(await take('a key')).toEqual(once)
    expect(emailsOf(await take('another key'))).not.toEqual(emailsOf(once))
    expect(emailsOf(await take(true))).not.toEqual(emailsOf(await take(true)))
    expect(
      emailsOf((await taken(sandbox.url, ['ANN@example.com'], { anonymise: 'a key' })).document),
    ).toEqual([
      emailsOf(once)[seed.members.slice(0, 3).findIndex(({ email }) => email === 'ann@example.com')],
    ])
  })

  it('writes no personal data to the disk', async () => {
    const seed = personalSeed()
    await using sandbox = await start(seed)
    using folder = temporaryFolder()
    const partial = folder.file('partial')
    const emails = emailsOf(seed)
    const { forget } = await taken(sandbox.url, emails, { anonymise: 'a secret key', partial })
    const text = readFileSync(partial, 'utf8').toLowerCase()
    for (const name of ['olivia', 'ash', 'a secret key', ...emails])
      expect(text).not.toContain(name.toLowerCase())
    forget()
    expect(() => readFileSync(partial)).toThrow(/ENOENT/)
  })
})
