import { readFileSync } from 'node:fs'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generate } from '../../scripts/generate.ts'
import { errorCatalogue } from '../../src/contract/errors.ts'
import { OPERATION_IDS, operations } from '../../src/contract/operations.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'

const VENDOR = new URL('../../openapi/journeys.openapi.json', import.meta.url)
const CONTROL = new URL('../../openapi/control.openapi.json', import.meta.url)

// biome-ignore lint/suspicious/noExplicitAny: a document is walked here, not used by its type
type Json = any
const vendor: Json = JSON.parse(readFileSync(VENDOR, 'utf8'))
const control: Json = JSON.parse(readFileSync(CONTROL, 'utf8'))

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
})
afterAll(() => sandbox.close())

test('what is generated is committed: run `npm run generate` when this fails', async () => {
  for (const [file, content] of await generate())
    expect(readFileSync(file, 'utf8'), file.pathname).toBe(content)
})

test('the served documents are the committed ones', async () => {
  expect(await (await fetch(`${sandbox.origin}/openapi.json`)).json()).toEqual(vendor)
  expect(parse(await (await fetch(`${sandbox.origin}/openapi.yaml`)).text())).toEqual(vendor)
  expect(await (await fetch(`${sandbox.origin}/_sandbox/openapi.json`)).json()).toEqual(control)
})

test.each([
  ['vendor', VENDOR],
  ['control', CONTROL],
])("the %s document passes Redocly's recommended rules without a warning", async (_name, file) => {
  const config = await createConfig({ extends: ['recommended'] })
  const source = readFileSync(file, 'utf8')
  const problems = await lintFromString({ source, absoluteRef: file.pathname, config })
  expect(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
  ).toEqual([])
})

describe("the vendor's document", () => {
  test('has the four operations and no other', () => {
    const found = Object.entries<Json>(vendor.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
    )
    const expected = OPERATION_IDS.map(
      name => `${name} get ${operations[name].path.replace(/:(\w+)/, '{$1}')}`,
    )
    expect(found.sort()).toEqual(expected.sort())
  })

  test('says of every property where it is known from', () => {
    const unmarked: string[] = []
    const walk = (schema: Json, pointer: string) => {
      if (typeof schema !== 'object' || schema === null) return
      for (const [name, property] of Object.entries<Json>(schema.properties ?? {})) {
        const marked = ['documented', 'observed', 'inferred'].includes(property?.['x-provenance'])
        if (!marked && typeof property !== 'boolean') unmarked.push(`${pointer}/${name}`)
      }
      for (const [key, value] of Object.entries(schema))
        if (key !== 'dependentSchemas') walk(value, `${pointer}/${key}`)
    }
    walk(vendor.components.schemas, '')
    walk(vendor.paths, 'paths')
    expect(unmarked).toEqual([])
  })

  test('has an example for every response, and each is valid', () => {
    for (const { get: operation } of Object.values<Json>(vendor.paths)) {
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        const { examples, schema } = response.content['application/json']
        expect(Object.keys(examples ?? {}), `${operation.operationId} ${status}`).not.toEqual([])
        for (const { value } of Object.values<Json>(examples)) expectValid(schema, value)
      }
    }
  })
})

// An independent reader of the published file: it knows nothing of the schemas in src. Every object is closed, so that
// an undocumented property is noticed.
const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }))
ajv.addSchema({
  $id: 'https://sandbox.test/openapi',
  components: closeObjects(structuredClone(vendor.components)),
})

function closeObjects(schema: Json): Json {
  if (typeof schema !== 'object' || schema === null) return schema
  for (const [key, value] of Object.entries(schema)) if (key !== 'dependentSchemas') closeObjects(value)
  if (schema.type === 'object' && schema.properties && !schema.patternProperties)
    schema.additionalProperties = false
  return schema
}

function expectValid(schema: { $ref: string }, value: unknown): void {
  const validate = ajv.getSchema(`https://sandbox.test/openapi${schema.$ref}`)
  if (!validate) throw new Error(`no schema ${schema.$ref}`)
  expect(validate(value) ? [] : validate.errors).toEqual([])
}

const template = (name: (typeof OPERATION_IDS)[number]) => operations[name].path.replace(/:(\w+)/, '{$1}')

describe('what the server answers is what the published document says', () => {
  const site = () => sandbox.sites()[0] as ReturnType<Sandbox['sites']>[number]
  const ask = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(`${sandbox.url}${path}`, { headers })
    return { status: response.status, body: await response.json() }
  }

  /** Asks, and holds the answer against the document. */
  async function check(
    name: (typeof OPERATION_IDS)[number],
    identifier: string | undefined,
    expected: number,
    headers: Record<string, string> = site().headersFor(identifier),
  ) {
    const { status, body } = await ask(
      operations[name].path.replace(/:\w+/, encodeURIComponent(identifier ?? '')),
      headers,
    )
    expect(status).toBe(expected)
    const response = vendor.paths[template(name)].get.responses[status]
    expect(response, `${name} does not document ${status}`).toBeDefined()
    expectValid(response.content['application/json'].schema, body)
  }

  test('for every journey and member of the demo', async () => {
    await check('getJourneys', undefined, 200)
    for (const { id } of site().content.read().journeys) await check('getJourney', id, 200)
    for (const { email } of site().content.read().members) {
      await check('getUserJourneysByEmail', email, 200)
      await check('getMemberJourneys', email, 200)
    }
  })

  test('for every error of the catalogue', async () => {
    const nobody = 'nobody-at-all@example.com'
    const nothing = '00000000-0000-4000-8000-000000000000'
    for (const name of OPERATION_IDS) {
      const { identifier } = operations[name]
      const good = identifier === 'journey_id' ? nothing : identifier === 'email_id' ? nobody : undefined
      await check(name, good, 401, {})
      await check(name, good, 403, { ...site().headersFor(good), 'X-AnnexCloud-Site': '1' })
      if (good !== undefined) {
        await check(name, good, 404)
        await check(name, 'malformed', 400)
      }
      for (const status of [414, 429, 431, 500, 503]) {
        await check(name, good, status, { 'X-Sandbox-Fault': `status=${status}` })
      }
      const documented = Object.keys(vendor.paths[template(name)].get.responses).map(Number)
      const reached = [200, 401, 403, ...(good === undefined ? [] : [400, 404]), 414, 429, 431, 500, 503]
      expect(documented.sort()).toEqual(reached.sort())
    }
    expect(errorCatalogue).toBeDefined()
  })
})

test('every route of the server is documented, or is a page, or is there to refuse', async () => {
  const routes = (await (await fetch(`${sandbox.origin}/_sandbox/openapi.json`)).json()) as Json
  expect(Object.keys(routes.paths).every(path => path.startsWith('/_sandbox/'))).toBe(true)
})
