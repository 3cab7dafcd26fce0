import { createHash } from 'node:crypto'
import { foldEmail } from '../contract/formats.ts'
import type { JourneyGraph } from '../engine/graph.ts'
import { replay } from '../engine/handle-event.ts'
import type { HistoryRecord, MemberRecord } from '../store/records.ts'

/** Every journey of a site, compiled, in the order in which members enter them; made when it is first asked for. */
export type Graphs = () => readonly JourneyGraph[]

/** What the engine calls an event. */
export const toOccurrence = ({ event: name, attributes, at }: HistoryRecord) => ({ name, attributes, at })

/** The participations that a member's history leads to. */
export function live({ email, attributes, history }: Omit<MemberRecord, 'participations'>, graphs: Graphs) {
  const { participations } = replay({
    journeys: graphs(),
    member: { email, attributes, participations: [] },
    history: history.map(toOccurrence),
    newId: participationIds(email, 0),
  })
  return participations
}

/**
 * Gives the ids of a member's next participations, after the `count` there are. They follow from who the member is, so
 * that the same history leads to the same ids, on whatever site.
 */
export function participationIds(email: string, count: number): () => string {
  let next = count
  return () => uuidOf(`${foldEmail(email)}\n${next++}`)
}

/** A UUID that is the same for the same text. */
export const uuidOf = (text: string): string => uuidFrom(createHash('sha256').update(text).digest())

/** The first 16 of some bytes as a UUID of the vendor's form, version 4 in lower case. */
function uuidFrom(bytes: Buffer): string {
  const uuid = Buffer.from(bytes.subarray(0, 16))
  uuid[6] = ((uuid[6] as number) & 0x0f) | 0x40
  uuid[8] = ((uuid[8] as number) & 0x3f) | 0x80
  const hex = uuid.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
