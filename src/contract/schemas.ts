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

/** Every schema of the wire. Others refer to it by its `$id`. */
export const SCHEMAS: TSchema[] = [
  ...[ApiError, JourneyNode, JourneyConnection, JourneySummary, Journey, JourneyList],
  ...[UserJourney, UserJourneyList, MemberEvent, HeldReward, BlockedReward, IssuedReward, MemberReward],
  ...[MemberJourney, MemberJourneyList],
]

/** What each operation answers on success: CONTRACT.md section 2. */
export const ANSWERS: Record<OperationId, TObject> = {
  getJourneys: JourneyList,
  getJourney: Journey,
  getUserJourneysByEmail: UserJourneyList,
  getMemberJourneys: MemberJourneyList,
}

const byReference = new Map(SCHEMAS.map(schema => [`${schema.$id}#`, schema]))

/** The schema of the wire that a `$ref` refers to. */
export const schemaAt = (reference: string): TSchema => byReference.get(reference) as TSchema

/** A property at any depth of an answer. */
export interface Property {
  /** From the top of the answer: names joined by dots, `[]` after those that are arrays, as in `journeys[].id`. */
  path: string
  schema: TSchema
  required: boolean
  /** For a property of some variants only: it is there when the property `name` has one of these values. */
  when?: { name: string; values: string[] }
}

/** Every property of what an operation answers. */
export const answerProperties = (operation: OperationId): Property[] => propertiesOf(ANSWERS[operation])

/** Every property of a schema of the wire, at any depth; an object comes before its own properties. */
export function propertiesOf(given: TSchema, path = ''): Property[] {
  const schema = given.$ref === undefined ? given : schemaAt(given.$ref)
  if (schema.items) return propertiesOf(schema.items, `${path}[]`)
  if (schema.oneOf) return variantProperties(schema, path)
  return Object.entries<TSchema>(schema.properties ?? {}).flatMap(([name, property]) => {
    const own = path === '' ? name : `${path}.${name}`
    const required: boolean = schema.required?.includes(name) ?? false
    return [{ path: own, schema: property, required }, ...propertiesOf(property, own)]
  })
}

/** The properties of all variants, each once. */
function variantProperties({ oneOf: variants, discriminator }: TSchema, path: string): Property[] {
  const name: string = discriminator.propertyName
  const all = (variants as TSchema[]).flatMap(variant => {
    const values: string[] = schemaAt(variant.$ref).properties[name].enum
    return propertiesOf(variant, path).map(property => ({ property, values }))
  })
  return [...Map.groupBy(all, ({ property }) => property.path).values()].map(same => {
    const [{ property }] = same as [(typeof all)[number]]
    const values = same.flatMap(each => each.values)
    if (same.length < variants.length) return { ...property, when: { name, values } }
    const isTold = property.path === `${path}.${name}`
    return isTold ? { ...property, schema: { ...property.schema, enum: values } } : property
  })
}

/**
 * Properties that are served as they are: beyond the contract, or instead of a value that the contract has. The contract is partly
 * inferred, so what is captured from a live server can have such properties.
 */
export type Extra = Record<string, unknown>

/** An object of a seed that may have such properties. */
export interface Extended {
  extra?: Extra
}

/** The schemas that show each kind of object of a seed. Those of sites and members are the objects around a list. */
const SHOWN_AS = {
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

/** The extra properties of an object, to be spread. */
export const extensionOf = ({ extra }: { extra?: Extra | undefined }): Extended => (extra ? { extra } : {})

/** Whether a name is a property of the contract, in any answer that shows such an object. */
export const isInContract = (kind: ExtendedKind, name: string): boolean =>
  SHOWN_AS[kind].some(({ properties }: TObject) => Object.hasOwn(properties, name))

/**
 * An object of the wire with its extra properties, except those that the contract has for this object in another operation
 * only, such as the nodes of a journey in a list.
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
