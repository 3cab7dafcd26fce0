import { randomUUID } from 'node:crypto'
import { addDuration } from '../clock.ts'
import { Invalid } from '../errors.ts'
import type { SeedJourney, SeedParticipation } from '../seed/schema.ts'
import type { FaultRule } from './fault-rule.ts'
import type { Site } from './site.ts'
import { BEFORE_STATES } from './snapshots.ts'

/** What a state is made for; whatever is left out is made up. */
export interface StateParams {
  email?: string
  journey_id?: string
}

/** What was made up, for the consumer's requests to use. */
export type StateValues = Record<string, string>

type SetUp = (site: Site, params: StateParams) => StateValues

/** The states a Pact consumer can name: each is set up on a site on top of what is there. */
const states: Record<string, SetUp> = {
  'a journey': (site, params) => ({ journey_id: putJourney(site, params).id }),
  'no such journey': (site, { journey_id = randomUUID() }) => {
    if (site.store.journey(journey_id)) site.content.removeJourney(journey_id)
    return { journey_id }
  },
  'no such member': (site, { email = madeUpEmail() }) => {
    if (site.store.member(email)) site.content.removeMember(email)
    return { email }
  },
  'a member without journeys': (site, { email = madeUpEmail() }) => {
    site.content.putMember(email, {})
    return { email }
  },
  'a member who has just started a journey': member(() => ({ progress_percentage: '0.0' })),
  'a member midway through a journey': member(({ event, ago }) => ({
    progress_percentage: '50.0',
    events: [{ node_id: event, completed_at: ago('P1D') }],
  })),
  'a member who completed a journey': member(({ event, action, ago }) => ({
    progress_percentage: '100.0',
    completed_at: ago('PT1H'),
    events: [
      { node_id: event, completed_at: ago('P1D') },
      { node_id: action, completed_at: ago('PT1H') },
    ],
  })),
  'a member with an expired journey': member(({ ago }) => ({
    progress_percentage: '0.0',
    expired_at: ago('PT1H'),
  })),
  'a member with a held reward': rewarded(({ ago, ahead }) => ({
    hold_start_datetime: ago('P1D'),
    hold_end_datetime: ahead('P13D'),
  })),
  'a member with a blocked reward': rewarded(({ ago }) => ({
    blocked_by: 'return',
    blocked_at: ago('PT1H'),
  })),
  'a member with an issued reward': rewarded(() => ({})),
  'the API is down': faulty({ fault: { kind: 'status', status: 503 } }),
  'the API limits the rate': faulty({
    fault: { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
  }),
  'the API is slow': faulty({ fault: { kind: 'delay', ms: 2000 } }),
}

export const STATE_NAMES = Object.keys(states)

/** Brings a state about. The first one remembers what was there before. @throws {Invalid} when it has no such name */
export function setUpState(site: Site, state: string, params: StateParams): StateValues {
  const setUp = Object.hasOwn(states, state) ? states[state] : undefined
  if (!setUp)
    throw new Invalid(
      `there is no state "${state}"; there are ${STATE_NAMES.map(name => `"${name}"`).join(', ')}`,
    )
  if (!isSetUp(site)) site.snapshots.take(BEFORE_STATES)
  return { site_id: site.site_id, ...setUp(site, params) }
}

/** Brings back what was there before the first state. Further calls change nothing. */
export function tearDownStates(site: Site): void {
  if (!isSetUp(site)) return
  site.snapshots.restore(BEFORE_STATES)
  site.snapshots.remove(BEFORE_STATES)
}

const isSetUp = (site: Site): boolean => site.snapshots.list().some(({ name }) => name === BEFORE_STATES)

const madeUpEmail = (): string => `member-${randomUUID().slice(0, 8)}@example.com`

interface Scene {
  event: string
  action: string
  reward: string
  /** The site's time less, or plus, an ISO 8601 duration. */
  ago(duration: string): string
  ahead(duration: string): string
}

function member(
  stage: (scene: Scene) => Partial<SeedParticipation> & Pick<SeedParticipation, 'progress_percentage'>,
): SetUp {
  return (site, { email = madeUpEmail(), ...params }) => {
    const journey = putJourney(site, params)
    const [, event, reward, action] = journey.nodes.map(node => node.id) as [string, string, string, string]
    const now = site.now()
    const at = (duration: string) => addDuration(now, duration, 'constrain')
    const scene: Scene = { event, action, reward, ago: duration => at(`-${duration}`), ahead: at }
    const id = randomUUID()
    const started_at = scene.ago('P2D')
    site.content.putMember(email, {
      participations: [{ id, journey_id: journey.id, started_at, ...stage(scene) }],
    })
    return { email, journey_id: journey.id, participation_id: id }
  }
}

function rewarded(facts: (scene: Scene) => Record<string, string>): SetUp {
  return member(scene => ({
    progress_percentage: '50.0',
    events: [{ node_id: scene.event, completed_at: scene.ago('P1D') }],
    rewards: [{ node_id: scene.reward, ...facts(scene) }],
  }))
}

function faulty(rule: FaultRule): SetUp {
  return site => ({ fault_id: site.faults.add(rule).id })
}

/** A purchase earns points, held for two weeks; a review completes it. */
function putJourney(site: Site, { journey_id = randomUUID() }: StateParams): SeedJourney {
  const [entry, event, reward, action, exit] = Array.from({ length: 5 }, () => randomUUID()) as [
    string,
    ...string[],
  ]
  const nodes = [
    { id: entry, type: 'entry', name: 'Start', config: {} },
    { id: event, type: 'event', name: 'Buys something', config: { event: 'purchase' } },
    {
      id: reward,
      type: 'reward',
      name: 'Points',
      config: { type: 'points', amount: 100, hold: 'P14D', blocking_events: ['return'] },
    },
    { id: action, type: 'action', name: 'Writes a review', config: { event: 'review_written' } },
    { id: exit, type: 'exit', name: 'Done', config: {} },
  ]
  const connections = nodes.slice(1).map(({ id }, i) => ({
    id: randomUUID(),
    source_node_id: nodes[i]?.id,
    target_node_id: id,
  }))
  const publish_at = addDuration(site.now(), '-P30D', 'constrain')
  const name = 'Buy and review'
  site.content.putJourney(journey_id, {
    id: journey_id,
    name,
    status: 'Published',
    publish_at,
    nodes,
    connections,
  })
  return site.content.journey(journey_id)
}
