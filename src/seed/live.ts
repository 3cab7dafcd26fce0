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
export function live(
  { email, attributes, history }: Pick<MemberRecord, 'email' | 'attributes' | 'history'>,
  graphs: Graphs,
  isTaken: (participationId: string) => boolean,
) {
  const { participations } = replay({
    journeys: graphs(),
    member: { email, attributes, participations: [] },
    history: history.map(toOccurrence),
    newId: participationIds(email, isTaken),
  })
  return participations
}

/**
 * Gives the id of a member's participation in a journey. It follows from the two, so that the same history leads to the
 * same ids on every site; one that `isTaken` by another participation is passed over.
 */
export function participationIds(
  email: string,
  isTaken: (participationId: string) => boolean,
): (journeyId: string) => string {
  return journeyId => {
    for (let n = 0; ; n++) {
      const id = uuidOf([foldEmail(email), journeyId, n].join('\n'))
      if (!isTaken(id)) return id
    }
  }
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
