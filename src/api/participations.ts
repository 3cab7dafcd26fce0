import type { OperationId } from '../contract/operations.ts'
import type { Site } from '../sites/site.ts'
import type { MemberWith, SiteStore } from '../store/store.ts'
import type { Body } from './answer.ts'
import { Failure } from './failure.ts'
import { isLeftOut } from './writing.ts'

interface ParticipationList<P> {
  find(store: SiteStore, email: string): MemberWith<P> | undefined
  /** A participation as it is at the moment of asking. */
  show(participation: NoInfer<P>, now: string, site: Site): object
  /** When that may change. */
  moments(participation: NoInfer<P>): (string | null)[]
}

/** What makes an operation's body of a member's participations. */
export const participationList =
  <P>(operation: OperationId, { find, show, moments }: ParticipationList<P>) =>
  (site: Site, email: string, now: string): Body => {
    const member = find(site.store, email)
    if (!member || isLeftOut(member, operation)) throw new Failure('MEMBER_NOT_FOUND')
    const { participations, status: _status, ...extensions } = member
    return {
      body: { ...extensions, journeys: participations.map(stored => show(stored, now, site)) },
      moments: participations.flatMap(moments),
    }
  }
