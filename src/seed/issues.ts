import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { Value, type ValueError, ValueErrorType } from '@sinclair/typebox/value'

/** What is wrong with a document, and where. */
export interface Issue {
  /** A JSON pointer. */
  pointer: string
  message: string
}

/** Where something begins in a text; both numbers count from 1. */
export interface Position {
  line: number
  column: number
}

/** An issue, and where it is in the text of the document if that is known. */
type PlacedIssue = Issue & Partial<Position>

/** A document that is refused whole, with everything that is wrong with it; one line each in the message. */
export class SeedError extends Error {
  override name = 'SeedError'
  readonly statusCode = 400
  readonly issues: PlacedIssue[]

  constructor(source: string, issues: PlacedIssue[]) {
    super(issues.map(issue => issueLine(source, issue)).join('\n'))
    this.issues = issues
  }
}

const checkers = new WeakMap<TSchema, TypeCheck<TSchema>>()

function checkerOf(schema: TSchema): TypeCheck<TSchema> {
  const known = checkers.get(schema) ?? TypeCompiler.Compile(schema)
  checkers.set(schema, known)
  return known
}

/** An issue on one line. Control characters are written as in JSON, so that what is quoted does not break it. */
export function issueLine(source: string, { pointer, message, line, column }: PlacedIssue): string {
  const place = line === undefined ? source : `${source}:${line}:${column}`
  return `${place} ${pointer || '/'}: ${message}`.replace(/\p{Cc}/gu, character =>
    JSON.stringify(character).slice(1, -1),
  )
}

/** Where a value departs from its schema, one issue for each place. */
export function schemaIssues(schema: TSchema, value: unknown): Issue[] {
  // Finding out that nothing is wrong is much quicker than listing what is.
  if (checkerOf(schema).Check(value)) return []
  const issues = new Map<string, Issue>()
  for (const error of Value.Errors(schema, value)) {
    for (const issue of toIssues(error)) if (!issues.has(issue.pointer)) issues.set(issue.pointer, issue)
  }
  return [...issues.values()]
}

/** One issue, but for a union of objects that a `kind` tells apart: there, those of the kind that is meant. */
function toIssues(error: ValueError): Issue[] {
  const variants: TSchema[] = error.type === ValueErrorType.Union ? error.schema.anyOf : []
  const kindOf = (variant: TSchema) => variant.properties?.kind?.const
  if (!variants.some(kindOf)) return [{ pointer: error.path, message: describe(error) }]
  const kind = (error.value as { kind?: unknown } | null)?.kind
  const meant = variants.find(variant => kindOf(variant) === kind)
  if (!meant) {
    const message = `${show(kind)} is none of ${variants.map(kindOf).join(', ')}`
    return [{ pointer: `${error.path}/kind`, message }]
  }
  return schemaIssues(meant, error.value).map(({ pointer, message }) => ({
    pointer: error.path + pointer,
    message,
  }))
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
  if (pattern.startsWith('^(100')) return 'a percentage with one decimal, such as 33.3'
  if (pattern !== '') return `of the form ${pattern}`
  return `a ${schema.type}`.replace('a null', 'null')
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
