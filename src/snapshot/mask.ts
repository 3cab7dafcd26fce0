import { createHmac } from 'node:crypto'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Email, foldEmail, TIMESTAMP_PATTERN } from '../contract/formats.ts'
import { Journey, JourneyConnection, JourneyList, JourneyNode, JourneySummary } from '../contract/journey.ts'
import { ELSE, NODE_CONFIGS } from '../contract/node-config.ts'
import { type OperationId, operations } from '../contract/operations.ts'
import {
  MemberEvent,
  MemberJourney,
  MemberJourneyList,
  MemberReward,
  UserJourney,
  UserJourneyList,
} from '../contract/participation.ts'
import { isObject, type Json } from './values.ts'

/** What is kept of a site: all of it, or only what is about nobody. */
export interface Mask {
  email(email: string): string
  /** The email or journey id that was asked for. */
  identifier(operation: OperationId, identifier: string): string
  /** The body of an answer. */
  answer(operation: OperationId, body: unknown): unknown
}

/** Keeps everything. */
export const noMask: Mask = {
  email: email => email,
  identifier: (_operation, identifier) => identifier,
  answer: (_operation, body) => body,
}

const ANSWERS: Record<OperationId, TSchema> = {
  getJourneys: JourneyList,
  getJourney: Journey,
  getUserJourneysByEmail: UserJourneyList,
  getMemberJourneys: MemberJourneyList,
}
const PARTS = new Map<string, TSchema>(
  [JourneySummary, JourneyNode, JourneyConnection, UserJourney, MemberJourney, MemberEvent, MemberReward].map(
    part => [`${part.$id}#`, part],
  ),
)

const EMAIL = Email()
/** Free text by the contract, in which these forms are about nobody. */
const HARMLESS: Record<string, RegExp> = { multi_template_id: /^\d{1,20}$/, type: /^[a-z_]{1,32}$/ }
const IDENTIFIER = /^[\w-]{1,64}$/
const WORD = /^[A-Za-z_]{1,32}$/
const TIME = /^\d{4}-\d{2}-\d{2}([T ][\d:.]{4,18}(Z|[+-]\d{2}:?\d{2})?)?$/
/** The names of properties, and the operators of JSON Logic. */
const PROPERTY = /^([A-Za-z_$][\w$-]{0,39}|[^\w\s@]{1,3})$/
/** What a rule of JSON Logic reads. */
const VARIABLE = /^(event|at|attributes\.\w+|member\.email|member\.attributes\.\w+)$/

/**
 * Keeps ids, times, numbers, truth values and words of the contract, where the contract has them; every other text is
 * replaced by one made from it with the key, so that what was the same stays the same, within a snapshot and between
 * those with the same key, and nobody can find out by trying what it was. Of what the contract does not name, no number
 * is kept either.
 */
export function keyedMask(key: Buffer, siteId: string): Mask {
  const digest = (text: string, length: number) =>
    createHmac('sha256', key).update(text).digest('hex').slice(0, length)
  const email = (text: string) => `member-${digest(`email ${foldEmail(text)}`, 16)}@example.com`
  const text = (given: string) => {
    if (given === '') return ''
    return Value.Check(EMAIL, given) ? email(given) : `text-${digest(`text ${given}`, 12)}`
  }
  const property = (name: string) => (PROPERTY.test(name) ? name : `key-${digest(`key ${name}`, 12)}`)

  function masked(value: unknown, given: TSchema | undefined, name = ''): unknown {
    const schema = given?.$ref === undefined ? given : PARTS.get(given.$ref)
    if (typeof value === 'string') return isHarmless(value, schema, name, siteId) ? value : text(value)
    if (typeof value === 'number') return schema?.type === 'number' || schema?.type === 'integer' ? value : 0
    if (Array.isArray(value)) return value.map(item => masked(item, schema?.items, name))
    return isObject(value) ? maskedObject(value, schema) : value
  }

  const maskedObject = (object: Json, schema: TSchema | undefined) =>
    Object.fromEntries(
      Object.entries(object).map(([name, inner]) => [
        property(name),
        maskedProperty(object, name, inner, schema),
      ]),
    )

  function maskedProperty(object: Json, name: string, value: unknown, schema: TSchema | undefined): unknown {
    const known = schema?.properties && Object.hasOwn(schema.properties, name)
    if (!known) return masked(value, undefined)
    if (name === 'config') return masked(value, configOf(object.type))
    if (name === 'criteria') return maskedRule(value)
    if (name === 'condition' && typeof value === 'string') return maskedCondition(value)
    return masked(value, schema.properties[name], name)
  }

  function maskedRule(rule: unknown): unknown {
    if (typeof rule === 'string') return VARIABLE.test(rule) ? rule : text(rule)
    if (Array.isArray(rule)) return rule.map(maskedRule)
    if (!isObject(rule)) return rule
    return Object.fromEntries(
      Object.entries(rule).map(([name, inner]) => [property(name), maskedRule(inner)]),
    )
  }

  function maskedCondition(condition: string): string {
    if (condition === ELSE) return condition
    const rule = parseRule(condition)
    return rule === undefined ? text(condition) : JSON.stringify(maskedRule(rule))
  }

  return {
    email,
    identifier: (operation, identifier) =>
      operations[operation].identifier === 'email_id' ? email(identifier) : identifier,
    answer: (operation, body) => masked(body, Array.isArray(body) ? listOf(operation) : ANSWERS[operation]),
  }
}

/** The list of an answer that does not wrap it. */
const listOf = (operation: OperationId): TSchema => ANSWERS[operation].properties.journeys

const configOf = (type: unknown): TSchema | undefined =>
  typeof type === 'string' && Object.hasOwn(NODE_CONFIGS, type)
    ? NODE_CONFIGS[type as keyof typeof NODE_CONFIGS]
    : undefined

function isHarmless(value: string, schema: TSchema | undefined, name: string, siteId: string): boolean {
  if (schema === undefined) return false
  if (name === 'site_id') return value === siteId
  if (schema.format === 'uuid') return IDENTIFIER.test(value)
  if (schema.pattern === TIMESTAMP_PATTERN) return TIME.test(value)
  if (schema.enum !== undefined) return WORD.test(value)
  const form = schema.pattern === undefined ? HARMLESS[name] : new RegExp(schema.pattern)
  return form?.test(value) ?? false
}

function parseRule(text: string): unknown {
  try {
    const rule = JSON.parse(text)
    return isObject(rule) ? rule : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
