import type { TObject } from '@sinclair/typebox'
import { Journey, JourneyConnection, JourneyList, JourneyNode, JourneySummary } from './journey.ts'
import {
  BlockedReward,
  HeldReward,
  IssuedReward,
  MemberEvent,
  MemberJourney,
  MemberJourneyList,
  UserJourney,
  UserJourneyList,
} from './participation.ts'

/**
 * Properties that are served as they are: beyond the contract, or instead of a value that the contract has. The contract is partly
 * inferred, so what is captured from a live server can have such properties.
 */
export type Extra = Record<string, unknown>

/** An object of a seed that may have such properties. */
export interface Extended {
  extra?: Extra
}

/** What each object of a seed that may be extended is in the answers of the API. Sites and members are what is around their lists. */
export const SHOWN_AS = {
  site: [JourneyList],
  journey: [JourneySummary, Journey],
  node: [JourneyNode],
  connection: [JourneyConnection],
  member: [UserJourneyList, MemberJourneyList],
  participation: [UserJourney, MemberJourney],
  event: [MemberEvent],
  reward: [HeldReward, BlockedReward, IssuedReward],
} satisfies Record<string, TObject[]>

export type ExtendedKind = keyof typeof SHOWN_AS

/** The extension of an object alone, to be spread: nothing, where it has none. */
export const extensionOf = ({ extra }: Extended): Extended => (extra ? { extra } : {})

/** Whether a name is a property of the contract, in any answer that shows such an object. */
export const isInContract = (kind: ExtendedKind, name: string): boolean =>
  SHOWN_AS[kind].some(({ properties }: TObject) => Object.hasOwn(properties, name))

/**
 * An object of the wire with its extension. A name that the contract has for this object in another operation only, such as the
 * nodes of a journey in a list, belongs to that operation and is left out.
 */
export function withExtra<T extends object>(shown: T, schema: TObject, { extra }: Extended): T & Extra {
  if (!extra) return shown as T & Extra
  const elsewhere = namesElsewhere(schema)
  return { ...shown, ...Object.fromEntries(Object.entries(extra).filter(([name]) => !elsewhere.has(name))) }
}

function namesElsewhere(schema: TObject): Set<string> {
  const all = Object.values(SHOWN_AS).find((schemas: readonly TObject[]) => schemas.includes(schema)) ?? []
  return new Set(all.flatMap(({ properties }) => Object.keys(properties))).difference(
    new Set(Object.keys(schema.properties)),
  )
}
