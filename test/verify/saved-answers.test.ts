import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frozenClock } from '../../src/clock.ts'
import { ConfigError } from '../../src/config.ts'
import { type OperationId, operationPath } from '../../src/contract/operations.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { checkSeed } from '../../src/seed/check.ts'
import type { Mask } from '../../src/verify/capture.ts'
import { keyedMask, noMask } from '../../src/verify/mask.ts'
import { readSavedAnswers, type SavedFile } from '../../src/verify/saved-answers.ts'
import { toSnapshot } from '../../src/verify/snapshot.ts'
import { NOW } from '../support/app.ts'
import { SITE } from '../support/seeds.ts'

const AT = '2025-06-01T12:00:00.000000'
const DOCUMENTED = 'de04a64d-dc40-445f-8351-3dde7567d5c8'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ clock: frozenClock(NOW), auth: 'off', logLevel: 'silent' })
})
afterAll(() => sandbox.close())

const answerOf = async (operation: OperationId, identifier?: string) => {
  const url = sandbox.url + operationPath(operation, identifier)
  const response = await fetch(url, { headers: { 'X-AnnexCloud-Site': SITE.site_id } })
  return { url, status: response.status, text: await response.text() }
}
const bodyOf = async (operation: OperationId, identifier?: string) =>
  (await answerOf(operation, identifier)).text

async function snapshotOf(files: SavedFile[], mask: Mask = noMask, site?: string) {
  const saved = readSavedAnswers(files, site, AT)
  const snapshot = await toSnapshot(saved.siteId, saved.toCapture(mask))
  expect(checkSeed(snapshot.document, '2025-06-01T12:00:00.000000').issues).toEqual([])
  return { ...snapshot, notes: saved.notes }
}

const emailsOf = ({ members }: { members: { email: string }[] }) => members.map(({ email }) => email)

describe('Bodies of answers', () => {
  it('of each operation make a seed that answers the same', async () => {
    const user = await bodyOf('getUserJourneysByEmail', 'held@example.com')
    const { document, summary, notes } = await snapshotOf([
      { name: 'journeys.json', text: await bodyOf('getJourneys') },
      { name: 'one.json', text: await bodyOf('getJourney', JSON.parse(user).journeys[0].journey_id) },
      { name: 'user/held@example.com.json', text: user },
      { name: 'held@example.com.json', text: await bodyOf('getMemberJourneys', 'held@example.com') },
    ])
    expect(document.site.site_id).toBe(SITE.site_id)
    expect(document.journeys).toHaveLength(14)
    expect(emailsOf(document)).toEqual(['held@example.com'])
    expect(document.members[0]?.participations?.[0]?.rewards).toHaveLength(1)
    expect(summary).toMatchObject({ different: {}, replaced: {}, extra: {} })
    expect(notes).toEqual([expect.stringMatching(/^values that the sandbox computes/)])
  })

  it('of one member are joined by the participations, whatever the files are called', async () => {
    const files = [
      { name: 'a.json', text: await bodyOf('getUserJourneysByEmail', 'held@example.com') },
      { name: 'b.json', text: await bodyOf('getMemberJourneys', 'held@example.com') },
      { name: 'c.json', text: await bodyOf('getMemberJourneys', 'ann@example.com') },
      { name: 'new@example.com.json', text: await bodyOf('getMemberJourneys', 'new@example.com') },
    ]
    const { document, notes } = await snapshotOf(files)
    expect(emailsOf(document).sort()).toEqual([
      'member-1@example.com',
      'member-2@example.com',
      'new@example.com',
    ])
    expect(notes.filter(note => note.includes('name the file after the email'))).toHaveLength(2)
  })

  it('keep what the contract does not have as extra', async () => {
    const journey = { ...JSON.parse(await bodyOf('getJourney', DOCUMENTED)), colour: 'red' }
    const { document } = await snapshotOf([{ name: 'one.json', text: JSON.stringify(journey) }])
    expect(document.journeys[0]).toMatchObject({ id: DOCUMENTED, extra: { colour: 'red' } })
  })

  it('can have a head, as verify --save writes them, and errors are left out', async () => {
    const { document, notes } = await snapshotOf([
      { name: '001-list.http', text: `HTTP/1.1 200\na: b\n\n${await bodyOf('getJourneys')}` },
      { name: '002-error.http', text: 'HTTP/1.1 401\r\na: b\r\n\r\n{"errorCode":"AC1002"}' },
    ])
    expect(document.journeys).toHaveLength(14)
    expect(notes).toContain('files with an error left out: 1')
  })

  it.each([
    ['what is not JSON', [{ name: 'a.json', text: 'hello' }], /^--from: a.json is not JSON$/],
    [
      'another JSON',
      [{ name: 'a.json', text: '{"a":1}' }],
      /neither an answer of the Journeys API nor a HAR/,
    ],
    ['no site', [{ name: 'a.json', text: '{"journeys":[]}' }], /^--site: .* no answer has a site_id/],
    [
      'several sites',
      ['1', '2'].map(site_id => ({ name: site_id, text: JSON.stringify({ journeys: [{ site_id }] }) })),
      /^--site: .* there are 1, 2$/,
    ],
  ])('cannot be %s', (_what, files, message) => {
    const read = () => readSavedAnswers(files, undefined, AT)
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(message)
  })
})

describe('A HAR', () => {
  const entry = async (operation: OperationId, identifier?: string, change: object = {}) => {
    const { url, status, text } = await answerOf(operation, identifier)
    return {
      startedDateTime: '2025-06-01T14:00:00.000+02:00',
      request: { method: 'GET', url, headers: [{ name: 'x-annexcloud-site', value: SITE.site_id }] },
      response: { status, content: { text, ...change } },
    }
  }
  const har = (...entries: object[]): SavedFile[] => [
    { name: 'site.har', text: JSON.stringify({ log: { version: '1.2', entries } }) },
  ]

  it('makes a seed that answers the same', async () => {
    const emails = ['held@example.com', 'zoë@exämple.com', 'nobody@example.com']
    const members = emails.flatMap(email => [
      entry('getUserJourneysByEmail', email),
      entry('getMemberJourneys', email),
    ])
    const listed: { id: string }[] = JSON.parse(await bodyOf('getJourneys')).journeys
    const { document, summary } = await snapshotOf(
      har(
        await entry('getJourneys'),
        ...(await Promise.all(listed.map(({ id }) => entry('getJourney', id)))),
        ...(await Promise.all(members)),
        { request: { method: 'GET', url: 'https://example.com/logo.png' }, response: { status: 200 } },
        { request: { method: 'POST', url: `${sandbox.url}/journeys` }, response: { status: 405 } },
      ),
    )
    expect(emailsOf(document)).toEqual(['held@example.com', 'zoë@exämple.com'])
    expect(summary).toMatchObject({
      journeys: 14,
      unknown_emails: [2],
      different: {},
      replaced: {},
      extra: {},
    })
  })

  it('may have several answers to one call, of which the last is taken and the rest are noted', async () => {
    const [first, last] = [await entry('getJourneys'), await entry('getJourneys')]
    first.response.content.text = '{"journeys":[]}'
    const text = Buffer.from(last.response.content.text).toString('base64')
    last.response.content = { text, encoding: 'base64' } as typeof last.response.content
    const other = { request: { method: 'GET', url: 'https://example.com/' }, response: { status: 200 } }
    const { document, notes } = await snapshotOf(har(first, other, last))
    expect(document.journeys).toHaveLength(14)
    expect(notes).toContain(
      'site.har: of 2 different answers to one call of getJourneys, the last one was taken',
    )
    expect(notes).toContain('site.har: other entries left out: 1')
  })

  it('may hold several sites, of which one is chosen', async () => {
    const other = await entry('getJourneys')
    other.request.headers = [{ name: 'X-AnnexCloud-Site', value: '17' }]
    other.response.content.text = '{"journeys":[]}'
    const files = har(other, await entry('getJourneys'))
    expect(() => readSavedAnswers(files, undefined, AT)).toThrow(/there are 17, 9991331/)
    const { document, notes } = await snapshotOf(files, noMask, SITE.site_id)
    expect(document.journeys).toHaveLength(14)
    expect(notes).toContain('answers of other sites left out: 1')
  })

  it('is masked like a live site', async () => {
    const files = har(await entry('getMemberJourneys', 'held@example.com'))
    const { document } = await snapshotOf(files, keyedMask(Buffer.from('key'), SITE.site_id))
    expect(emailsOf(document)).toEqual([expect.stringMatching(/^member-[0-9a-f]{16}@example\.com$/)])
    expect(JSON.stringify(document)).not.toContain('held@')
  })
})
