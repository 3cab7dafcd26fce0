import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'

// The tests' clock is frozen at 2025-06-01T12:00:00.
const PAST = '2025-05-01T00:00:00.000000'
const FUTURE = '2025-07-01T00:00:00.000000'
const started_at = '2025-01-15T10:33:32.500861'

const { event, reward } = nodesOf(1)
const completed = { node_id: event, completed_at: '2025-01-16T08:00:00.000001' }
const withReward = (n: number, facts: object) =>
  participationOf(n, 1, {
    progress_percentage: '50.0',
    events: [completed],
    rewards: [{ node_id: reward, ...facts }],
  })

const seed = seedOf({
  journeys: [
    journeyOf(2, { created_at: '2025-01-02T00:00:00.000000', name: 'Second' }),
    journeyOf(3, { created_at: '2025-01-02T00:00:00.000000', name: 'Same moment, later id' }),
    journeyOf(1, {
      created_at: '2025-01-01T00:00:00.000000',
      description: 'The first',
      publish_at: '2025-01-01T00:00:00.000002',
      open_ended: false,
      created_by: 'someone',
    }),
    journeyOf(4, { created_at: '2025-01-04T00:00:00.000000', name: 'Over', end_date: PAST }),
  ],
  members: [
    memberOf('Ann@Example.com', participationOf(9001, 1)),
    memberOf('none@example.com'),
    memberOf('held@example.com', withReward(9002, { hold_start_datetime: PAST, hold_end_datetime: FUTURE })),
    memberOf(
      'issued@example.com',
      withReward(9003, { hold_start_datetime: started_at, hold_end_datetime: PAST }),
    ),
    memberOf('blocked@example.com', withReward(9004, { blocked_by: 'return', blocked_at: PAST })),
    memberOf('over@example.com', participationOf(9005, 4, { progress_percentage: '33.3' })),
    memberOf(
      'done@example.com',
      participationOf(9006, 4, { progress_percentage: '100.0', completed_at: started_at }),
    ),
    memberOf('zoë+x@exämple.com', participationOf(9007, 1)),
  ],
})
const other = seedOf({
  site: { ...SITE, site_id: '1111111', secret: 'another' },
  journeys: [journeyOf(7)],
  members: [],
})

let sandbox: Awaited<ReturnType<typeof testApp>>
beforeAll(async () => {
  sandbox = await testApp({ seeds: [seed, other] })
})
afterAll(() => sandbox.close())

/** Calls as the client of the site would; `identifier` is what the token is bound to. */
const call = (path: string, identifier: string, method: 'GET' | 'HEAD' = 'GET') =>
  sandbox.app.inject({ method, url: `/api/3.0${path}`, headers: headersOf(jwt(goodClaims(identifier))) })
const member = (email: string) => call(`/user/${encodeURIComponent(email)}/journeys`, email)
const userJourneys = (email: string) => call(`/user_journeys/${encodeURIComponent(email)}`, email)

const firstSummary = {
  id: id(1),
  site_id: SITE.site_id,
  multi_template_id: '0',
  name: 'Journey 1',
  description: 'The first',
  publish_at: '2025-01-01T00:00:00.000002',
  open_ended: false,
  status: 'Published',
  expired_at: null,
  start_date: null,
  end_date: null,
  created_at: '2025-01-01T00:00:00.000000',
  updated_at: '2025-01-01T00:00:00.000000',
  created_by: 'someone',
}

describe('GET /journeys', () => {
  test('lists the journeys of the site whole, by creation and then id', async () => {
    const response = await call('/journeys', '')
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    const { journeys } = response.json()
    expect(journeys.map((journey: { id: string }) => journey.id)).toEqual([id(1), id(2), id(3), id(4)])
    expect(journeys[0]).toEqual(firstSummary)
  })

  test('shows when a journey ended, and leaves its status alone', async () => {
    const { journeys } = (await call('/journeys', '')).json()
    expect(journeys[3]).toMatchObject({ status: 'Published', end_date: PAST, expired_at: PAST })
  })
})

describe('GET /journeys/{journey_id}', () => {
  test('gives the journey with its nodes and connections', async () => {
    const response = await call(`/journeys/${id(1)}`, id(1))
    expect(response.statusCode).toBe(200)
    const { nodes, connections, ...summary } = response.json()
    expect(summary).toEqual(firstSummary)
    expect(nodes).toHaveLength(3)
    expect(nodes[0]).toEqual({
      id: nodesOf(1).entry,
      journey_id: id(1),
      type: 'entry',
      name: 'Joins',
      config: {},
      position: { x: 0, y: 0 },
    })
    expect(connections[0]).toEqual({
      id: id(150),
      journey_id: id(1),
      source_node_id: nodesOf(1).entry,
      target_node_id: event,
      condition: null,
    })
  })

  test.each([
    ['an unknown journey', id(999)],
    ["another site's journey", id(7)],
  ])('does not find %s', async (_name, journeyId) => {
    const response = await call(`/journeys/${journeyId}`, journeyId)
    expect(response.statusCode).toBe(404)
    expect(response.json().errorCode).toBe('AC1005')
  })

  test('finds an id in upper case', async () => {
    const seeded = 'DE04A64D-DC40-445F-8351-3DDE7567D5C8'
    const journeys = [journeyOf(1, { id: seeded.toLowerCase() })]
    await using own = await testApp({ seeds: [seedOf({ journeys, members: [] })] })
    const headers = headersOf(jwt(goodClaims(seeded)))
    const response = await own.app.inject({ url: `/api/3.0/journeys/${seeded}`, headers })
    expect(response.json().id).toBe(seeded.toLowerCase())
  })

  test.each(['1', 'not-a-uuid', `${id(1)}0`, `{${id(1)}}`, 'de04a64d-dc40-445f-8351-3dde7567d5cg', ' '])(
    'refuses the malformed id "%s"',
    async journeyId => {
      const response = await call(`/journeys/${encodeURIComponent(journeyId)}`, journeyId)
      expect(response.statusCode).toBe(400)
      expect(response.json().errorCode).toBe('AC1007')
      expect(response.headers['x-sandbox-explain']).toContain('journey: ')
    },
  )
})

describe('GET /user_journeys/{email_id}', () => {
  test('gives the instances with the journey of each, open_ended as a boolean', async () => {
    const response = await userJourneys('ann@example.com')
    expect(response.statusCode).toBe(200)
    expect(response.json()).toEqual({
      journeys: [
        {
          id: id(9001),
          name: 'Journey 1',
          site_id: SITE.site_id,
          journey_id: id(1),
          description: 'The first',
          open_ended: false,
          started_at,
          status: 'InProgress',
          progress_percentage: '0.0',
          expired_at: null,
          completed_at: null,
          created_at: started_at,
          updated_at: started_at,
        },
      ],
    })
  })

  test('shows a finished one as completed though its journey is over', async () => {
    const [journey] = (await userJourneys('done@example.com')).json().journeys
    expect(journey).toMatchObject({ status: 'Completed', completed_at: started_at, expired_at: null })
    expect(journey.progress_percentage).toBe('100.0')
  })
})

describe('GET /user/{email_id}/journeys', () => {
  test('gives the instances with events and rewards, open_ended as a string', async () => {
    const response = await member('ann@example.com')
    expect(response.statusCode).toBe(200)
    expect(response.json()).toEqual({
      journeys: [
        {
          id: id(9001),
          name: 'Journey 1',
          description: 'The first',
          open_ended: 'false',
          started_at,
          expired_at: null,
          status: 'InProgress',
          progress_percentage: '0.0',
          created_at: started_at,
          updated_at: started_at,
          events: [],
          rewards: [],
        },
      ],
    })
  })

  test('shows what the member has done', async () => {
    const [journey] = (await member('held@example.com')).json().journeys
    expect(journey.events).toEqual([{ ...completed, name: 'Buys', type: 'event', status: 'Completed' }])
    expect(journey.updated_at).toBe(PAST)
  })

  const granted = { node_id: reward, name: 'Points', type: 'reward' }
  test.each([
    [
      'held, with the two hold keys',
      'held@example.com',
      { status: 'held', hold_start_datetime: PAST, hold_end_datetime: FUTURE },
    ],
    [
      'blocked, without them',
      'blocked@example.com',
      { status: 'blocked', blocked_by: 'return', blocked_at: PAST },
    ],
    ['issued once its hold is over, with none of the four', 'issued@example.com', { status: 'issued' }],
  ])('shows a reward as %s', async (_name, email, expected) => {
    const [journey] = (await member(email)).json().journeys
    expect(journey.rewards).toEqual([{ ...granted, ...expected }])
  })

  test('shows what was open when its journey ended as expired, its progress kept', async () => {
    const [journey] = (await member('over@example.com')).json().journeys
    expect(journey).toMatchObject({ status: 'Expired', expired_at: PAST, progress_percentage: '33.3' })
  })
})

describe('the email', () => {
  test.each([
    ['without regard to case', 'ANN@example.COM'],
    ['beyond ASCII', 'zoë+x@exämple.com'],
    ['beyond ASCII without regard to case', 'ZOË+x@EXÄMPLE.com'],
  ])('is matched %s', async (_name, email) => {
    expect((await member(email)).json().journeys).toHaveLength(1)
    expect((await userJourneys(email)).json().journeys).toHaveLength(1)
  })

  test('need not be percent-encoded', async () => {
    expect((await call('/user/ann@example.com/journeys', 'ann@example.com')).statusCode).toBe(200)
  })

  test('may be of a member without journeys', async () => {
    for (const response of [await member('none@example.com'), await userJourneys('none@example.com')]) {
      expect(response.statusCode).toBe(200)
      expect(response.body).toBe('{"journeys":[]}')
    }
  })

  test('is not found when no one has it', async () => {
    for (const response of [await member('who@example.com'), await userJourneys('who@example.com')]) {
      expect(response.statusCode).toBe(404)
      expect(response.json().errorCode).toBe('AC1005')
    }
  })

  test.each([
    'ann',
    'ann@',
    '@example.com',
    'ann@example',
    'a b@example.com',
    'a@b@example.com',
    'ann@.com',
    `${'a'.repeat(320)}@example.com`,
  ])('is refused when it is "%s"', async email => {
    for (const response of [await member(email), await userJourneys(email)]) {
      expect(response.statusCode).toBe(400)
      expect(response.json().errorCode).toBe('AC1007')
    }
  })
})

test('an empty email is malformed, and a missing one is another path', async () => {
  expect((await member('')).statusCode).toBe(400)
  expect((await userJourneys('')).statusCode).toBe(404)
})

test('a slash in the query does not matter', async () => {
  expect((await call('/journeys?next=/', '')).statusCode).toBe(200)
})

test('HEAD answers as GET does, without the body', async () => {
  const head = await call('/journeys', '', 'HEAD')
  const get = await call('/journeys', '')
  expect(head.statusCode).toBe(200)
  expect(head.body).toBe('')
  expect(head.headers['content-length']).toBe(get.headers['content-length'])
})

test('a Content-Type on a GET, whatever it is, is no reason to refuse it', async () => {
  for (const type of ['application/json', 'text/plain', 'nonsense']) {
    const headers = { ...headersOf(jwt(goodClaims(''))), 'content-type': type }
    expect((await sandbox.app.inject({ url: '/api/3.0/journeys', headers })).statusCode).toBe(200)
  }
})

test('with authentication off the site comes from the header, or is the first one', async () => {
  await using open = await testApp({ seeds: [seed, other], config: { auth: 'off' } })
  const ids = async (headers: Record<string, string>) => {
    const response = await open.app.inject({ url: '/api/3.0/journeys', headers })
    return response.json().journeys?.map((journey: { id: string }) => journey.id) ?? response.statusCode
  }
  expect(await ids({})).toHaveLength(4)
  expect(await ids({ 'x-annexcloud-site': '1111111' })).toEqual([id(7)])
  expect(await ids({ 'x-annexcloud-site': '2222222' })).toBe(401)
})
