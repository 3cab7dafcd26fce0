import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value'
import { Email, TIMESTAMP_PATTERN } from '../contract/formats.ts'
import { pointerNames } from '../contract/json.ts'
import { DURATION_PATTERN } from '../contract/node-config.ts'
import { PROGRESS_PATTERN } from '../contract/participation.ts'
import { SiteRecord } from '../contract/records.ts'
import { suggest } from './suggest.ts'
import { asDuration, SEED_TIME_PATTERN } from './times.ts'

/** What is wrong with a document, and where. */
export interface Issue {
  /** A JSON pointer. */
  pointer: string
  /** A sentence without its subject. */
  message: string
  /** Whether it is about the name of the property, and not about its value. */
  atKey?: true
}

/** Where something begins in a text; both numbers count from 1. */
export interface Position {
  line: number
  column: number
}

/** An issue, and where it is in the text of the document if that is known. */
export type PlacedIssue = Issue & Partial<Position>

/** A document that is refused, with everything that is wrong with it; one line each in the message. */
export class SeedError extends Error {
  override name = 'SeedError'
  readonly statusCode = 400
  readonly issues: PlacedIssue[]

  constructor(source: string, issues: PlacedIssue[]) {
    super(issues.map(issue => issueLine(source, issue)).join('\n'))
    this.issues = issues.map(({ atKey, ...issue }) => issue)
  }

  /** Several of them as one. */
  static of(errors: readonly SeedError[]): SeedError {
    const [only] = errors
    if (only && errors.length === 1) return only
    const all = new SeedError(
      '',
      errors.flatMap(({ issues }) => issues),
    )
    all.message = errors.map(({ message }) => message).join('\n')
    return all
  }
}

/** An issue on one line. Control characters are written as in JSON, so that what is quoted does not break it. */
export function issueLine(source: string, { pointer, message, line, column }: PlacedIssue): string {
  const place = line === undefined ? source : `${source}:${line}:${column}`
  return `${place} ${pointer || '/'}: ${message}`.replace(/\p{Cc}/gu, character =>
    JSON.stringify(character).slice(1, -1),
  )
}

/** What is probably a mistake, on one line. */
export const warningLine = (source: string, { message, ...place }: PlacedIssue): string =>
  issueLine(source, { ...place, message: `warning: ${message}` })

/** The most issues that are listed: a document of some megabytes may have millions. */
export const MAX_ISSUES = 1000

const checkers = new WeakMap<TSchema, TypeCheck<TSchema>>()

function checkerOf(schema: TSchema): TypeCheck<TSchema> {
  const known = checkers.get(schema) ?? TypeCompiler.Compile(schema)
  checkers.set(schema, known)
  return known
}

/** Where a value departs from its schema, one issue for each place, up to `MAX_ISSUES`. */
export function schemaIssues(schema: TSchema, value: unknown): Issue[] {
  // Most values have no issue, and a compiled check is much faster than listing issues.
  if (checkerOf(schema).Check(value)) return []
  const issues = new Map<string, Issue>()
  for (const error of Value.Errors(schema, value)) {
    if (issues.size >= MAX_ISSUES) break
    for (const issue of toIssues(error)) if (!issues.has(issue.pointer)) issues.set(issue.pointer, issue)
  }
  return [...issues.values()]
}

/** The issue of an error; of a union, those of the variant that is meant. */
function toIssues(error: ValueError): Issue[] {
  const { path, value } = error
  if (error.type !== ValueErrorType.Union) return [toIssue(error)]
  const variants: TSchema[] = error.schema.anyOf
  const tag = ['kind', 'type'].find(name => variants.every(variant => variant.properties?.[name]?.const))
  if (tag !== undefined && typeOf(value) === 'object') {
    const tagOf = (variant: TSchema): string => variant.properties[tag].const
    const stated = (value as Record<string, unknown>)[tag]
    const meant = variants.find(variant => tagOf(variant) === stated)
    if (meant) return within(path, meant, value)
    const shared = within(path, variants[0] as TSchema, value).filter(({ pointer, atKey }) => {
      const [name = ''] = pointer.slice(path.length + 1).split('/')
      return !atKey && name !== tag && variants.every(variant => Object.hasOwn(variant.properties, name))
    })
    return [noneOf(`${path}/${tag}`, stated, variants.map(tagOf)), ...shared]
  }
  const alike = variants.filter(variant => variant.type === typeOf(value))
  if (alike.length === 1 && alike[0]) return within(path, alike[0], value)
  return [{ pointer: path, message: `${show(value)} is not ${variants.map(expectation).join(' or ')}` }]
}

const within = (path: string, schema: TSchema, value: unknown): Issue[] =>
  schemaIssues(schema, value).map(issue => ({ ...issue, pointer: path + issue.pointer }))

const noneOf = (pointer: string, value: unknown, known: readonly string[]): Issue => {
  if (value === undefined) return { pointer, message: `is missing; there are ${known.join(', ')}` }
  return { pointer, message: `${show(value)} is unknown; ${suggest(String(value), known)}` }
}

function toIssue({ type, schema, path: pointer, value }: ValueError): Issue {
  switch (type) {
    case ValueErrorType.ObjectRequiredProperty:
      return { pointer, message: 'is missing' }
    case ValueErrorType.ObjectAdditionalProperties:
      return {
        pointer,
        message: `is not a known property here; ${suggest(pointerNames(pointer).at(-1) ?? '', Object.keys(schema.properties))}`,
        atKey: true,
      }
    case ValueErrorType.Kind:
      return noneOf(pointer, value, schema.enum)
    case ValueErrorType.StringMinLength:
    case ValueErrorType.ArrayMinItems:
      return { pointer, message: 'is empty' }
    case ValueErrorType.ObjectMinProperties:
    case ValueErrorType.ObjectMaxProperties:
      return { pointer, message: `has ${Object.keys(value as object).length} operators; a rule has one` }
    default:
      return { pointer, message: `${show(value)} is not ${expectation(schema)}${advice(schema, value)}` }
  }
}

const PATTERNS = new Map([
  [TIMESTAMP_PATTERN, 'a time like 2025-01-15T10:33:32.500861'],
  [SEED_TIME_PATTERN, 'a time'],
  [DURATION_PATTERN, 'a duration'],
  [String(Email().pattern), 'an email address'],
  [PROGRESS_PATTERN, 'a percentage with one decimal, such as "33.3"'],
  [String(SiteRecord.properties.site_id.pattern), 'a site id: up to 64 visible ASCII characters'],
])

const TYPES: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}

/** What a value should have been, with its article. */
function expectation(schema: TSchema): string {
  if (schema.format === 'uuid') return 'a UUID in lower case'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return `one of ${schema.enum.join(', ')}`
  if (schema.anyOf) return schema.anyOf.map(expectation).join(' or ')
  const pattern = schema.pattern === undefined ? undefined : String(schema.pattern)
  if (pattern !== undefined) return PATTERNS.get(pattern) ?? `of the form ${pattern}`
  if (schema.maxProperties === 1)
    return 'a rule of JSON Logic, such as {">=": [{"var": "attributes.amount"}, 50]}'
  const { minimum, maximum } = schema
  const range =
    minimum === undefined
      ? ''
      : maximum === undefined
        ? `, at least ${minimum}`
        : ` from ${minimum} to ${maximum}`
  return `${TYPES[schema.type] ?? `of type ${schema.type}`}${range}`
}

/** How a time or a duration is written instead. */
function advice({ pattern }: TSchema, value: unknown): string {
  if (pattern === DURATION_PATTERN)
    return `; write ${asDuration(value) ?? 'it like P14D, which is 14 days, or PT36H, 36 hours'}`
  if (pattern !== SEED_TIME_PATTERN) return ''
  const duration = typeof value === 'string' ? asDuration(value) : undefined
  if (duration === undefined)
    return '; write it like 2026-01-05 or 2026-01-05T10:00:00Z or, relative to the load, -P3D'
  const written = /ago/.test(String(value)) ? `-${duration}` : `-${duration} or +${duration}`
  return `; write ${written}, relative to the load`
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
