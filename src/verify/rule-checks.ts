import { isObject, type JsonObject, objectsIn } from '../contract/json.ts'
import type { RuleName } from '../contract/rules.ts'
import type { Call, Survey } from './survey.ts'

/** The answers that the rules are checked on, in any shape. */
export interface Observed {
  siteId: string
  /** A vendor timestamp. */
  now: string
  survey: Survey
  /** The journeys in the list, and the answers of `getJourney`. */
  listed: JsonObject[]
  journeys: JsonObject[]
  /** The participations of each member, by each operation. */
  userJourneys: JsonObject[][]
  memberJourneys: JsonObject[][]
}

const bodiesOf = (calls: Call[]): JsonObject[] => calls.map(({ answer }) => answer?.json).filter(isObject)
const instancesOf = (calls: Call[]): JsonObject[][] =>
  bodiesOf(calls).flatMap(({ journeys }) => (Array.isArray(journeys) ? [objectsIn(journeys)] : []))

export function observedIn(survey: Survey, siteId: string, now: string): Observed {
  const of = (operation: Call['operation']) =>
    survey.reads.filter(call => call.operation === operation && call.answer?.status === 200)
  return {
    ...{ siteId, now, survey },
    listed: instancesOf(of('getJourneys')).flat(),
    journeys: bodiesOf(of('getJourney')),
    userJourneys: instancesOf(of('getUserJourneysByEmail')),
    memberJourneys: instancesOf(of('getMemberJourneys')),
  }
}

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

const idsOf = (instances: JsonObject[] = []) => instances.map(({ id }) => String(id)).sort()
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
  'email-case': ({ survey: { otherCase } }) => {
    if (!otherCase) return []
    const [original, asked] = [otherCase.original, otherCase.asked].map(call => instancesOf([call])[0])
    return [otherCase.asked.answer?.status === 200 && sameInstances(original, asked)]
  },
  'no-journeys': ({ survey: { withoutJourneys }, userJourneys, memberJourneys }) => [
    ...[...userJourneys, ...memberJourneys].filter(instances => instances.length === 0).map(() => true),
    ...withoutJourneys.flatMap(({ answer }) => (answer && answer.status !== 200 ? [false] : [])),
  ],
}
