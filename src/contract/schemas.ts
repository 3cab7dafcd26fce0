import type { TObject, TSchema } from '@sinclair/typebox'
import { ApiError } from './errors.ts'
import { Journey, JourneyConnection, JourneyList, JourneyNode, JourneySummary } from './journey.ts'
import type { OperationId } from './operations.ts'
import {
  BlockedReward,
  HeldReward,
  IssuedReward,
  MemberEvent,
  MemberJourney,
  MemberJourneyList,
  MemberReward,
  UserJourney,
  UserJourneyList,
} from './participation.ts'
import { type Property, propertiesOf, type ShapeSchema } from './shape.ts'

/** Every schema of the wire, by whose `$id` others refer to it. */
export const SCHEMAS: TSchema[] = [
  ...[ApiError, JourneyNode, JourneyConnection, JourneySummary, Journey, JourneyList],
  ...[UserJourney, UserJourneyList, MemberEvent, HeldReward, BlockedReward, IssuedReward, MemberReward],
  ...[MemberJourney, MemberJourneyList],
]

/** What each operation answers when all is well: CONTRACT.md section 2. */
export const ANSWERS: Record<OperationId, TObject> = {
  getJourneys: JourneyList,
  getJourney: Journey,
  getUserJourneysByEmail: UserJourneyList,
  getMemberJourneys: MemberJourneyList,
}

const byReference = new Map(SCHEMAS.map(schema => [`${schema.$id}#`, schema]))

/** The schema of the wire that a `$ref` refers to. */
export const schemaAt = (reference: string): TSchema => byReference.get(reference) as TSchema

/** Every property of what an operation answers. */
export const answerProperties = (operation: OperationId): Property[] =>
  propertiesOf(ANSWERS[operation] as ShapeSchema, reference => schemaAt(reference) as ShapeSchema)
