import { randomUUID } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'
import { addDuration } from '../clock.ts'
import { Email, OneOf, Uuid } from '../contract/formats.ts'
import { OUTCOME_TYPES, STEP_TYPES } from '../contract/journey.ts'
import type { MemberStatus } from '../contract/records.ts'
import { Invalid } from '../errors.ts'
import type { SeedJourney, SeedMember, SeedParticipation } from '../seed/schema.ts'
import { suggest } from '../seed/suggest.ts'
import type { SiteStore } from '../store/store.ts'
import { inOneStep, longWrite } from '../store/turns.ts'
import type { Content } from './content.ts'
import type { FaultRule } from './fault-rule.ts'
import type { Faults } from './faults.ts'
import type { SnapshotSteps } from './snapshots.ts'

/** What a state is about; a consumer's own parameters are ignored. */
const StateParams = Type.Object(
  {
    site_id: Type.Optional(Type.String({ description: 'The site (the first one)' })),
    email: Type.Optional(Email({ description: 'The email of the member (generated)' })),
    journey_id: Type.Optional(Uuid({ description: 'The id of the journey (generated)' })),
  },
  { title: 'StateParams', description: 'What a state is about' },
)
type StateParams = Static<typeof StateParams>

/** What the state is about, for the consumer's requests. */
export type StateValues = Record<string, string>

/** What a state changes. */
interface SiteParts {
  readonly store: SiteStore
  readonly content: Content
  readonly faults: Faults
  now(): string
}

interface Site extends SiteParts, Omit<SnapshotSteps, 'snapshots'> {
  readonly site_id: string
}

type SetUp = (site: SiteParts, params: StateParams) => StateValues

/** The states that a Pact consumer can name: each is set up on top of what the site holds. */
const states: Record<string, SetUp> = {
  'a journey': (site, params) => ({ journey_id: journeyFor(site, params).id }),
  'no such journey': (site, { journey_id = randomUUID() }) => {
    if (site.store.journey(journey_id)) site.content.removeJourney(journey_id)
    return { journey_id }
  },
  'no such member': (site, { email = newEmail() }) => {
    if (site.store.member(email)) site.content.removeMember(email)
    return { email }
  },
  'a member without journeys': member(() => ({ participations: [] })),
  'a blocked member': member(() => ({ status: 'blocked' })),
  'a member who has opted out': member(() => ({ status: 'opted_out' })),
  'a member who has just started a journey': participant(() => ({ progress_percentage: '0.0' })),
  'a member midway through a journey': participant(({ first, ago }) => ({
    progress_percentage: '50.0',
    events: [{ node_id: first, completed_at: ago('P1D') }],
  })),
  'a member who completed a journey': participant(({ first, last, ago }) => ({
    progress_percentage: '100.0',
    completed_at: ago('PT1H'),
    events: [
      { node_id: first, completed_at: ago('P1D') },
      { node_id: last, completed_at: ago('PT1H') },
    ],
  })),
  'a member with an expired journey': participant(({ ago }) => ({
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

/** Pact's call to set a state up or tear it down. An interaction without a state sends an empty one. */
export const StateChange = Type.Object(
  {
    consumer: Type.Optional(Type.String({ description: 'Ignored' })),
    state: OneOf(['', ...STATE_NAMES], { description: 'The name of the state; empty for none' }),
    params: Type.Optional(Type.Union([StateParams, Type.Null()])),
    action: Type.Optional(OneOf(['setup', 'teardown'], { description: 'What to do (setup)' })),
  },
  {
    title: 'StateChange',
    description: "Pact's call to change the state of the provider",
    examples: [
      { state: 'a member midway through a journey', params: { email: 'maren@example.com' }, action: 'setup' },
    ],
  },
)

/**
 * Sets a state up, on top of those that are set up already. The first one takes a snapshot of the site. An empty name
 * changes nothing. @throws {Invalid} when there is no state of this name
 */
export async function setUpState(site: Site, state: string, params: StateParams): Promise<StateValues> {
  if (state === '') return {}
  const setUp = Object.hasOwn(states, state) ? states[state] : undefined
  if (!setUp)
    throw new Invalid(
      `there is no state "${state}"; choose one of ${STATE_NAMES.map(name => `"${name}"`).join(', ')}`,
    )
  const write = longWrite(site.store, function* () {
    yield* site.keepState()
    return { site_id: site.site_id, ...setUp(site, params) }
  })
  return write.inTurns()
}

/** What `site.member(email).has(…)` can give a member, and the state of Pact that is the same. */
const MEMBER_STATES = {
  'no journeys': 'a member without journeys',
  'a journey just started': 'a member who has just started a journey',
  'a journey midway': 'a member midway through a journey',
  'a completed journey': 'a member who completed a journey',
  'an expired journey': 'a member with an expired journey',
  'a held reward': 'a member with a held reward',
  'a blocked reward': 'a member with a blocked reward',
  'an issued reward': 'a member with an issued reward',
} as const
export type MemberState = keyof typeof MEMBER_STATES

/**
 * Puts a member into a state, on top of what the site holds. @returns what the state is about, such as `journey_id`
 * @throws {Invalid} when there is no such state, or the journey does not suit it
 */
export function giveMember(site: SiteParts, state: MemberState, params: StateParams): StateValues {
  const known = Object.hasOwn(MEMBER_STATES, state) ? MEMBER_STATES[state] : undefined
  if (known === undefined)
    throw new Invalid(`a member cannot have "${state}"; ${suggest(state, Object.keys(MEMBER_STATES))}`)
  return site.store.atomically(() => (states[known] as SetUp)(site, params))
}

/** Returns to the snapshot from before the first state. Further calls change nothing. */
export async function tearDownStates(site: Site): Promise<void> {
  await longWrite(site.store, () => inOneStep(site.returnToState)).inTurns()
}

const newEmail = (): string => `member-${randomUUID().slice(0, 8)}@example.com`

/** A member, who keeps what other states have set up. */
function member(
  change: (present: Partial<SeedMember>) => Partial<SeedMember> & { status?: MemberStatus },
): SetUp {
  return (site, { email = newEmail() }) => {
    const present = site.store.member(email) ? site.content.member(email) : {}
    site.content.putMember(email, { ...present, ...change(present) })
    return { email }
  }
}

/** The nodes and times of a participation. */
interface Scene {
  /** The first and the last step of the journey, and its first reward. */
  first: string
  last: string
  reward: string
  /** The site's time less, or plus, an ISO 8601 duration. */
  ago(duration: string): string
  ahead(duration: string): string
}

/** A member in a journey; another participation in the same journey is replaced. */
function participant(
  stage: (scene: Scene) => Partial<SeedParticipation> & Pick<SeedParticipation, 'progress_percentage'>,
): SetUp {
  return (site, params) => {
    const journey = journeyFor(site, params)
    const scene = sceneOf(journey, site.now())
    const participation: SeedParticipation = {
      id: randomUUID(),
      journey_id: journey.id,
      started_at: scene.ago('P2D'),
      ...stage(scene),
    }
    const put = member(({ participations = [] }) => ({
      participations: [
        ...participations.filter(({ journey_id }) => journey_id !== journey.id),
        participation,
      ],
    }))
    return { ...put(site, params), journey_id: journey.id, participation_id: participation.id }
  }
}

function rewarded(facts: (scene: Scene) => Record<string, string>): SetUp {
  return participant(scene => ({
    progress_percentage: '50.0',
    events: [{ node_id: scene.first, completed_at: scene.ago('P1D') }],
    rewards: [{ node_id: scene.reward, ...facts(scene) }],
  }))
}

function faulty(rule: FaultRule): SetUp {
  return site => ({ fault_id: site.faults.add(rule).id })
}

function sceneOf({ id, nodes }: SeedJourney, now: string): Scene {
  const steps = nodes.filter(({ type }) => STEP_TYPES.includes(type)).map(node => node.id)
  const [first, last] = [steps[0], steps.at(-1)]
  const reward = nodes.find(({ type }) => OUTCOME_TYPES.includes(type))?.id
  if (first === undefined || last === undefined || first === last || reward === undefined) {
    throw new Invalid(
      `the journey ${id} needs two steps and a reward for this state; leave journey_id out, or name another journey`,
    )
  }
  const at = (duration: string) => addDuration(now, duration, 'constrain')
  return { first, last, reward, ago: duration => at(`-${duration}`), ahead: at }
}

/**
 * The journey that a state is about. One that does not exist is created: a purchase earns points, held for two weeks, and
 * a review completes it.
 */
function journeyFor(site: SiteParts, { journey_id = randomUUID() }: StateParams): SeedJourney {
  if (!site.store.journey(journey_id)) site.content.putJourney(journey_id, newJourney(site.now()))
  return site.content.journey(journey_id)
}

function newJourney(now: string): Omit<SeedJourney, 'id'> {
  const id = () => randomUUID()
  const nodes: SeedJourney['nodes'] = [
    { id: id(), type: 'entry', name: 'Start' },
    { id: id(), type: 'event', name: 'Buys something', config: { event: 'purchase' } },
    {
      id: id(),
      type: 'reward',
      name: 'Points',
      config: { type: 'points', amount: 100, hold: 'P14D', blocking_events: ['return'] },
    },
    { id: id(), type: 'action', name: 'Writes a review', config: { event: 'review_written' } },
    { id: id(), type: 'exit', name: 'Done' },
  ]
  const connections = nodes.slice(1).map((node, i) => ({
    id: id(),
    source_node_id: nodes[i]?.id as string,
    target_node_id: node.id,
  }))
  const publish_at = addDuration(now, '-P30D', 'constrain')
  return { name: 'Buy and review', status: 'Published', publish_at, nodes, connections }
}
