import { createHmac } from 'node:crypto'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Email, foldEmail, TIMESTAMP_PATTERN } from '../contract/formats.ts'
import { isObject, type JsonObject } from '../contract/json.ts'
import { ELSE, NODE_CONFIGS } from '../contract/node-config.ts'
import { operations } from '../contract/operations.ts'
import { ANSWERS, schemaAt } from '../contract/schemas.ts'
import type { Mask } from './capture.ts'
import { parseJson } from './live-api.ts'

/** Keeps everything. */
export const noMask: Mask = {
  email: email => email,
  identifier: (_operation, identifier) => identifier,
  exchange: exchange => exchange,
}

/**
 * Keeps ids, times, numbers, booleans and enumerated words in properties of the contract. Any other text is replaced by a pseudonym,
 * the same for the same text and key, and any other number by 0.
 */
export function keyedMask(key: Buffer, siteId: string): Mask {
  const names = pseudonyms(key)
  const identifierOf: Mask['identifier'] = (operation, identifier) =>
    identifier !== undefined && operations[operation].identifier === 'email_id'
      ? names.email(identifier)
      : identifier
  return {
    email: names.email,
    identifier: identifierOf,
    exchange({ identifier, body, inexact, ...exchange }) {
      const { operation } = exchange
      const asked = identifierOf(operation, identifier)
      const schema = ANSWERS[operation]
      // A bare list is masked like the list that should be inside the answer.
      const given = Array.isArray(body) ? schema.properties.journeys : schema
      return {
        ...exchange,
        ...(asked !== undefined && { identifier: asked }),
        body: maskValue(body, given, '', { names, siteId }),
        ...(inexact && { inexact: inexact.map(pointer => pointer.split('/').map(names.property).join('/')) }),
      }
    },
  }
}

interface Context {
  names: Pseudonyms
  siteId: string
}

type Pseudonyms = ReturnType<typeof pseudonyms>

const EMAIL = Email()
/** The names of properties, and the operators of JSON Logic. */
const PROPERTY_NAME = /^(\d*|[A-Za-z_$][\w$-]{0,39}|[^\w\s@]{1,3})$/

function pseudonyms(key: Buffer) {
  const digest = (kind: string, text: string) =>
    createHmac('sha256', key).update(`${kind} ${text}`).digest('hex').slice(0, 16)
  /** Of an email, without regard to case. */
  const email = (text: string): string => `member-${digest('email', foldEmail(text))}@example.com`
  return {
    email,
    text(text: string): string {
      if (text === '') return ''
      return Value.Check(EMAIL, text) ? email(text) : `text-${digest('text', text)}`
    },
    /** Of a property name that is not an identifier, as it may be data. */
    property: (name: string): string => (PROPERTY_NAME.test(name) ? name : `key-${digest('key', name)}`),
  }
}

/** `name` is the name of the property, and `given` its schema, if the contract has it. */
function maskValue(value: unknown, given: TSchema | undefined, name: string, context: Context): unknown {
  const schema = given?.$ref === undefined ? given : schemaAt(given.$ref)
  if (typeof value === 'string')
    return isImpersonal(value, schema, name, context.siteId) ? value : context.names.text(value)
  if (typeof value === 'number') return schema?.type === 'number' || schema?.type === 'integer' ? value : 0
  if (Array.isArray(value)) return value.map(item => maskValue(item, schema?.items, name, context))
  return isObject(value) ? maskObject(value, schema, context) : value
}

/** The properties of the contract; those of all variants, as an answer may belong to none. */
const propertiesIn = ({ properties, oneOf = [] }: Partial<TSchema> = {}): Record<string, TSchema> =>
  properties ?? Object.assign({}, ...oneOf.map(({ $ref }: TSchema) => schemaAt($ref as string).properties))

const maskObject = (object: JsonObject, schema: TSchema | undefined, context: Context): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      context.names.property(name),
      maskProperty(name, value, { object, known: propertiesIn(schema) }, context),
    ]),
  )

interface Around {
  object: JsonObject
  /** Its properties in the contract. */
  known: Record<string, TSchema>
}

function maskProperty(name: string, value: unknown, { object, known }: Around, context: Context): unknown {
  if (!Object.hasOwn(known, name)) return maskValue(value, undefined, name, context)
  if (name === 'criteria') return maskRule(value, context.names)
  if (name === 'condition' && typeof value === 'string') return maskCondition(value, context.names)
  const config = Object.entries(NODE_CONFIGS).find(([type]) => type === object.type)?.[1]
  return maskValue(value, name === 'config' ? config : known[name], name, context)
}

/** Properties that are free text in the contract, and not personal in these forms. */
const IMPERSONAL: Record<string, RegExp> = { multi_template_id: /^\d{1,20}$/, type: /^[a-z_]{1,32}$/ }
const IDENTIFIER = /^[\w-]{1,64}$/
const WORD = /^[A-Za-z_]{1,32}$/
const TIME = /^\d{4}-\d{2}-\d{2}([T ][\d:.]{4,18}(Z|[+-]\d{2}:?\d{2})?)?$/

function isImpersonal(value: string, schema: TSchema | undefined, name: string, siteId: string): boolean {
  if (schema === undefined) return false
  if (name === 'site_id') return value === siteId
  if (schema.format === 'uuid') return IDENTIFIER.test(value)
  if (schema.pattern === TIMESTAMP_PATTERN) return TIME.test(value)
  if (schema.enum !== undefined) return WORD.test(value)
  const form = schema.pattern === undefined ? IMPERSONAL[name] : new RegExp(schema.pattern)
  return form?.test(value) ?? false
}

/** The variables of a JSON Logic rule. */
const VARIABLE = /^(event|at|attributes\.\w+|member\.email|member\.attributes\.\w+)$/

/** Keeps the operators, numbers and variables of a JSON Logic rule, but not the texts that it compares with. */
function maskRule(rule: unknown, names: Pseudonyms): unknown {
  if (typeof rule === 'string') return VARIABLE.test(rule) ? rule : names.text(rule)
  if (Array.isArray(rule)) return rule.map(inner => maskRule(inner, names))
  if (!isObject(rule)) return rule
  return Object.fromEntries(
    Object.entries(rule).map(([name, inner]) => [names.property(name), maskRule(inner, names)]),
  )
}

/** The condition of a connection is a rule as JSON text. */
function maskCondition(condition: string, names: Pseudonyms): string {
  if (condition === ELSE) return condition
  const rule = parseJson(condition)
  return isObject(rule) ? JSON.stringify(maskRule(rule, names)) : names.text(condition)
}
