import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDocuments } from '../../src/verify/openapi-compare.ts'
import { readOpenApi } from '../../src/verify/openapi-document.ts'
import { type Document, downgraded, ourDocument } from '../support/openapi.ts'

const ours = await readOpenApi(ourDocument())
const NAMES = Object.keys(ourDocument().components.schemas)

/** A schema of any kind, which may refer to those there are. */
const schema = fc.letrec<{ schema: Document }>(tie => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      type: fc.constantFrom('string', 'integer', ['string', 'null']),
      format: fc.constantFrom('uuid', 'date'),
    }),
    fc.record({ type: fc.constantFrom('boolean', 'number', 'object'), nullable: fc.boolean() }),
    fc.constantFrom({}, true, { enum: ['a', null] }, { const: 1 }, { type: 'string', enum: ['b', 'a'] }),
    fc.constantFrom(...NAMES).map(name => ({ $ref: `#/components/schemas/${name}` })),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({
      properties: fc.dictionary(fc.constantFrom('id', 'name', 'a/b', 'nodes'), tie('schema'), {
        noNullPrototype: true,
      }),
      required: fc.subarray(['id', 'name']),
    }),
    fc.record({ allOf: fc.array(tie('schema'), { maxLength: 2 }), nullable: fc.boolean() }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
  ),
})).schema

type Change = (document: Document) => void
const some = fc.nat()
/** One of a list, chosen by a number. */
const at = <T>(items: T[], index: number): T => items[index % items.length] as T
const operationsOf = (document: Document): Document[] =>
  Object.values<Document>(document.paths).flatMap(item => item.get ?? [])
const objectsOf = (document: Document): Document[] =>
  Object.values<Document>(document.components.schemas).filter(({ properties }) => properties)

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(some, some, schema).map(
    ([s, p, made]): Change =>
      document => {
        const { properties } = at(objectsOf(document), s)
        properties[at(Object.keys(properties), p)] = made
      },
  ),
  fc.tuple(some, schema).map(
    ([s, made]): Change =>
      document => {
        at(objectsOf(document), s).properties.added = made
      },
  ),
  fc.tuple(some, some).map(
    ([s, p]): Change =>
      document => {
        const { properties } = at(objectsOf(document), s)
        if (Object.keys(properties).length > 1) delete properties[at(Object.keys(properties), p)]
      },
  ),
  fc.tuple(some, fc.subarray(['id', 'name', 'status', 'added'])).map(
    ([s, required]): Change =>
      document => {
        at(objectsOf(document), s).required = required
      },
  ),
  fc.tuple(some, schema).map(
    ([s, made]): Change =>
      document => {
        // A schema that is nothing but a reference to itself is no schema.
        document.components.schemas[at(NAMES, s)] = made.$ref ? { items: made } : made
      },
  ),
  fc.tuple(some, fc.constantFrom('200', '404', '4XX', 'default', '202'), fc.option(schema)).map(
    ([o, status, made]): Change =>
      document => {
        const content =
          made === null ? {} : { 'application/json': { schema: made }, 'text/*': { schema: {} } }
        at(operationsOf(document), o).responses[status] = { description: '', content }
      },
  ),
  fc.tuple(some, fc.subarray(['200', '401', '404', '503'])).map(
    ([o, kept]): Change =>
      document => {
        const operation = at(operationsOf(document), o)
        operation.responses = Object.fromEntries(
          Object.entries(operation.responses).filter(([status]) => kept.includes(status)),
        )
      },
  ),
  fc
    .tuple(
      some,
      fc.constantFrom('query', 'header', 'path'),
      fc.constantFrom('page', 'X-AnnexCloud-Site'),
      schema,
      fc.boolean(),
    )
    .map(
      ([o, where, name, made, required]): Change =>
        document => {
          const operation = at(operationsOf(document), o)
          operation.parameters = [
            ...(operation.parameters ?? []),
            { in: where, name, schema: made, required },
          ]
        },
    ),
  some.map(
    (o): Change =>
      document => {
        delete at(operationsOf(document), o).parameters
      },
  ),
  fc.tuple(some, fc.array(fc.subarray(['token', 'site', 'key', 'basic', 'unknown']), { maxLength: 2 })).map(
    ([o, ways]): Change =>
      document => {
        const schemes = document.components.securitySchemes
        schemes.key = { type: 'apiKey', in: 'header', name: 'X-Key' }
        schemes.basic = { type: 'http', scheme: 'Basic' }
        at(operationsOf(document), o).security = ways.map(way =>
          Object.fromEntries(way.map(name => [name, []])),
        )
      },
  ),
  fc.tuple(some, fc.constantFrom('/other/{id}', '/api/4.0')).map(
    ([p, place]): Change =>
      document => {
        const path = at(Object.keys(document.paths), p)
        const item = document.paths[path]
        delete document.paths[path]
        document.paths[place.startsWith('/api') ? place + path : place] = item
      },
  ),
  fc.tuple(some, fc.string()).map(
    ([o, id]): Change =>
      document => {
        at(operationsOf(document), o).operationId = id
      },
  ),
  fc.constant<Change>(document => {
    delete document.paths[Object.keys(document.paths)[0] as string]
  }),
)

/** Our document after some changes, in OpenAPI 3.1 or 3.0. */
function changed(changes: Change[], old: boolean): Document {
  const document = ourDocument()
  for (const apply of changes) if (Object.keys(document.paths).length > 1) apply(document)
  return old ? downgraded(document) : document
}

/** In any order, as the two documents may have their properties in another. */
const differencesOf = async (document: Document): Promise<string[]> =>
  compareDocuments(ours, await readOpenApi(document))
    .map(difference => JSON.stringify(difference))
    .sort()

test('Any document can be compared, and differs in 3.0 as it does in 3.1', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 6 }), async changes => {
      const [in31, in30] = [changed(changes, false), changed(changes, true)]
      const [found, inOther] = [await differencesOf(in31), await differencesOf(in30)]
      expect(inOther).toEqual(found)
    }),
    { numRuns: 40 },
  )
})

test('A document that is changed in one place differs in that place', async () => {
  await fc.assert(
    fc.asyncProperty(some, some, async (s, p) => {
      const document = ourDocument()
      const schemas = objectsOf(document)
      const { properties } = at(schemas, s)
      const name = at(Object.keys(properties), p)
      properties[name] = { type: 'integer' }
      const found = compareDocuments(ours, await readOpenApi(document))
      expect(found).not.toEqual([])
      for (const { places } of found)
        for (const place of places) expect(place).toMatch(new RegExp(`(^|[ .\\]])${name}$`))
    }),
    { numRuns: 40 },
  )
})
