import type { HistoryRecord, MemberRecord } from '../contract/records.ts'
import { type Extended, extensionOf } from '../contract/schemas.ts'
import { expandParticipation, type FindJourney, type StatedParticipation } from './expand-participation.ts'
import { type Expansion, either, type Part, partsOf, type Readable, timeOf } from './expansion.ts'
import type { MemberInput } from './schema-input.ts'

export interface ExpandedMember {
  /** Without participations, which follow from what is stated of them and from the history. */
  member: Omit<MemberRecord, 'participations'>
  /** Undefined where they are left out: then the history leads into them. */
  participations: StatedParticipation[] | undefined
  /** Its place in the long form. */
  place: string
}

/** A member in the long form, as far as it is stated; undefined where it has no email. `long` is its place there. */
export function expandMember(
  { value: input, pointer }: Part<Readable<MemberInput>>,
  long: string,
  findJourney: FindJourney,
  expansion: Expansion,
): ExpandedMember | undefined {
  const { email, status = 'active', attributes = {} } = input
  if (email === undefined) return undefined
  expansion.places.set(long, pointer)
  const events = either({ value: input, pointer }, ['events', 'history'], expansion)
  const history: HistoryRecord[] = []
  for (const { value, pointer } of partsOf(events.value, events.pointer)) {
    if (value.event === undefined) continue
    expansion.places.set(`${long}/history/${history.length}`, pointer)
    const stated = timeOf({ value: value.at, pointer: `${pointer}/at` }, expansion)
    const at = stated ?? expansion.unstated(history.at(-1)?.at)
    history.push({ event: value.event, attributes: value.attributes ?? {}, at })
  }
  const stated: StatedParticipation[] = []
  for (const part of partsOf(input.participations, `${pointer}/participations`)) {
    const place = `${long}/participations/${stated.length}`
    const participation = expandParticipation(part, place, { email, findJourney }, expansion)
    const isRepeated = part.value.id === undefined && stated.some(({ id }) => id === participation?.id)
    if (isRepeated)
      expansion.issues.push({
        pointer: part.pointer,
        message: 'is the second in its journey; give it an id of its own',
      })
    else if (participation) stated.push(participation)
  }
  return {
    member: { email, status, attributes, history, ...extensionOf(input as Extended) },
    participations: input.participations === undefined ? undefined : stated,
    place: long,
  }
}
