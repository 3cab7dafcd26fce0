import { foldEmail } from '../contract/formats.ts'
import type { ParticipationStatus } from '../contract/participation.ts'
import type { ParticipationRecord, RewardRecord, StepRecord, WaitingRecord } from '../contract/records.ts'
import { type Extended, extensionOf } from '../contract/schemas.ts'
import {
  checkLabel,
  type Expansion,
  either,
  eitherOf,
  type Part,
  partsOf,
  type Readable,
  timeOf,
} from './expansion.ts'
import { labelledUuid, participationIds } from './ids.ts'
import type { Named } from './references.ts'
import type { ParticipationInput } from './schema-input.ts'

/** What is stated of a participation; what is not there follows from the rest. */
export interface StatedParticipation extends Partial<ParticipationRecord> {
  id: string
  journey_id: string
  status?: ParticipationStatus
  /** Its place in the long form. */
  place: string
}

/** A journey that a member may be in, with what participations may refer to. */
export interface KnownJourney extends Named {
  /** Finds the node that a text refers to, or says why it cannot. */
  findNode(text: string): Named | string
  /** Whether every node is there, so that what is none of them is none. */
  areNodesKnown: boolean
}

/** Finds the journey that a text refers to, or says why it cannot; undefined where that is not known. */
export type FindJourney = (text: string) => KnownJourney | string | undefined

/** In the place of an id that is not known, which is an issue already. */
export const UNKNOWN_NODE = ''

type Input = Readable<ParticipationInput>
type NodeReference = { node?: string | undefined; node_id?: string | undefined }

/**
 * A participation in the long form, as far as it is stated; undefined where its journey is not known. `long` is its place
 * there.
 */
export function expandParticipation(
  part: Part<Input>,
  long: string,
  { email, findJourney }: { email: string; findJourney: FindJourney },
  expansion: Expansion,
): StatedParticipation | undefined {
  const { value: input, pointer } = part
  const { places, issues } = expansion
  places.set(long, pointer)
  const named = eitherOf(part, ['journey', 'journey_id'], expansion)
  const journey = named.value === undefined ? undefined : findJourney(named.value)
  if (typeof journey === 'string') issues.push({ pointer: named.pointer, message: journey })
  if (typeof journey !== 'object') return undefined
  places.set(`${long}/journey_id`, named.pointer)
  checkLabel({ value: input.id, pointer: `${pointer}/id` }, expansion)

  const id =
    input.id === undefined
      ? participationIds(email, () => false)(journey.id)
      : labelledUuid(input.id, foldEmail(email))
  const progress = input.progress_percentage
  const stated: StatedParticipation = { id, journey_id: journey.id, place: long, ...extensionIn(input) }
  if (input.status) stated.status = input.status
  if (progress !== undefined)
    stated.progress_percentage = typeof progress === 'number' ? progress.toFixed(1) : progress
  for (const key of ['started_at', 'created_at', 'updated_at'] as const) {
    const time = timeOf({ value: input[key], pointer: `${pointer}/${key}` }, expansion)
    if (time !== undefined) stated[key] = time
  }
  for (const key of ['completed_at', 'expired_at'] as const) {
    const time = timeOf({ value: input[key], pointer: `${pointer}/${key}` }, expansion)
    if (time !== undefined) stated[key] = time
  }
  return { ...stated, ...expandLists(part, stated, journey, expansion) }
}

function expandLists(
  { value: input, pointer }: Part<Input>,
  { place: long, started_at }: StatedParticipation,
  journey: KnownJourney,
  expansion: Expansion,
) {
  const { places, issues } = expansion
  const lists: Pick<StatedParticipation, 'events' | 'rewards' | 'waiting_at'> = {}

  /** The items of a list, each with the id of its node and its place in the long form. */
  function itemsOf<I extends NodeReference, R>(
    key: 'events' | 'rewards' | 'waiting_at',
    list: readonly (I | undefined)[],
    expand: (item: Part<I>, node_id: string, place: string) => R,
  ): R[] {
    const items: R[] = []
    for (const item of partsOf(list, `${pointer}/${key}`)) {
      const reference = eitherOf(item, ['node', 'node_id'], expansion)
      const found = reference.value === undefined ? undefined : journey.findNode(reference.value)
      if (typeof found === 'string' && journey.areNodesKnown)
        issues.push({ pointer: reference.pointer, message: found })
      const place = `${long}/${key}/${items.length}`
      places.set(place, item.pointer)
      places.set(`${place}/node_id`, reference.pointer)
      items.push(expand(item, typeof found === 'object' ? found.id : UNKNOWN_NODE, place))
    }
    return items
  }

  if (input.events) {
    let last = started_at
    lists.events = itemsOf('events', input.events, (item, node_id, place): StepRecord => {
      const at = either(item, ['at', 'completed_at'], expansion)
      places.set(`${place}/completed_at`, at.pointer)
      last = timeOf(at, expansion) ?? expansion.unstated(last)
      return { node_id, completed_at: last, ...extensionIn(item.value) }
    })
  }
  if (input.rewards) {
    lists.rewards = itemsOf('rewards', input.rewards, ({ value, pointer }, node_id): RewardRecord => {
      const time = (key: 'hold_start_datetime' | 'hold_end_datetime' | 'blocked_at') =>
        timeOf({ value: value[key], pointer: `${pointer}/${key}` }, expansion) ?? null
      return {
        node_id,
        hold_start_datetime: time('hold_start_datetime'),
        hold_end_datetime: time('hold_end_datetime'),
        blocked_by: value.blocked_by ?? null,
        blocked_at: time('blocked_at'),
        ...extensionIn(value),
      }
    })
  }
  if (input.waiting_at) {
    lists.waiting_at = itemsOf('waiting_at', input.waiting_at, ({ value }, node_id): WaitingRecord => {
      return { node_id, count: value.count ?? 0 }
    })
  } else if (input.waiting_at === null) lists.waiting_at = null
  return lists
}

const extensionIn = (input: object) => extensionOf(input as Extended)
