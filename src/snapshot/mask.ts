import type { TSchema } from '@sinclair/typebox'
import { TIMESTAMP_PATTERN } from '../contract/formats.ts'
import { isObject, type JsonObject } from '../contract/json.ts'
import { NODE_CONFIGS } from '../contract/node-config.ts'
import { type OperationId, operations } from '../contract/operations.ts'
import { ANSWERS, schemaAt } from '../contract/schemas.ts'
import { maskCondition, maskRule } from './mask-rule.ts'
import { type Pseudonyms, pseudonymsBy } from './pseudonyms.ts'

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

/** Free text by the contract, in which these forms are about nobody. */
const HARMLESS: Record<string, RegExp> = { multi_template_id: /^\d{1,20}$/, type: /^[a-z_]{1,32}$/ }
const IDENTIFIER = /^[\w-]{1,64}$/
const WORD = /^[A-Za-z_]{1,32}$/
const TIME = /^\d{4}-\d{2}-\d{2}([T ][\d:.]{4,18}(Z|[+-]\d{2}:?\d{2})?)?$/

interface Masking {
  names: Pseudonyms
  siteId: string
}

/**
 * Keeps ids, times, numbers, truth values and words of the contract, where the contract has them; every other text is
 * replaced by a pseudonym. Of what the contract does not name, no number is kept either.
 */
export function keyedMask(key: Buffer, siteId: string): Mask {
  const names = pseudonymsBy(key)
  return {
    email: names.email,
    identifier: (operation, identifier) =>
      operations[operation].identifier === 'email_id' ? names.email(identifier) : identifier,
    answer: (operation, body) =>
      masked(body, Array.isArray(body) ? listOf(operation) : ANSWERS[operation], '', { names, siteId }),
  }
}

/** `name` is that of the property whose value it is, and `given` its schema, where the contract has one. */
function masked(value: unknown, given: TSchema | undefined, name: string, masking: Masking): unknown {
  const schema = given?.$ref === undefined ? given : schemaAt(given.$ref)
  if (typeof value === 'string')
    return isHarmless(value, schema, name, masking) ? value : masking.names.text(value)
  if (typeof value === 'number') return schema?.type === 'number' || schema?.type === 'integer' ? value : 0
  if (Array.isArray(value)) return value.map(item => masked(item, schema?.items, name, masking))
  return isObject(value) ? maskedObject(value, schema, masking) : value
}

const maskedObject = (object: JsonObject, schema: TSchema | undefined, masking: Masking) =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const isKnown = Object.hasOwn(schema?.properties ?? {}, name)
      const kept = isKnown
        ? maskedProperty(name, value, object, schema?.properties[name], masking)
        : masked(value, undefined, name, masking)
      return [masking.names.property(name), kept]
    }),
  )

function maskedProperty(name: string, value: unknown, object: JsonObject, schema: TSchema, masking: Masking) {
  if (name === 'config') return masked(value, configOf(object.type), name, masking)
  if (name === 'criteria') return maskRule(value, masking.names)
  if (name === 'condition' && typeof value === 'string') return maskCondition(value, masking.names)
  return masked(value, schema, name, masking)
}

/** The list of an answer that does not wrap it. */
const listOf = (operation: OperationId): TSchema | undefined => ANSWERS[operation].properties.journeys

const configOf = (type: unknown): TSchema | undefined =>
  typeof type === 'string' && Object.hasOwn(NODE_CONFIGS, type)
    ? NODE_CONFIGS[type as keyof typeof NODE_CONFIGS]
    : undefined

function isHarmless(value: string, schema: TSchema | undefined, name: string, { siteId }: Masking): boolean {
  if (schema === undefined) return false
  if (name === 'site_id') return value === siteId
  if (schema.format === 'uuid') return IDENTIFIER.test(value)
  if (schema.pattern === TIMESTAMP_PATTERN) return TIME.test(value)
  if (schema.enum !== undefined) return WORD.test(value)
  const form = schema.pattern === undefined ? HARMLESS[name] : new RegExp(schema.pattern)
  return form?.test(value) ?? false
}
