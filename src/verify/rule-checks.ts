import { isObject, type JsonObject, objectsIn, toText } from '../contract/json.ts'
import { OPERATION_IDS, type OperationId } from '../contract/operations.ts'
import type { RuleName } from '../contract/rules.ts'
import type { Call, Survey } from './survey.ts'

/** What a server answered, in the shapes that the facts are checked on. */
export interface Observed {
  siteId: string
  /** A vendor timestamp. */
  now: string
  survey: Survey
  /** The bodies of the 200s of each operation, of any shape. */
  bodies: Record<OperationId, unknown[]>
  /** The journeys in the list, and the answers of `getJourney`. */
  listed: JsonObject[]
  journeys: JsonObject[]
  /** The participations of each member, by each operation. */
  userJourneys: JsonObject[][]
  memberJourneys: JsonObject[][]
  /** The calls that were refused. */
  refused: Call[]
}

/** The journeys of each answer that has a list of them. */
const listsIn = (bodies: unknown[]): JsonObject[][] =>
  bodies.filter(isObject).flatMap(({ journeys }) => (Array.isArray(journeys) ? [objectsIn(journeys)] : []))

export function observedIn(survey: Survey, siteId: string, now: string): Observed {
  const bodiesOf = (operation: OperationId): unknown[] =>
    survey.reads
      .filter(call => call.operation === operation && isGood(call))
      .map(({ answer }) => answer?.json)
  const bodies = Object.fromEntries(OPERATION_IDS.map(id => [id, bodiesOf(id)])) as Observed['bodies']
  return {
    ...{ siteId, now, survey, bodies },
    listed: listsIn(bodies.getJourneys).flat(),
    journeys: bodies.getJourney.filter(isObject),
    userJourneys: listsIn(bodies.getUserJourneysByEmail),
    memberJourneys: listsIn(bodies.getMemberJourneys),
    refused: survey.calls.filter(({ answer }) => answer !== undefined && answer.status >= 400),
  }
}

/** Whether a call was answered with 200 and JSON. */
export const isGood = ({ answer }: Call): boolean => answer?.status === 200 && answer.json !== undefined

const HOLD_KEYS = ['hold_start_datetime', 'hold_end_datetime']
const BLOCK_KEYS = ['blocked_by', 'blocked_at']
const hasAll = (item: JsonObject, keys: string[]) => keys.every(key => Object.hasOwn(item, key))
const hasNone = (item: JsonObject, keys: string[]) => !keys.some(key => Object.hasOwn(item, key))
const isText = (value: unknown): value is string => typeof value === 'string'

const rewardsWith = ({ memberJourneys }: Observed, status: string): JsonObject[] =>
  memberJourneys
    .flat()
    .flatMap(({ rewards }) => objectsIn(rewards))
    .filter(reward => reward.status === status)

const idsOf = (instances: JsonObject[] = []) => instances.map(({ id }) => toText(id)).sort()
const sameInstances = (some: JsonObject[] | undefined, others: JsonObject[] | undefined): boolean =>
  idsOf(some).join() === idsOf(others).join()

function connectionsJoin(journey: JsonObject): boolean[] {
  const nodes = new Set(objectsIn(journey.nodes).map(({ id }) => id))
  return objectsIn(journey.connections).map(
    ({ source_node_id, target_node_id }) => nodes.has(source_node_id) && nodes.has(target_node_id),
  )
}

/** Whether each rule holds, once for each object that shows it. */
export const RULE_CHECKS: Record<RuleName, (observed: Observed) => boolean[]> = {
  'answers-json': ({ survey }) =>
    survey.reads.flatMap(({ answer }) =>
      answer?.status === 200 ? /^application\/json\b/.test(answer.headers['content-type'] ?? '') : [],
    ),
  'success-without-code': ({ survey }) =>
    survey.reads.flatMap(({ answer }) =>
      answer?.status === 200 && isObject(answer.json) ? !Object.hasOwn(answer.json, 'errorCode') : [],
    ),
  'own-site-only': ({ siteId, listed, journeys, userJourneys }) =>
    [...listed, ...journeys, ...userJourneys.flat()]
      .filter(({ site_id }) => isText(site_id))
      .map(({ site_id }) => site_id === siteId),
  'list-in-order': ({ listed }) => {
    const times = listed.map(({ created_at }) => created_at).filter(isText)
    return times.slice(1).map((time, i) => time >= (times[i] as string))
  },
  'graph-joined': ({ journeys }) => journeys.flatMap(connectionsJoin),
  'hold-keys': observed => [
    ...rewardsWith(observed, 'held').map(reward => hasAll(reward, HOLD_KEYS) && hasNone(reward, BLOCK_KEYS)),
    ...rewardsWith(observed, 'blocked').map(
      reward => hasAll(reward, BLOCK_KEYS) && hasNone(reward, HOLD_KEYS),
    ),
  ],
  'issued-reward': observed =>
    rewardsWith(observed, 'issued').map(reward => hasNone(reward, [...HOLD_KEYS, ...BLOCK_KEYS])),
  'ended-journey': ({ listed, journeys, now }) =>
    [...listed, ...journeys]
      .filter(({ end_date }) => isText(end_date) && end_date < now)
      .map(({ expired_at }) => isText(expired_at)),
  'expired-participation': ({ userJourneys, memberJourneys }) =>
    [...userJourneys, ...memberJourneys]
      .flat()
      .filter(({ status }) => status === 'Expired')
      .map(({ expired_at }) => isText(expired_at)),
  'same-instances': ({ userJourneys, memberJourneys }) =>
    userJourneys.length === memberJourneys.length
      ? userJourneys.map((instances, i) => sameInstances(instances, memberJourneys[i]))
      : [],
  // No answer shows what is missing from a list, the zone of a time, or the data of another site.
  'list-whole': () => [],
  'times-in-utc': () => [],
  'other-site': () => [],
  'email-case': ({ survey }) => {
    const [original, asked] = survey.otherCase.map(({ answer }) => answer)
    if (!asked) return []
    const [some, others] = [original, asked].map(answer => listsIn([answer?.json])[0])
    return [asked.status === 200 && sameInstances(some, others)]
  },
  'no-journeys': ({ survey: { withoutJourneys }, userJourneys, memberJourneys }) => [
    ...[...userJourneys, ...memberJourneys].filter(instances => instances.length === 0).map(() => true),
    ...withoutJourneys.flatMap(({ answer }) => (answer && answer.status !== 200 ? [false] : [])),
  ],
}
