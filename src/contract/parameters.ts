import { Type } from '@sinclair/typebox'
import { Email, Uuid } from './formats.ts'
import { documented } from './provenance.ts'

export const JourneyParams = Type.Object({
  journey_id: documented(
    Uuid({
      description: 'The id of a journey of the calling site',
      examples: ['de04a64d-dc40-445f-8351-3dde7567d5c8'],
    }),
  ),
})

export const MemberParams = Type.Object({
  email_id: documented(
    Email({
      description: 'The email of a member, percent-encoded or not; matched without regard to case',
      examples: ['ann@example.com'],
    }),
  ),
})

export const NoParams = Type.Object({})
