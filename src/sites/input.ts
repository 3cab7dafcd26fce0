import type { TSchema } from '@sinclair/typebox'
import { schemaIssues } from '../seed/issues.ts'
import { ValidationError } from '../validation.ts'

/** Holds what a program in the same process gives to the schema that HTTP holds it to. @throws {ValidationError} */
export function checkInput(name: string, schema: TSchema, value: unknown): void {
  const issues = schemaIssues(schema, value)
  if (issues.length > 0) throw new ValidationError(name, issues)
}
