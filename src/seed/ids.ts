import { createHash } from 'node:crypto'
import { foldEmail } from '../contract/formats.ts'

/** Identifiers that depend on what they identify alone, so that the same seed has the same ones on every start. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether a text is a UUID as the contract wants it, in lower case. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** Whether a text is meant to be a UUID and is none: too long, too short, or in capitals. */
export const isAlmostUuid = (text: string): boolean => !isUuid(text) && /^[0-9a-f-]{30,}$/i.test(text)

/** A UUID of the vendor's form, version 4 in lower case, that is the same for the same text. */
export function uuidOf(text: string): string {
  const uuid = createHash('sha256').update(text).digest().subarray(0, 16)
  uuid[6] = ((uuid[6] as number) & 0x0f) | 0x40
  uuid[8] = ((uuid[8] as number) & 0x3f) | 0x80
  const hex = uuid.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The UUID of a label within something that has an id: a journey within a site, a node within a journey. */
export const labelledUuid = (label: string, within: string): string =>
  isUuid(label) ? label : uuidOf(JSON.stringify([within, label]))

/**
 * Gives the id of a member's participation in a journey. It depends on these two alone, so that the same history leads to
 * the same ids on every site; an id that `isTaken` by another participation is skipped.
 */
export const participationIds =
  (email: string, isTaken: (participationId: string) => boolean) =>
  (journeyId: string): string => {
    for (let n = 0; ; n++) {
      const id = uuidOf([foldEmail(email), journeyId, n].join('\n'))
      if (!isTaken(id)) return id
    }
  }
