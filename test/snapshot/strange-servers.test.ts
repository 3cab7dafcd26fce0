import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { id, SITE } from '../support/seeds.ts'
import { serverOf } from '../support/server.ts'
import { taken } from './taking.ts'

/** A server that answers as no sandbox does: the body by the path, and 404 for all other paths. */
const strange = (bodies: Record<string, unknown>) =>
  serverOf((request, response) => {
    const body = bodies[decodeURIComponent(request.url ?? '')]
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body ?? { errorCode: 'NOT_FOUND', errorMessage: 'no' }))
  })

const ANN = 'ann@example.com'
const journey = { id: id(1), name: 'One', status: 'Paused', created_at: '2025-01-15 10:33:32', points: 5 }
const other = { id: id(2), name: 'Two', status: 'Published', created_at: '2024-01-15T10:33:32.500861' }
const graph = {
  nodes: [
    { node: 1, kind: 'trigger' },
    { id: id(5), type: 'teleport', name: 'Beam', config: { to: 'Mars' } },
  ],
  connections: [{ from: 1, to: id(5) }],
}
const participation = {
  id: id(9),
  journey_id: id(3),
  name: 'Gone',
  started_at: 'yesterday',
  status: 'Paused',
}

describe('What a server answers otherwise than the sandbox would is kept as it was', () => {
  it.each<[string, Record<string, unknown>]>([
    ['no journeys', { '/journeys': { journeys: [] } }],
    [
      'properties beside the lists, and a member whom one operation does not know',
      {
        '/journeys': { total: 1, journeys: [other], next: null },
        [`/user/${ANN}/journeys`]: { journeys: [], total: 0 },
      },
    ],
    [
      'no lists where there should be some',
      {
        '/journeys': { journeys: [] },
        [`/user_journeys/${ANN}`]: {},
        [`/user/${ANN}/journeys`]: { journeys: null },
      },
    ],
    [
      'journeys of an unknown status, without most properties, in another order, with a graph of its own kind',
      {
        '/journeys': { journeys: [journey, other] },
        [`/journeys/${id(1)}`]: { ...journey, ...graph },
        [`/journeys/${id(2)}`]: { ...other, owner: null, nodes: [], connections: null },
      },
    ],
    ['a journey that is listed and cannot be had', { '/journeys': { journeys: [journey] } }],
    [
      'participations in a journey that is not listed',
      {
        '/journeys': { journeys: [] },
        [`/journeys/${id(3)}`]: { ...journey, id: id(3) },
        [`/user_journeys/${ANN}`]: { journeys: [participation] },
        [`/user/${ANN}/journeys`]: { journeys: [{ ...participation, journey_id: undefined }] },
      },
    ],
    [
      'participations in a journey that is nowhere, shown by one operation only, in no order',
      {
        '/journeys': { journeys: [] },
        [`/user_journeys/${ANN}`]: { journeys: [participation, { ...participation, id: 17 }] },
        [`/user/${ANN}/journeys`]: {
          journeys: [{ id: id(8), status: 'Completed', progress_percentage: 50 }],
        },
      },
    ],
    [
      'events and rewards at nodes that are not in the graph, or of another kind',
      {
        '/journeys': { journeys: [other] },
        [`/journeys/${id(2)}`]: { ...other, ...graph },
        [`/user_journeys/${ANN}`]: { journeys: [{ ...participation, journey_id: id(2) }] },
        [`/user/${ANN}/journeys`]: {
          journeys: [
            {
              ...participation,
              open_ended: true,
              events: [{ node_id: id(99), name: 'x', completed_at: '2025-01-15T10:33:32.500861' }, 'text', 7],
              rewards: [{ points: 10, status: 'pending' }],
            },
          ],
        },
      },
    ],
    [
      'a progress that is an object, of which no number can be made',
      {
        '/journeys': { journeys: [other] },
        [`/user/${ANN}/journeys`]: { journeys: [{ progress_percentage: { toString: 0 } }] },
      },
    ],
    [
      'a participation whose times and progress cannot be',
      {
        '/journeys': { journeys: [other] },
        [`/user_journeys/${ANN}`]: {
          journeys: [{ ...participation, journey_id: id(2), status: 'Completed' }],
        },
        [`/user/${ANN}/journeys`]: {
          journeys: [
            {
              id: id(9),
              status: 'Completed',
              progress_percentage: '12.50%',
              started_at: '2025-05-01T00:00:00.000000',
              updated_at: '2025-04-01T00:00:00.000000',
              expired_at: '2025-02-31T00:00:00.000000',
            },
          ],
        },
      },
    ],
  ])('%s', async (_what, bodies) => {
    await using server = await strange(bodies)
    const { document, summary } = await taken(server.url, [ANN, 'nobody@example.com'])
    expect(summary.otherwise).toEqual({})
    const isKnown = Object.keys(bodies).some(path => path.includes(ANN))
    expect(summary.unknown_emails).toEqual(isKnown ? [1] : [0, 1])

    await using sandbox = await startSandbox({
      seed: 'empty',
      auth: 'off',
      basePath: '/',
      logLevel: 'silent',
    })
    sandbox.removeSite(SITE.site_id)
    sandbox.createSite({ ...SITE, seed: JSON.parse(JSON.stringify(document)) })
    for (const [path, body] of Object.entries(bodies)) {
      const response = await fetch(sandbox.url + path)
      expect(await response.json()).toEqual(JSON.parse(JSON.stringify(body)))
    }
  })

  it('or said not to be', async () => {
    await using server = await strange({
      '/journeys': [{ ...other, id: 'J-1' }],
      '/journeys/J-1': { ...other, id: 'J-1' },
      [`/user/${ANN}/journeys`]: [],
    })
    const { document, summary } = await taken(server.url, [ANN])
    expect(document.journeys).toHaveLength(1)
    expect(summary.otherwise).toEqual({
      getJourneys: 1,
      getJourney: 1,
      getMemberJourneys: 1,
    })
  })
})

describe('A server that does not answer ends it in one line that names nobody:', () => {
  it.each([
    [
      401,
      { errorCode: 'UNAUTHORIZED', errorMessage: 'no' },
      /answered getJourneys with 401 UNAUTHORIZED; check/,
    ],
    [404, {}, /answered getJourneys with 404; check the base URL/],
    [500, 'oops', /answered getJourneys with 500/],
    [200, 'oops', /answered 200 with what is not JSON/],
  ])('%i %j', async (status, body, message) => {
    await using server = await serverOf((_request, response) => {
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    await expect(taken(server.url, [ANN])).rejects.toThrow(message)
  })
})
