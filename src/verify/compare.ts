import type { TSchema } from '@sinclair/typebox'
import { TIMESTAMP_PATTERN } from '../contract/formats.ts'
import { isObject, toText } from '../contract/json.ts'
import { type Property, propertiesOf } from '../contract/schemas.ts'
import { isUuid } from '../seed/ids.ts'

/** The result of comparing the values of a property with its schema. */
export type PropertyVerdict = 'matches' | 'missing' | 'extra' | 'other type' | 'other format' | 'not seen'

/** A property in all answers together, with kinds of values and never a value, which may be personal. */
interface PropertyFinding {
  path: string
  verdict: PropertyVerdict
  /** What the schema requires; null for a property that is not in the schema. */
  expected: string | null
  /** The kinds of the values that do not match; if all match, of all values. */
  found: string[]
  /** The number of objects that have the property. */
  seen: number
  /** The number of objects that could have it. */
  of: number
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')))
const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** All values at a path, in every answer. */
function valuesAt(answers: unknown[], path: string): unknown[] {
  if (path === '') return answers
  const values = valuesIn(valuesAt(answers, parentOf(path)), nameOf(path).replace('[]', ''))
  return path.endsWith('[]') ? values.filter(Array.isArray).flat() : values
}

/** The values of a property in those that have it. */
const valuesIn = (holders: unknown[], name: string): unknown[] =>
  holders.flatMap(holder => (isObject(holder) && Object.hasOwn(holder, name) ? [holder[name]] : []))

/** Compares a property in all answers with its schema. */
export function compareProperty(
  { path, schema, required, when }: Property,
  answers: unknown[],
): PropertyFinding {
  const parent = parentOf(path)
  const holders = valuesAt(answers, parent).filter(holder => {
    // An answer that is not an object lacks every property; a part that is not an object is judged at its own path.
    if (!isObject(holder)) return parent === ''
    return when === undefined || when.values.includes(toText(holder[when.name]))
  })
  const values = valuesIn(holders, nameOf(path))
  const items = values.filter(Array.isArray).flat()
  const listsObjects = schema.items !== undefined && propertiesOf(schema.items).length > 0
  const nonObjects = listsObjects ? items.filter(item => !isObject(item)) : []
  const otherType = values.filter(value => !hasType(schema, value))
  const otherFormat = values.filter(value => hasType(schema, value) && !hasFormat(schema, value))
  const finding = { path, expected: expectationOf(schema), seen: values.length, of: holders.length }
  if (required && values.length < holders.length)
    return { ...finding, verdict: 'missing', found: kindsOf(values) }
  if (values.length === 0) return { ...finding, verdict: 'not seen', found: [] }
  if (otherType.length > 0)
    return { ...finding, verdict: 'other type', found: kindsOf([...otherType, ...otherFormat]) }
  if (otherFormat.length > 0) return { ...finding, verdict: 'other format', found: kindsOf(otherFormat) }
  if (nonObjects.length > 0) {
    return { ...finding, verdict: 'other type', found: kindsOf(nonObjects).map(kind => `array of ${kind}`) }
  }
  return { ...finding, verdict: 'matches', found: kindsOf(values) }
}

/** The properties of the answers that a schema does not have. */
export const unknownProperties = (properties: Property[], answers: unknown[]): PropertyFinding[] =>
  [...Map.groupBy(properties, ({ path }) => parentOf(path))].flatMap(([parent, known]) => {
    const objects = valuesAt(answers, parent).filter(isObject)
    const names = new Set(known.map(({ path }) => nameOf(path)))
    const others = objects.flatMap(object => Object.entries(object).filter(([name]) => !names.has(name)))
    return [...Map.groupBy(others, ([name]) => printableName(name))].map(([name, found]) => ({
      path: parent === '' ? name : `${parent}.${name}`,
      verdict: 'extra',
      expected: null,
      found: kindsOf(found.map(([, value]) => value)),
      seen: found.length,
      of: objects.length,
    }))
  })

/** The name of a property, unless it is not an identifier, and so may be data such as an email. */
export const printableName = (name: string): string =>
  /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? name : '(a name that is data)'

const matching = (pattern: RegExp | string) => (text: string) => new RegExp(pattern).test(text)

const STRING_KINDS: [kind: string, is: (text: string) => boolean][] = [
  ['empty string', matching(/^$/)],
  ['uuid', isUuid],
  ['uuid with capitals', text => isUuid(text.toLowerCase())],
  ['timestamp', matching(TIMESTAMP_PATTERN)],
  ['timestamp of another form', matching(/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/)],
  ['date', matching(/^\d{4}-\d{2}-\d{2}$/)],
  ['decimal string', matching(/^-?\d+\.\d+$/)],
  ['whole number as a string', matching(/^-?\d+$/)],
  ['boolean as a string', matching(/^(true|false)$/i)],
]

const kindsOf = (values: unknown[]): string[] => [...new Set(values.map(kindOf))].sort()

function kindOf(value: unknown): string {
  if (typeof value !== 'string') return jsonType(value)
  return STRING_KINDS.find(([, is]) => is(value))?.[0] ?? 'text'
}

const jsonType = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

const typesOf = ({ type = [] }: TSchema): string[] => [type].flat()

const hasType = (schema: TSchema, value: unknown): boolean => typesOf(schema).includes(jsonType(value))

function hasFormat({ enum: values, format, pattern }: TSchema, value: unknown): boolean {
  if (typeof value !== 'string') return true
  return (
    (!Array.isArray(values) || values.includes(value)) &&
    // Identifiers are in lower case on the wire (CONTRACT.md, Formats); the schema also admits capitals, for reading.
    (format !== 'uuid' || isUuid(value)) &&
    (typeof pattern !== 'string' || new RegExp(pattern).test(value))
  )
}

/** What a schema requires of a value, in the words that describe the kinds of values. */
export function expectationOf(schema: TSchema): string {
  const { enum: values, format, pattern } = schema
  const orNull = typesOf(schema).includes('null') ? ' or null' : ''
  if (Array.isArray(values)) return `${values.join(', ')}${orNull}`
  if (format === 'uuid') return `uuid${orNull}`
  if (pattern === TIMESTAMP_PATTERN) return `timestamp${orNull}`
  if (pattern !== undefined) return `string of the form ${pattern}${orNull}`
  return typesOf(schema).join(' or ')
}
