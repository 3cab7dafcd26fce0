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

/** A property, wherever in an answer it is. */
export interface Property {
  /** From the top of the answer: names joined by dots, `[]` after those that are arrays, as in `journeys[].id`. */
  path: string
  schema: TSchema
  required: boolean
  /** Of a property that some variants of an object have: those in which the property `name` has one of these values. */
  when?: { name: string; values: string[] }
}

/** Every property of what an operation answers. */
export const answerProperties = (operation: OperationId): Property[] => propertiesOf(ANSWERS[operation])

/** Every property that a schema of the wire has, those of its parts after their whole. */
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
