import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frozenClock } from '../../src/clock.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { NOW } from '../support/app.ts'
import { id } from '../support/seeds.ts'
import { serverOf } from '../support/server.ts'
import { type Body, type Change, liveServer } from './live-server.ts'
import { taken } from './snapshots.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ clock: frozenClock(NOW), logLevel: 'silent' })
})
afterAll(() => sandbox.close())

const EMAILS = ['held@example.com', 'ann@example.com']

async function snapshotOf(change: Change, emails = EMAILS) {
  await using server = await serverOf(liveServer(sandbox, change))
  return await taken(`${server.url}/api/3.0`, emails)
}

const isList = (path: string) => path.endsWith('/3.0/journeys')
const isJourney = (path: string) => path.includes('/3.0/journeys/')
const isOfUser = (path: string) => path.includes('/user_journeys/')
const isOfMember = (path: string) => path.includes('/user/')

/** Changes each journey, in the list and alone. */
const eachJourney = (change: (journey: Body) => Body) => (body: Body, path: string) => {
  if (isList(path)) return { journeys: body.journeys.map(change) }
  return isJourney(path) ? change(body) : body
}

/** Changes each participation, by either operation. */
const eachParticipation =
  (change: (participation: Body, path: string) => Body) => (body: Body, path: string) =>
    isOfUser(path) || isOfMember(path)
      ? { journeys: body.journeys.map((one: Body) => change(one, path)) }
      : body

const eachNode = (change: (node: Body) => Body) => (body: Body, path: string) =>
  isJourney(path) ? { ...body, nodes: body.nodes.map(change) } : body

const counted = (count = expect.any(Number)) => count

describe('An answer that differs from the sandbox is served unchanged:', () => {
  it.each<[string, Change, replaced: object, extra: object]>([
    [
      'properties around and in the lists',
      {
        body: (body, path) => {
          if (isList(path)) return { ...body, total: 14, next: null }
          if (isOfUser(path) || isOfMember(path)) return { ...body, total: 1 }
          return { ...body }
        },
      },
      {},
      { 'site total': 1, 'site next': 1, 'member total': 2 },
    ],
    [
      'properties of every object',
      {
        body: (body, path) => {
          if (isJourney(path)) {
            const nodes = body.nodes.map((node: Body) => ({ ...node, colour: 'red' }))
            return {
              ...body,
              nodes,
              connections: body.connections.map((one: Body) => ({ ...one, weight: 1 })),
            }
          }
          if (!isOfMember(path)) return body
          const more = (list: Body) => list.map((one: Body) => ({ ...one, points: 5 }))
          const journeys = body.journeys.map((one: Body) => ({
            ...one,
            events: more(one.events),
            rewards: more(one.rewards),
          }))
          return { journeys }
        },
      },
      {},
      {
        'node colour': counted(),
        'connection weight': counted(),
        'event points': counted(),
        'reward points': counted(),
      },
    ],
    [
      'an unknown status of journeys',
      { body: eachJourney(journey => ({ ...journey, status: 'Paused' })) },
      { 'journey status': 14 },
      {},
    ],
    [
      'nodes of an unknown type, with settings of their own',
      {
        body: eachNode(node =>
          node.type === 'event' ? { ...node, type: 'teleport', config: { to: 'Mars' } } : node,
        ),
      },
      { 'node type': counted(), 'node config': counted(), 'event type': counted() },
      {},
    ],
    [
      'a graph of another kind, which is not in the list',
      {
        body: (body, path) =>
          isJourney(path) ? { ...body, nodes: [{ node: 1 }, 7], connections: [{ from: 1, to: 1 }] } : body,
      },
      {
        'journey nodes': 14,
        'journey connections': 14,
        'participation events': 1,
        'participation rewards': 1,
      },
      {},
    ],
    [
      'journeys in another order',
      { body: (body, path) => (isList(path) ? { journeys: body.journeys.toReversed() } : body) },
      { 'journey created_at': 14 },
      {},
    ],
    [
      'a boolean where the contract has a string',
      { body: eachParticipation(one => ({ ...one, open_ended: true })) },
      { 'participation open_ended': counted() },
      {},
    ],
    [
      'a progress and times that no participation has',
      {
        body: eachParticipation(one => ({
          ...one,
          progress_percentage: { toString: 0 },
          started_at: 'yesterday',
          expired_at: '2025-02-31T00:00:00.000000',
        })),
      },
      {
        'participation progress_percentage': 2,
        'participation started_at': 2,
        'participation expired_at': 2,
      },
      {},
    ],
    [
      'events and rewards at nodes that are not in the graph',
      {
        body: eachParticipation((one, path) =>
          isOfMember(path)
            ? { ...one, events: [{ node_id: id(99) }, 'text'], rewards: [{ points: 10 }] }
            : one,
        ),
      },
      { 'participation events': 2, 'participation rewards': 2 },
      {},
    ],
  ])('%s', async (_what, change, replaced, extra) => {
    const { summary } = await snapshotOf(change)
    expect(summary).toMatchObject({ replaced, extra, different: {} })
    expect(Object.keys(summary.replaced).sort()).toEqual(Object.keys(replaced).sort())
    expect(Object.keys(summary.extra).sort()).toEqual(Object.keys(extra).sort())
  })
})

describe('A difference that a seed cannot hold is reported:', () => {
  it.each<[string, Change, different: object]>([
    [
      'a property that is missing',
      { body: (body, path) => (isJourney(path) ? { ...body, created_by: undefined } : body) },
      { 'getJourney created_by, which the site does not answer': 14 },
    ],
    [
      'a value on which the operations differ',
      { body: eachParticipation((one, path) => (isOfUser(path) ? { ...one, status: 'Paused' } : one)) },
      { 'getUserJourneysByEmail journeys[].status': 2 },
    ],
    [
      'a member whom one operation does not know',
      {
        body: (body, path) => (isOfUser(path) ? { errorCode: 'AC1005' } : body),
        status: (status, path) => (isOfUser(path) ? 404 : status),
      },
      { 'getUserJourneysByEmail 404, not 200': 2 },
    ],
    [
      'a journey that is listed and not found',
      {
        body: (body, path) => (isJourney(path) ? { errorCode: 'AC1005' } : body),
        status: (status, path) => (isJourney(path) ? 404 : status),
      },
      { 'getJourney 404, not 200': 14 },
    ],
    [
      'a journey that is not listed',
      { body: (body, path) => (isList(path) ? { journeys: [] } : body) },
      { 'getJourneys journeys': 1 },
    ],
    [
      'a list that is not wrapped',
      { body: (body, path) => (isList(path) ? body.journeys : body) },
      { getJourneys: 1 },
    ],
    [
      'no list',
      { body: (body, path) => (isOfMember(path) ? {} : body) },
      { 'getMemberJourneys journeys, which the site does not answer': 2 },
    ],
  ])('%s', async (_what, change, different) => {
    const { summary } = await snapshotOf(change)
    expect(summary.different).toEqual(different)
  })

  it('journeys whose ids are not UUIDs', async () => {
    const change = { body: eachJourney(journey => ({ ...journey, id: journey.id.slice(0, 8) })) }
    const { document } = await snapshotOf(change, [])
    expect(document.journeys.every(({ extra }) => /^[0-9a-f]{8}$/.test(String(extra?.id)))).toBe(true)
  })
})

it('A member who is blocked or opted out is captured with this status', async () => {
  const codes: Record<string, string> = { blocked: 'AC1008', new: 'AC1009', nobody: 'AC1005' }
  const codeOf = (path: string) => Object.entries(codes).find(([name]) => path.includes(`/${name}%40`))?.[1]
  const change: Change = {
    body: (body, path) => (codeOf(path) ? { errorCode: codeOf(path), errorMessage: '' } : body),
    status: (status, path) => (codeOf(path) ? (codeOf(path) === 'AC1005' ? 404 : 400) : status),
  }
  const names = ['held', 'blocked', 'new', 'nobody']
  const emails = names.map(name => `${name}@example.com`)
  const { document, summary } = await snapshotOf(change, emails)
  expect(document.members.map(({ email, status }) => [email, status])).toEqual([
    ['held@example.com', undefined],
    ['blocked@example.com', 'blocked'],
    ['new@example.com', 'opted_out'],
  ])
  expect(summary).toMatchObject({ unknown_emails: [3], refused: { blocked: 1, opted_out: 1 } })
})

it('A number that JavaScript cannot represent exactly is reported, with its path', async () => {
  await using server = await serverOf(async (request, response) => {
    const live = liveServer(sandbox)
    if (!isOfMember(request.url ?? '')) return live(request, response)
    const rewards = '[{"points":9007199254740993,"ratio":0.1,"cost":1.50,"big":1e400}]'
    response
      .writeHead(200)
      .end(`{"total":12345678901234567890,"journeys":[{"id":"${id(9)}","rewards":${rewards}}]}`)
  })
  const { summary } = await taken(`${server.url}/api/3.0`, ['ann@example.com'])
  expect(summary.rounded).toEqual([
    'getMemberJourneys of member 1 /total',
    'getMemberJourneys of member 1 /journeys/0/rewards/0/points',
    'getMemberJourneys of member 1 /journeys/0/rewards/0/big',
  ])
  expect(JSON.stringify(summary)).not.toContain('9007199254740993')
})

describe('A server that does not answer ends the snapshot with one line, without an email:', () => {
  it.each([
    [
      401,
      { errorCode: 'AC1002', errorMessage: 'no' },
      /answered getJourneys with 401 AC1002; check the secret/,
    ],
    [404, {}, /answered getJourneys with 404; check the base URL/],
    [500, 'oops', /answered getJourneys with 500$/],
    [200, 'oops', /answered getJourneys with 200, but not with JSON/],
  ])('%i %j', async (status, body, message) => {
    await using server = await serverOf((_request, response) => {
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    await expect(taken(server.url, EMAILS)).rejects.toThrow(message)
  })
})
