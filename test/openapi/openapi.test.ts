import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generate } from '../../scripts/generate.ts'
import { buildApp } from '../../src/app.ts'
import { checkConfig } from '../../src/config.ts'
import { ERROR_CASES, type ErrorName } from '../../src/contract/errors.ts'
import {
  errorsOf,
  OPERATION_IDS,
  type OperationId,
  operationPath,
  operations,
} from '../../src/contract/operations.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import type { Site } from '../../src/sites/site.ts'
import { testApp } from '../support/app.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'

const VENDOR = new URL('../../openapi/journeys.openapi.json', import.meta.url)
const VENDOR_30 = new URL('../../openapi/journeys.openapi-3.0.json', import.meta.url)
const CONTROL = new URL('../../openapi/control.openapi.json', import.meta.url)

// biome-ignore lint/suspicious/noExplicitAny: a document is walked here, not used by its type
type Json = any
const vendor: Json = JSON.parse(readFileSync(VENDOR, 'utf8'))
const vendor30: Json = JSON.parse(readFileSync(VENDOR_30, 'utf8'))
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

describe('the served documents are the committed ones', () => {
  const read = async (path: string) => (await fetch(`${sandbox.origin}${path}`)).text()

  test.each([
    ['/openapi.json', '/api/3.0', () => vendor],
    ['/openapi.yaml', '/api/3.0', () => vendor],
    ['/openapi-3.0.json', '/api/3.0', () => vendor30],
    ['/_sandbox/openapi.json', '', () => control],
    ['/_sandbox/openapi.yaml', '', () => control],
  ])('%s, but for their server: it is the one that was called', async (path, basePath, committed) => {
    const { servers, ...document } = parse(await read(path))
    const { servers: _committed, ...expected } = committed()
    expect(document).toEqual(expected)
    expect(servers.map(({ url }: { url: string }) => url)).toEqual([`${sandbox.origin}${basePath}`])
  })

  test('which names the host of each caller', async () => {
    await using own = await testApp()
    for (const host of ['a', 'b.localhost:8080', 'a']) {
      const response = await own.app.inject({ url: '/openapi.json', headers: { host } })
      expect(response.json().servers[0].url).toBe(`http://${host}/api/3.0`)
    }
  })

  test('a reader of YAML 1.1 sees the same', async () => {
    expect(parse(await read('/openapi.yaml'), { version: '1.1' })).toEqual(
      JSON.parse(await read('/openapi.json')),
    )
  })
})

test.each([
  ['vendor', VENDOR],
  ['vendor 3.0', VENDOR_30],
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
  const responsesOf = (operation: OperationId): Record<string, Json> =>
    vendor.paths[template(operation)].get.responses

  interface Answer {
    status: number
    body: unknown
  }

  /** One request over a connection of its own, as some requests end the connection. */
  async function get(
    operation: OperationId,
    identifier?: string,
    headers: Record<string, string> = {},
    { setHost = true, query = '' } = {},
  ): Promise<Answer> {
    const outgoing = request(`${sandbox.url}${operationPath(operation, identifier)}${query}`, {
      headers: { ...site().headersFor(identifier), ...headers },
      ...{ setHost, agent: false },
    })
    const [response] = (await once(outgoing.end(), 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, body: await json(response) }
  }

  /** Holds an answer against the document. */
  function check(operation: OperationId, { status, body }: Answer, expected: number): void {
    expect(status).toBe(expected)
    const response = responsesOf(operation)[String(status)]
    expect(response, `${operation} does not document ${status}`).toBeDefined()
    expectValid(response.content['application/json'].schema, body)
  }

  test('for every journey and member of the demo', async () => {
    check('getJourneys', await get('getJourneys'), 200)
    for (const { id } of site().content.read().journeys) check('getJourney', await get('getJourney', id), 200)
    for (const { email, status = 'active' } of site().content.read().members) {
      const expected = status === 'active' ? 200 : 400
      for (const operation of ['getUserJourneysByEmail', 'getMemberJourneys'] as const)
        check(operation, await get(operation, email), expected)
    }
  })

  const GOOD = { journey_id: 'de04a64d-dc40-445f-8351-3dde7567d5c8', email_id: 'ann@example.com' }
  const goodFor = (operation: OperationId): string | undefined => {
    const { identifier } = operations[operation]
    return identifier === null ? undefined : GOOD[identifier]
  }

  /** A call of an operation that ends in the error. */
  const provocations: Partial<Record<ErrorName, (operation: OperationId) => Promise<Answer>>> = {
    badRequest: operation => get(operation, goodFor(operation), {}, { setHost: false }),
    invalidIdentifier: operation => get(operation, 'malformed'),
    blocked: operation => get(operation, 'suspended@example.com'),
    optedOut: operation => get(operation, 'opted-out@example.com'),
    unauthorized: operation => get(operation, goodFor(operation), { authorization: 'Bearer nonsense' }),
    journeyNotFound: operation => get(operation, '00000000-0000-4000-8000-000000000000'),
    memberNotFound: operation => get(operation, 'nobody@example.com'),
    pathTooLong: operation => get(operation, goodFor(operation), {}, { query: `?${'x'.repeat(9000)}` }),
    expectationFailed: operation => get(operation, goodFor(operation), { expect: 'a miracle' }),
    headersTooLarge: operation => get(operation, goodFor(operation), { 'x-large': 'x'.repeat(20_000) }),
    rateLimited: operation => get(operation, goodFor(operation), { 'x-sandbox-fault': 'status=429' }),
    unavailable: operation => get(operation, goodFor(operation), { 'x-sandbox-fault': 'status=503' }),
    async internal(operation) {
      await using broken = await testApp()
      broken.store.close()
      const identifier = goodFor(operation)
      const url = `/api/3.0${operationPath(operation, identifier)}`
      const response = await broken.app.inject({ url, headers: headersOf(jwt(goodClaims(identifier ?? ''))) })
      return { status: response.statusCode, body: response.json() }
    },
  }

  test.each(OPERATION_IDS.flatMap(operation => errorsOf(operation).map(name => [operation, name] as const)))(
    'for an error of %s: %s',
    async (operation, name) => {
      const provoke = provocations[name]
      if (!provoke) throw new Error(`provoke ${name} here`)
      const answer = await provoke(operation)
      check(operation, answer, ERROR_CASES[name].status)
      const { examples } = responsesOf(operation)[String(answer.status)].content['application/json']
      expect(answer.body).toEqual(examples[name].value)
    },
  )

  test.each(OPERATION_IDS)('%s documents no other error', operation => {
    const { 200: _, ...errors } = responsesOf(operation)
    const named = Object.values(errors).flatMap(({ content }) =>
      Object.keys(content['application/json'].examples),
    )
    expect(named.sort()).toEqual(errorsOf(operation).sort())
  })
})

/** Every route of the server, from the router itself: `GET /path/{param}`. */
async function routes(): Promise<string[]> {
  await using sandbox = await testApp()
  // Its pages are for people, and in no document.
  const app = await buildApp({ config: checkConfig({ inspector: 'off' }), sites: sandbox.sites })
  const found: string[] = []
  const above: string[] = []
  for (const line of app.printRoutes({ commonPrefix: false }).trimEnd().split('\n')) {
    const [, indent = '', segment = '', methods = ''] = /^([\s│├└─]*)(\S+) \((.*)\)$/.exec(line) ?? []
    const depth = indent.length / 4
    above.length = depth - 1
    above.push(segment)
    const path = above.join('').replace(/:(\w+)/g, '{$1}')
    found.push(...methods.split(', ').map(method => `${method} ${path}`))
  }
  return found
}

test('the routes of the server are the operations of the two documents, and the pages of the docs', async () => {
  const operationsOf = (document: Json, prefix: string) =>
    Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${prefix}${path}`),
    )
  const documented = [...operationsOf(vendor, '/api/3.0'), ...operationsOf(control, '')]
  // HEAD comes with every GET.
  const served = (await routes()).filter(
    route =>
      !/ \/(docs|openapi|_sandbox\/openapi)/.test(route) &&
      (/^GET /.test(route) || / \/_sandbox/.test(route)) &&
      !/^HEAD /.test(route),
  )
  expect(served.sort()).toEqual(documented.sort())
})

test('the hold rule of the published document refuses a reward that is held and blocked, or half of either', () => {
  const reward = { node_id: '00000000-0000-4000-8000-000000000000', name: 'Points', type: 'points' }
  const time = '2025-01-15T10:33:32.500861'
  const held = { hold_start_datetime: time, hold_end_datetime: time }
  const blocked = { blocked_by: 'return', blocked_at: time }
  const validate = ajv.getSchema('https://sandbox.test/openapi#/components/schemas/MemberReward')
  const good = [{ status: 'held', ...held }, { status: 'blocked', ...blocked }, { status: 'issued' }]
  const bad = [
    { status: 'held', ...held, ...blocked },
    { status: 'held', hold_start_datetime: time },
    { status: 'blocked', blocked_by: 'return' },
  ]
  expect(good.map(facts => validate?.({ ...reward, ...facts }))).toEqual([true, true, true])
  expect(bad.map(facts => validate?.({ ...reward, ...facts }))).toEqual([false, false, false])
})

test('whatever happens to members, every answer is what the published document says', async () => {
  await using own = await testApp({ now: Date.UTC(2026, 0, 1) })
  const names = [
    'profile_completed',
    'purchase',
    'return',
    'review_written',
    'app_installed',
    'newsletter_signup',
    'referral_completed',
  ]
  const call = fc.record({
    event: fc.constantFrom(...names),
    attributes: fc.record({
      amount: fc.integer({ min: 0, max: 300 }),
      words: fc.integer({ min: 0, max: 80 }),
      source: fc.constantFrom('welcome_email', 'shop'),
    }),
    wait: fc.constantFrom('PT0S', 'P3D', 'P20D', 'P2Y'),
  })
  const check = async (member: Site, email: string) => {
    for (const name of ['getMemberJourneys', 'getUserJourneysByEmail'] as const) {
      const url = `/api/3.0${operations[name].path.replace(/:\w+/, email)}`
      const response = await own.app.inject({ url, headers: member.headersFor(email) })
      expect(response.statusCode).toBe(200)
      expectValid(
        vendor.paths[template(name)].get.responses[200].content['application/json'].schema,
        response.json(),
      )
    }
  }
  let n = 0
  const site = own.sites.create()
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async life => {
      const email = `m${n++}@example.com`
      for (const { event, attributes, wait } of life) {
        site.member(email).did(event, attributes)
        await check(site, email)
        if (n % 50 === 0) site.clock.advance(wait)
      }
    }),
    { numRuns: 150, seed: 7 },
  )
})
