import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifySchemaCompiler } from 'fastify'
import { Invalid } from './errors.ts'
import { type Issue, schemaIssues } from './seed/issues.ts'

/** A body, a query or a path parameter that does not match its schema. */
export class ValidationError extends Invalid {
  override name = 'ValidationError'
  readonly issues: Issue[]

  /** @param part the part of the request, as in `Invalid query` */
  constructor(part: string, issues: Issue[]) {
    super(
      `Invalid ${part}: ${issues.map(({ pointer, message }) => `${pointer || '/'} ${message}`).join('; ')}`,
    )
    this.issues = issues
  }
}

/** Holds what a program in the same process gives to the schema that HTTP holds it to. @throws {ValidationError} */
export function checkInput(name: string, schema: TSchema, value: unknown): void {
  const issues = schemaIssues(schema, value)
  if (issues.length > 0) throw new ValidationError(name, issues)
}

const PARTS: Record<string, string> = { querystring: 'query', params: 'path' }

/**
 * Validates every part of a request by TypeBox: each issue has a JSON pointer, unknown keys are refused where the schema is
 * closed, and nothing is dropped or filled in. Only the query and the path, which are text by nature, are converted.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  const isText = httpPart === 'querystring' || httpPart === 'params'
  return (data: unknown) => {
    const value = isText ? Value.Convert(schema, data) : data
    const issues = schemaIssues(schema, value)
    return issues.length === 0
      ? { value }
      : { error: new ValidationError(PARTS[httpPart] ?? httpPart, issues) }
  }
}
