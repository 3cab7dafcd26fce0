import { ApiError } from '../contract/errors.ts'
import { Journey, JourneyConnection, JourneyList, JourneyNode, JourneySummary } from '../contract/journey.ts'
import {
  MemberEvent,
  MemberJourney,
  MemberJourneyList,
  MemberReward,
  UserJourney,
  UserJourneyList,
} from '../contract/participation.ts'

/** The schemas of whatever the operations answer; they refer to one another by `$id`. */
export const SCHEMAS = [
  ...[ApiError, JourneyNode, JourneyConnection, JourneySummary, Journey, JourneyList],
  ...[UserJourney, UserJourneyList, MemberEvent, MemberReward, MemberJourney, MemberJourneyList],
]
