import { readFileSync } from 'node:fs'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generate } from '../../scripts/generate.ts'
import { buildApp } from '../../src/app.ts'
import { checkConfig } from '../../src/config.ts'
import { OPERATION_IDS, operations } from '../../src/contract/operations.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import type { Site } from '../../src/sites/site.ts'
import { testApp } from '../support/app.ts'

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
  const ask = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(`${sandbox.url}${path}`, { headers })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
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
    if (response.content) expectValid(response.content['application/json'].schema, body)
    else expect(body).toBeUndefined()
  }

  test('for every journey and member of the demo', async () => {
    await check('getJourneys', undefined, 200)
    for (const { id } of site().content.read().journeys) await check('getJourney', id, 200)
    for (const { email } of site().content.read().members) {
      await check('getUserJourneysByEmail', email, 200)
      await check('getMemberJourneys', email, 200)
    }
  })

  test('for every error', async () => {
    const nobody = 'nobody-at-all@example.com'
    const nothing = '00000000-0000-4000-8000-000000000000'
    for (const name of OPERATION_IDS) {
      const { identifier } = operations[name]
      const good = identifier === 'journey_id' ? nothing : identifier === 'email_id' ? nobody : undefined
      await check(name, good, 401, {})
      await check(name, good, 401, { ...site().headersFor(good), 'X-AnnexCloud-Site': '1' })
      await check(name, good, 400, { 'X-Sandbox-Fault': 'nonsense' })
      if (good !== undefined) {
        await check(name, good, 404)
        await check(name, 'malformed', 400)
      }
      const injected = [414, 417, 429, 431, 500, 503]
      for (const status of injected)
        await check(name, good, status, { 'X-Sandbox-Fault': `status=${status}` })
      const documented = Object.keys(vendor.paths[template(name)].get.responses).map(Number)
      const reached = [200, 400, 401, ...(good === undefined ? [] : [404]), ...injected]
      expect(documented.sort()).toEqual(reached.sort())
    }
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
  const deed = fc.record({
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
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 6 }), async life => {
      const email = `m${n++}@example.com`
      for (const { event, attributes, wait } of life) {
        site.member(email).did(event, attributes)
        await check(site, email)
        if (n % 50 === 0) site.clock.advance(wait)
      }
    }),
    { numRuns: 300, seed: 7 },
  )
})
