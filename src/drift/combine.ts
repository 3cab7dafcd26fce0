import { followAlias, isPart, type Part } from './document.ts'

export type Combine = (keyword: 'allOf' | 'anyOf', schemas: unknown[]) => unknown

/**
 * Makes one schema of several. The same ones always give the same object, so that a schema that contains itself by way
 * of such a combination comes to an end.
 */
export function combiner(document: Part): Combine {
  const ids = new Map<unknown, number>()
  const made = new Map<string, Part>()
  const combinations = new Set<Part>()
  const idOf = (schema: unknown): number => {
    const id = ids.get(schema) ?? ids.size
    ids.set(schema, id)
    return id
  }
  return (keyword, schemas) => {
    const flat = schemas
      .map(schema => followAlias(document, schema))
      .flatMap(schema => (isPart(schema) && combinations.has(schema) ? (schema[keyword] ?? schema) : schema))
    const members = [...new Set(flat)].sort((a, b) => idOf(a) - idOf(b))
    if (members.length === 1) return members[0]
    const key = `${keyword} ${members.map(idOf).join()}`
    const combination = made.get(key) ?? { [keyword]: members }
    made.set(key, combination)
    combinations.add(combination)
    return combination
  }
}
