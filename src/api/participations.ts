import type { OperationId } from '../contract/operations.ts'
import { momentsOf, type ParticipationView, participationAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import type { ParticipationDetail } from '../store/store.ts'
import type { Body } from './answer.ts'
import { Failure } from './failure.ts'
import { isLeftOut } from './writing.ts'

/** What makes an operation's body of a member's participations: each as it is at the moment of asking, shown by `show`. */
export const participationList =
  (
    operation: OperationId,
    show: (participation: ParticipationView<ParticipationDetail>, site: Site) => object,
  ) =>
  (site: Site, email: string, now: string): Body => {
    const member = site.store.memberWithJourneys(email)
    if (!member || isLeftOut(member, operation)) throw new Failure('MEMBER_NOT_FOUND')
    const { participations, ...extensions } = member
    return {
      body: {
        ...extensions,
        journeys: participations.map(stored => show(participationAsOf(stored, now), site)),
      },
      moments: participations.flatMap(momentsOf),
    }
  }
