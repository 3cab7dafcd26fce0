import { TIMESTAMP_PATTERN } from '../contract/formats.ts'
import type { ShapeSchema } from '../contract/shape.ts'

/** What kind of value something is: all that is ever said of one, as it may be about a person. */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const STRINGS: [kind: string, pattern: RegExp][] = [
  ['empty string', /^$/],
  ['uuid', UUID],
  ['uuid with capitals', new RegExp(UUID, 'i')],
  ['timestamp', new RegExp(TIMESTAMP_PATTERN)],
  ['timestamp of another form', /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/],
  ['date', /^\d{4}-\d{2}-\d{2}$/],
  ['decimal string', /^-?\d+\.\d+$/],
  ['whole number as a string', /^-?\d+$/],
  ['boolean as a string', /^(true|false)$/i],
]

export function kindOf(value: unknown): string {
  if (typeof value === 'string') return STRINGS.find(([, pattern]) => pattern.test(value))?.[0] ?? 'text'
  return jsonType(value)
}

const jsonType = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

/** The types that a schema allows. */
const typesOf = ({ type = [] }: ShapeSchema): string[] => [type].flat()

/** What a schema asks of a value, in the same words. */
export function expectationOf(schema: ShapeSchema): string {
  const { enum: values, format, pattern } = schema
  const rest = typesOf(schema).includes('null') ? ' or null' : ''
  if (Array.isArray(values)) return `${values.join(', ')}${rest}`
  if (format === 'uuid') return `uuid${rest}`
  if (pattern === TIMESTAMP_PATTERN) return `timestamp${rest}`
  if (pattern !== undefined) return `string of the form ${pattern}${rest}`
  return typesOf(schema).join(' or ')
}

/** How a value departs from its schema, its parts aside. */
export function departure(schema: ShapeSchema, value: unknown): 'other type' | 'other format' | undefined {
  if (!typesOf(schema).includes(jsonType(value))) return 'other type'
  if (typeof value !== 'string') return undefined
  const { enum: values, format, pattern } = schema
  // Identifiers are in lower case on the wire (CONTRACT.md, Formats); our schema, which is also for reading, is milder.
  const fits =
    (!Array.isArray(values) || values.includes(value)) &&
    (format !== 'uuid' || UUID.test(value)) &&
    (typeof pattern !== 'string' || new RegExp(pattern).test(value))
  return fits ? undefined : 'other format'
}
