import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: a document is walked here, not used by its type
type Json = any
const document: Json = JSON.parse(
  readFileSync(new URL('../../openapi/control.openapi.json', import.meta.url), 'utf8'),
)

interface Operation {
  method: string
  path: string
  operation: Json
}

const operations: Operation[] = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

const exampleOf = ({ example, examples, schema }: Json): Json =>
  example ?? Object.values<Json>(examples ?? {})[0]?.value ?? schema?.examples?.[0]

const bodiesOf = ({ operation }: Operation): Json[] => {
  const { example, examples } = operation.requestBody.content['application/json']
  return example === undefined ? Object.values<Json>(examples).map(({ value }) => value) : [example]
}

describe('The document of the control API', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ logLevel: 'silent' })
  })
  afterAll(() => sandbox.close())

  test.each(operations.filter(({ operation }) => operation.requestBody))(
    'has examples for the body of $method $path that are accepted as they stand',
    async one => {
      const bodies = bodiesOf(one)
      expect(bodies.length).toBeGreaterThan(0)
      const origin = new URL(sandbox.url).origin
      for (const body of bodies) {
        await fetch(`${origin}/_sandbox/reset`, { method: 'POST' })
        const parameters = new Map((one.operation.parameters ?? []).map((p: Json) => [p.name, exampleOf(p)]))
        const path = one.path.replace(/\{(\w+)\}/g, (_, name) =>
          encodeURIComponent(String(parameters.get(name))),
        )
        const response = await fetch(origin + path, {
          method: one.method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        expect([response.status, response.ok ? '' : await response.text()]).toEqual([expect.any(Number), ''])
      }
    },
  )

  test.each(operations)('has an example for every parameter of $method $path', ({ operation }) => {
    const without = (operation.parameters ?? []).filter((p: Json) => exampleOf(p) === undefined)
    expect(without).toEqual([])
  })

  test('describes what is refused as application/problem+json', () => {
    for (const { operation } of operations)
      expect(Object.keys(operation.responses['4XX'].content)).toEqual(['application/problem+json'])
  })

  test('names what it is about, and its tags', () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([
        'Site',
        'Journey',
        'Member',
        'Clock',
        'Fault',
        'FaultRule',
        'Request',
        'Problem',
      ]),
    )
    const described = new Set(document.tags.map(({ name }: Json) => name))
    const used = new Set(operations.flatMap(({ operation }) => operation.tags))
    expect(used).toEqual(described)
  })
})
