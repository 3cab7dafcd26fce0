import type { TSchema } from '@sinclair/typebox'
import { Invalid } from '../errors.ts'
import { schemaIssues } from '../seed/issues.ts'

/** Holds what a program in the same process gives to the schema that HTTP holds it to. @throws {Invalid} naming every issue */
export function checkInput(name: string, schema: TSchema, value: unknown): void {
  const issues = schemaIssues(schema, value)
  if (issues.length === 0) return
  const list = issues.map(({ pointer, message }) => `${pointer || '/'} ${message}`).join('; ')
  throw new Invalid(`Invalid ${name}: ${list}`)
}
