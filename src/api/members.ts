import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { MemberParams } from '../contract/operations.ts'
import type { MemberJourneyList, UserJourneyList } from '../contract/participation.ts'
import type { MemberStatus } from '../contract/records.ts'
import { memberJourneyView, userJourneyView } from '../engine/views.ts'
import { VendorError } from './errors.ts'
import { routeOf } from './route.ts'

/** `GET /user_journeys/{email_id}` and `GET /user/{email_id}/journeys`: two views of a member's participations. */
export const memberRoutes: FastifyPluginAsyncTypebox = async scope => {
  scope.route({
    ...routeOf('getUserJourneysByEmail', MemberParams),
    handler: ({ site, params: { email_id } }): UserJourneyList => {
      const { participations, extra } = admitted(site.store.memberWithSummaries(email_id), email_id)
      const now = site.now()
      return {
        journeys: participations.map(participation => userJourneyView(participation, site.site_id, now)),
        ...extra,
      }
    },
  })

  scope.route({
    ...routeOf('getMemberJourneys', MemberParams),
    handler: ({ site, params: { email_id } }): MemberJourneyList => {
      const { participations, extra } = admitted(site.store.memberWithParticipations(email_id), email_id)
      const now = site.now()
      return {
        journeys: participations.map(participation => memberJourneyView(participation, now)),
        ...extra,
      }
    },
  })
}

/** A member who may be answered for. @throws {VendorError} for one who is unknown, is blocked or has opted out */
function admitted<M extends { status: MemberStatus }>(member: M | undefined, email: string): M {
  if (!member) throw new VendorError('memberNotFound', `member: the site has no member ${email}`)
  if (member.status === 'blocked') throw new VendorError('blocked', `member: ${email} is blocked`)
  if (member.status === 'opted_out') throw new VendorError('optedOut', `member: ${email} has opted out`)
  return member
}
