import { foldEmail } from '../contract/formats.ts'
import { type NodeType, OUTCOME_TYPES, STEP_TYPES } from '../contract/journey.ts'
import type { ParticipationStatus } from '../contract/participation.ts'
import type {
  HistoryRecord,
  MemberRecord,
  ParticipationRecord,
  RewardRecord,
  StepRecord,
  WaitingRecord,
} from '../contract/records.ts'
import { extensionOf } from '../contract/schemas.ts'
import type { KnownJourney } from './expand-journey.ts'
import {
  type Expansion,
  either,
  eitherOf,
  type Find,
  idOf,
  itemsOf,
  type Part,
  partAt,
  type Readable,
  resolve,
  timeOf,
} from './expansion.ts'
import { participationIds } from './ids.ts'
import type { MemberInput, ParticipationInput } from './schema-input.ts'

export interface ExpandedMember {
  /** Without participations, which follow from what is stated of them and from the history. */
  member: Omit<MemberRecord, 'participations'>
  /** Undefined where they are left out: then the history leads into them. */
  participations: StatedParticipation[] | undefined
  /** Its place in the long form. */
  place: string
}

/** What is stated of a participation; what is not there follows from the rest. */
export interface StatedParticipation extends Partial<ParticipationRecord> {
  id: string
  journey_id: string
  status?: ParticipationStatus
  /** Its place in the long form. */
  place: string
}

/** A member in the long form, as far as it is stated; undefined where it has no email. `long` is its place there. */
export function expandMember(
  part: Part<Readable<MemberInput>>,
  long: string,
  findJourney: Find<KnownJourney>,
  expansion: Expansion,
): ExpandedMember | undefined {
  const { value: input, pointer } = part
  const { email, status = 'active', attributes = {} } = input
  if (email === undefined) return undefined
  expansion.places.set(long, pointer)
  const history: HistoryRecord[] = []
  for (const item of itemsOf(either(part, ['events', 'history'], expansion))) {
    const { event, attributes = {} } = item.value
    if (event === undefined) continue
    expansion.places.set(`${long}/history/${history.length}`, item.pointer)
    const at = timeOf(partAt(item, 'at'), expansion) ?? expansion.unstated(history.at(-1)?.at)
    history.push({ event, attributes, at })
  }
  const stated: StatedParticipation[] = []
  for (const item of itemsOf(partAt(part, 'participations'))) {
    const place = `${long}/participations/${stated.length}`
    const participation = expandParticipation(item, place, { email, findJourney }, expansion)
    const isRepeated = item.value.id === undefined && stated.some(({ id }) => id === participation?.id)
    const message = 'is the second in its journey; give it an id of its own'
    if (isRepeated) expansion.issues.push({ pointer: item.pointer, message })
    else if (participation) stated.push(participation)
  }
  return {
    member: { email, status, attributes, history, ...extensionOf(input) },
    participations: input.participations && stated,
    place: long,
  }
}

type ParticipationPart = Part<Readable<ParticipationInput>>

/** A participation in the long form, as far as it is stated; undefined where its journey is not known. */
function expandParticipation(
  part: ParticipationPart,
  long: string,
  { email, findJourney }: { email: string; findJourney: Find<KnownJourney> },
  expansion: Expansion,
): StatedParticipation | undefined {
  const { value: input, pointer } = part
  const journey = resolve(eitherOf(part, ['journey', 'journey_id'], expansion), findJourney, expansion)
  if (!journey) return undefined
  expansion.places.set(long, pointer)
  const progress = input.progress_percentage
  const stated: StatedParticipation = {
    id: idOf(part, foldEmail(email), expansion) ?? participationIds(email, () => false)(journey.id),
    journey_id: journey.id,
    place: long,
    ...extensionOf(input),
    ...(input.status && { status: input.status }),
    ...(progress !== undefined && {
      progress_percentage: typeof progress === 'number' ? progress.toFixed(1) : progress,
    }),
  }
  for (const key of ['started_at', 'created_at', 'updated_at', 'completed_at', 'expired_at'] as const) {
    const time = timeOf(partAt(part, key), expansion)
    if (time !== undefined) Object.assign(stated, { [key]: time })
  }
  return { ...stated, ...expandLists(part, stated, journey, expansion) }
}

type NodeReference = { node?: string | undefined; node_id?: string | undefined }

/** In the place of the id of a node that is not known, which is an issue already. */
const UNKNOWN_NODE = ''

/** The lists of a participation in the long form, as far as they are stated. */
function expandLists(
  part: ParticipationPart,
  { place: long, started_at }: StatedParticipation,
  { findNode }: KnownJourney,
  expansion: Expansion,
): Pick<StatedParticipation, 'events' | 'rewards' | 'waiting_at'> {
  const { events, rewards, waiting_at } = part.value

  /** The items of a list, each about a node of one of these types. */
  function expandItems<I extends NodeReference, R>(
    key: 'events' | 'rewards' | 'waiting_at',
    list: readonly (I | undefined)[],
    types: readonly NodeType[],
    expand: (item: Part<I>, node_id: string) => R,
  ): R[] {
    return itemsOf({ value: list, pointer: `${part.pointer}/${key}` }).map((item, i) => {
      const reference = eitherOf(item, ['node', 'node_id'], expansion)
      const node = resolve(reference, findNode, expansion)
      if (node?.type && !types.includes(node.type)) {
        const message = `"${node.name}" is of type ${node.type}, not ${types.join(' or ')}`
        expansion.issues.push({ pointer: reference.pointer, message })
      }
      expansion.places.set(`${long}/${key}/${i}`, item.pointer)
      return expand(item, node?.id ?? UNKNOWN_NODE)
    })
  }

  let last = started_at
  return {
    ...(events && {
      events: expandItems('events', events, STEP_TYPES, (item, node_id): StepRecord => {
        last = timeOf(either(item, ['at', 'completed_at'], expansion), expansion) ?? expansion.unstated(last)
        return { node_id, completed_at: last, ...extensionOf(item.value) }
      }),
    }),
    ...(rewards && {
      rewards: expandItems(
        'rewards',
        rewards,
        OUTCOME_TYPES,
        (item, node_id): RewardRecord => ({
          node_id,
          hold_start_datetime: timeOf(partAt(item, 'hold_start_datetime'), expansion) ?? null,
          hold_end_datetime: timeOf(partAt(item, 'hold_end_datetime'), expansion) ?? null,
          blocked_by: item.value.blocked_by ?? null,
          blocked_at: timeOf(partAt(item, 'blocked_at'), expansion) ?? null,
          ...extensionOf(item.value),
        }),
      ),
    }),
    ...(waiting_at !== undefined && {
      waiting_at:
        waiting_at &&
        expandItems(
          'waiting_at',
          waiting_at,
          STEP_TYPES,
          ({ value }, node_id): WaitingRecord => ({
            node_id,
            count: value.count ?? 0,
          }),
        ),
    }),
  }
}
