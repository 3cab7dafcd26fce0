import { participationAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import { Failure } from './failure.ts'

/** A member's participations as they are at the site's present. @throws {Failure} when the site has no such member */
export function participationsNow({ store, now }: Site, email: string) {
  const participations = store.participations(email)
  if (!participations) throw new Failure('MEMBER_NOT_FOUND')
  const instant = now()
  return participations.map(participation => participationAsOf(participation, instant))
}
