import { readFileSync } from 'node:fs'

/** Our own OpenAPI document, and what tests make of it. */

// biome-ignore lint/suspicious/noExplicitAny: a document is taken apart at will
export type Document = any

const FILE = new URL('../../openapi/journeys.openapi.json', import.meta.url)

/** A new copy each time. */
export const ourDocument = (): Document => JSON.parse(readFileSync(FILE, 'utf8'))

/** The same in OpenAPI 3.0, which writes what may be null in another way. */
export function downgraded(document: Document): Document {
  const rewrite = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(rewrite)
    const { type, ...rest } = value as Document
    const types = [type].flat()
    const inner = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, rewrite(part)]))
    if (!types.every(name => typeof name === 'string'))
      return type === undefined ? inner : { type: rewrite(type), ...inner }
    const nullable = types.includes('null') ? { nullable: true } : {}
    return { type: types.find(name => name !== 'null'), ...nullable, ...inner }
  }
  return { ...(rewrite(document) as object), openapi: '3.0.3' }
}
