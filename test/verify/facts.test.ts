import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ATTEMPTS } from '../../src/auth/attempts.ts'
import { AUTH_RULES } from '../../src/auth/rules.ts'
import { CHECKS } from '../../src/auth/verdict.ts'
import { FACTS } from '../../src/verify/facts.ts'
import { ourDocument } from '../support/openapi.ts'

// biome-ignore lint/suspicious/noExplicitAny: a document is walked here, not used by its type
type Json = any

/** Every property and parameter of the published document with its provenance, read without the product's own walk. */
function publishedFacts(document: Json): [id: string, provenance: string][] {
  const follow = (schema: Json): Json =>
    schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)] : schema
  const within = (id: string, schema: Json): [string, string][] => {
    const { items, properties = {}, oneOf } = follow(schema)
    if (items) return within(`${id}[]`, items)
    // What the first variant says comes last, and so counts.
    if (oneOf) return oneOf.toReversed().flatMap((variant: Json) => within(id, variant))
    return Object.entries<Json>(properties).flatMap(([name, property]): [string, string][] => [
      [`${id}.${name}`, property['x-provenance']],
      ...within(`${id}.${name}`, property),
    ])
  }
  const operations = Object.values<Json>(document.paths).flatMap(({ get }) => [
    ...get.parameters
      .filter((parameter: Json) => parameter.in === 'path')
      .map(({ name, schema }: Json) => [`${get.operationId}{${name}}`, schema['x-provenance']]),
    ...within(get.operationId, get.responses[200].content['application/json'].schema),
  ])
  return [...operations, ...within('ApiError', document.components.schemas.ApiError)]
}

describe('The facts', () => {
  test('have each property of the OpenAPI document, with the same provenance, and no other', () => {
    const own = FACTS.filter(({ kind }) => kind === 'property' || kind === 'parameter')
    expect(new Map(own.map(({ id, provenance }) => [id, provenance]))).toEqual(
      new Map(publishedFacts(ourDocument())),
    )
    expect(own.length).toBeGreaterThan(80)
  })

  test('have a rule for each check of authentication, and each rule has an attempt', () => {
    expect(new Set(AUTH_RULES.map(({ check }) => check))).toEqual(new Set(CHECKS))
    expect(AUTH_RULES.map(({ name }) => name).sort()).toEqual(Object.keys(ATTEMPTS).sort())
    const rules = FACTS.filter(({ kind }) => kind === 'authentication').map(({ id }) => id)
    expect(rules).toEqual(AUTH_RULES.map(({ name }) => `auth.${name}`))
  })

  test('have each rule and error of the OpenAPI document, with the same provenance, and no other', () => {
    const own = FACTS.filter(({ kind }) => !['operation', 'parameter', 'property'].includes(kind))
    const published = Object.entries<Json>(ourDocument()['x-rules'])
    expect(own.map(({ id, provenance }) => [id, provenance])).toEqual(
      published.map(([id, rule]) => [id, rule['x-provenance']]),
    )
  })

  test('have no id twice, and are all explained', () => {
    expect(new Set(FACTS.map(({ id }) => id)).size).toBe(FACTS.length)
    expect(FACTS.filter(({ what, provenance }) => !what || !provenance)).toEqual([])
  })
})

// That the committed page is the generated one is held, for all generated files, in test/openapi/openapi.test.ts.
test('docs/fidelity.md has a row for each fact, with its provenance', () => {
  const page = readFileSync(new URL('../../docs/fidelity.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(([, id, provenance]) => [id, provenance])
  expect(rows).toEqual(FACTS.map(({ id, provenance }) => [id, provenance]))
})
