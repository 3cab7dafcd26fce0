import type { TSchema } from '@sinclair/typebox'
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value'

/** What is wrong with a document, and where. */
export interface Fault {
  /** A JSON pointer. */
  pointer: string
  message: string
}

/** A document that is refused whole, with everything that is wrong with it; one line each in the message. */
export class SeedError extends Error {
  override name = 'SeedError'
  readonly faults: Fault[]

  constructor(source: string, faults: Fault[]) {
    super(faults.map(({ pointer, message }) => `${source} ${pointer || '/'}: ${message}`).join('\n'))
    this.faults = faults
  }
}

/** Where a value departs from its schema, one fault for each place. */
export function schemaFaults(schema: TSchema, value: unknown): Fault[] {
  const faults = new Map<string, Fault>()
  for (const error of Value.Errors(schema, value)) {
    if (!faults.has(error.path)) faults.set(error.path, { pointer: error.path, message: describe(error) })
  }
  return [...faults.values()]
}

function describe({ type, schema, value, message }: ValueError): string {
  switch (type) {
    case ValueErrorType.ObjectRequiredProperty:
      return 'is missing'
    case ValueErrorType.ObjectAdditionalProperties:
      return 'is not a known property here; check its spelling'
    case ValueErrorType.StringPattern:
    case ValueErrorType.StringFormat:
      return `${show(value)} is not ${expectation(schema)}`
    case ValueErrorType.Kind:
      return `${show(value)} is none of ${(schema.enum as string[]).join(', ')}`
    case ValueErrorType.Union:
      return `${show(value)} is not ${(schema.anyOf as TSchema[]).map(expectation).join(' or ')}`
    default:
      return `${message.charAt(0).toLowerCase()}${message.slice(1)}, not ${show(value)}`
  }
}

function expectation(schema: TSchema): string {
  if (schema.format === 'uuid') return 'a UUID in lower case'
  const pattern = String(schema.pattern ?? '')
  if (pattern.startsWith('^\\d{4}')) return 'a time like 2025-01-15T10:33:32.500861'
  if (pattern.includes('@')) return 'an email address'
  if (pattern !== '') return `of the form ${pattern}`
  return `a ${schema.type}`.replace('a null', 'null')
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
