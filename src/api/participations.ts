import { momentsOf, type ParticipationView, participationAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import type { ParticipationDetail } from '../store/store.ts'
import type { Body } from './answer.ts'
import { Failure } from './failure.ts'

/** What makes an operation's body of a member's participations: each as it is at the moment of asking, shown by `show`. */
export const participationList =
  (show: (participation: ParticipationView<ParticipationDetail>, site: Site) => object) =>
  (site: Site, email: string, now: string): Body => {
    const participations = site.store.participations(email)
    if (!participations) throw new Failure('MEMBER_NOT_FOUND')
    return {
      body: { journeys: participations.map(stored => show(participationAsOf(stored, now), site)) },
      moments: participations.flatMap(momentsOf),
    }
  }
