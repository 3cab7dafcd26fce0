import { readFileSync } from 'node:fs'
import fc, { type Arbitrary } from 'fast-check'
import { readSeed } from '../../src/seed/seed.ts'
import { goodClaims, headersOf, hmacFor, jwt } from '../support/token.ts'
import {
  damaged,
  EMAILS,
  hostileText,
  hostileValue,
  parameterText,
  type Schema,
  toJson,
  UUIDS,
  valuesOf,
} from './values.ts'

/** Requests to every operation of the OpenAPI documents: right, nearly right, and hostile. */

export interface Operation {
  id: string
  api: 'vendor' | 'control'
  method: string
  /** With the base path, and the names of its parameters in braces. */
  path: string
  parameters: { name: string; in: string }[]
  /** The schema of its body, if it has one. */
  body: Schema
  /** The schemas of its answers by status; undefined for an answer without JSON. */
  responses: Record<string, Schema>
}

export interface FuzzRequest {
  operation: Operation
  method: string
  target: string
  headers: Record<string, string>
  body: Buffer | undefined
}

const documentAt = (name: string): Schema =>
  JSON.parse(readFileSync(new URL(`../../openapi/${name}.openapi.json`, import.meta.url), 'utf8'))

export const DOCUMENTS = { vendor: documentAt('journeys'), control: documentAt('control') }

export const BASE_PATH = '/api/3.0'

export const OPERATIONS: Operation[] = [...operationsOf('vendor', BASE_PATH), ...operationsOf('control', '')]

function operationsOf(api: 'vendor' | 'control', prefix: string): Operation[] {
  return Object.entries<Schema>(DOCUMENTS[api].paths).flatMap(([path, methods]) =>
    Object.entries<Schema>(methods).map(
      ([method, { operationId, parameters = [], requestBody, responses }]) => ({
        id: operationId,
        api,
        method: method.toUpperCase(),
        path: prefix + path,
        parameters,
        body: requestBody?.content['application/json'].schema,
        responses: Object.fromEntries(
          Object.entries<Schema>(responses).map(([status, { content = {} }]) => [
            status,
            Object.entries<Schema>(content).find(([type]) => type.endsWith('json'))?.[1].schema,
          ]),
        ),
      }),
    ),
  )
}

/** A site that only reads, whose content and secret are known, and sites to which anything may happen. */
export const CALM = { site_id: '9991331', secret: 'sandbox-secret' }
export const WILD = ['wild-1', 'wild-2', 'wild-3', '__proto__']

const demo = readSeed('demo')
EMAILS.push(...demo.members.map(({ email }) => email))
UUIDS.push(...demo.journeys.map(({ id }) => id))

const SOUND_BODIES: Record<string, unknown[]> = {
  putData: WILD.map(site_id => ({ ...demo, site: { ...demo.site, site_id } })),
  // Without the key, which the path has.
  putSiteJourney: demo.journeys.map(({ id: _id, ...journey }) => journey),
  putSiteMember: demo.members.map(({ email: _email, ...member }) => member),
  createSite: [{}, { seed: 'empty' }, { seed: demo }, { site_id: 'new', ttl: 'PT1S' }],
}

/** Anything in a path: percent-encoded, or nearly so. */
const encoded = (text: string): string =>
  [...Buffer.from(text)]
    .map(byte =>
      /[A-Za-z0-9@.~_-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0')}`,
    )
    .join('')

const RAW_SEGMENTS = [
  '%',
  '%ff',
  '%00',
  '%zz',
  '..',
  '.',
  '%2e%2e',
  '%2F',
  '%5C',
  'a;b=c',
  '\xe9',
  '*',
  '@',
  '',
  '%25',
  'x'.repeat(9000),
]

const segment = (name: string): Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: parameterText(name).map(encoded) },
    { weight: 1, arbitrary: fc.constantFrom(...RAW_SEGMENTS) },
  )

// Some operations wait for whatever a fault rule makes of a request that they send.
const CALM_OPERATIONS = ['resendRequest', 'createToken', 'explainRequest']

const siteSegment = ({ id, method }: Operation): Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...(CALM_OPERATIONS.includes(id) ? [CALM.site_id] : WILD)) },
    { weight: 1, arbitrary: fc.constantFrom('none', ...(method === 'GET' ? [CALM.site_id] : [])) },
    { weight: 1, arbitrary: hostileText.map(encoded) },
  )

const pathOf = (operation: Operation): Arbitrary<string> => {
  const parts = operation.path.split(/\{(\w+)\}/)
  return fc
    .tuple(
      ...parts.map((part, i) =>
        i % 2 === 0 ? fc.constant(part) : part === 'site_id' ? siteSegment(operation) : segment(part),
      ),
    )
    .map(texts => texts.join(''))
}

const queryOf = ({ parameters }: Operation): Arbitrary<string> => {
  const names = parameters.filter(parameter => parameter.in === 'query').map(({ name }) => name)
  const one = fc
    .constantFrom(...names, 'unknown', '__proto__')
    .chain(name =>
      fc
        .oneof(parameterText(name), fc.constantFrom('1', '0', '-1', '1e9', '200'))
        .map(text => `${name}=${encoded(text)}`),
    )
  return fc.oneof(
    { weight: names.length > 0 ? 3 : 9, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc.array(one, { minLength: 1, maxLength: 3 }).map(pairs => `?${pairs.join('&')}`),
    },
  )
}

const STRANGE_HEADERS: [string, string][] = [
  ['Host', 'evil.example'],
  ['Host', ''],
  ['Host', '[::1]:99'],
  ['Origin', 'http://evil.example'],
  ['Origin', 'null'],
  ['Sec-Fetch-Site', 'cross-site'],
  ['Content-Type', 'text/plain'],
  ['Content-Type', 'application/json; charset=utf-16'],
  ['Content-Type', 'multipart/form-data; boundary=x'],
  ['Content-Type', ';;;'],
  ['Content-Encoding', 'gzip'],
  ['Accept', 'application/xml'],
  ['Expect', '100-continue'],
  ['Range', 'bytes=0-1'],
  ['If-None-Match', '*'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Prefix', '/../..'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['Upgrade-Insecure-Requests', '1'],
  ['Cookie', 'journeys-sandbox=; __proto__=x'],
  ['X-AnnexCloud-Site', 'none'],
  ['X-AnnexCloud-Site', '\xff\xfe'],
  ['Authorization', 'Bearer a.b.c'],
  ['Authorization', 'Basic YTpi'],
  ['Authorization', `Bearer ${'x'.repeat(4000)}`],
  ['Authorization', 'Bearer'],
]

const strangeHeaders: Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constantFrom(...STRANGE_HEADERS).map(pair => Object.fromEntries([pair])) },
  {
    weight: 1,
    arbitrary: parameterText('X-Sandbox-Fault')
      .filter(isHeaderValue)
      .map(value => ({ 'X-Sandbox-Fault': value })),
  },
)

function isHeaderValue(text: string): boolean {
  return /^[\t -~\x80-\xff]*$/.test(text)
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH']

const methodOf = ({ method }: Operation): Arbitrary<string> =>
  fc.oneof(
    { weight: 15, arbitrary: fc.constant(method) },
    { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
  )

const valuesIn = { vendor: valuesOf(DOCUMENTS.vendor), control: valuesOf(DOCUMENTS.control) }

function bodyOf({ id, api, body }: Operation): Arbitrary<Buffer | undefined> {
  const nothing = fc.constant(undefined)
  const hostile = hostileValue.map(value => Buffer.from(toJson(value)))
  if (body === undefined)
    return fc.oneof({ weight: 15, arbitrary: nothing }, { weight: 1, arbitrary: hostile })
  const bySchema = valuesIn[api](body)
  const sound =
    id in SOUND_BODIES ? fc.oneof(bySchema, fc.constantFrom(...(SOUND_BODIES[id] as unknown[]))) : bySchema
  const text = fc
    .oneof({ weight: 5, arbitrary: sound }, { weight: 4, arbitrary: damaged(sound) })
    .map(value => Buffer.from(toJson(value)))
  return fc.oneof(
    { weight: 17, arbitrary: text },
    { weight: 1, arbitrary: nothing },
    { weight: 1, arbitrary: hostile },
    {
      weight: 2,
      arbitrary: fc
        .tuple(text, fc.nat(), fc.constantFrom(...BYTE_DAMAGES))
        .map(([bytes, at, hurt]) => hurt(bytes, at % (bytes.length + 1))),
    },
  )
}

const BYTE_DAMAGES: ((bytes: Buffer, at: number) => Buffer)[] = [
  (bytes, at) => bytes.subarray(0, at),
  bytes => Buffer.concat([bytes, bytes]),
  bytes => Buffer.concat([Buffer.from('\ufeff'), bytes]),
  bytes => Buffer.from(bytes.toString(), 'utf16le'),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.of(0xff), bytes.subarray(at)]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.of(0), bytes.subarray(at)]),
  bytes => Buffer.from(bytes.toString().replace(/[\d"{]/, 'NaN')),
  bytes => Buffer.concat([Buffer.alloc(20_000, ' '), bytes]),
  // Beyond the limit of most operations.
  bytes => Buffer.concat([Buffer.alloc(70_000, ' '), bytes]),
]

/** Who signs a request to the vendor's API, and how well. */
const signatures = fc.oneof(
  { weight: 8, arbitrary: fc.constant('calm' as const) },
  { weight: 1, arbitrary: fc.constantFrom('none' as const, 'damaged' as const, 'other' as const) },
)

function signed(kind: 'calm' | 'none' | 'damaged' | 'other', path: string): Record<string, string> {
  if (kind === 'none') return {}
  const [, identifier = ''] = /^\/api\/3\.0\/(?:journeys|user_journeys|user)\/([^/?]+)/.exec(path) ?? []
  const bound = kind === 'other' ? 'somebody@example.com' : decoded(identifier)
  const token = jwt(
    { ...goodClaims(bound), site_id: CALM.site_id, hmac: hmacFor(bound, CALM.secret) },
    CALM.secret,
  )
  return headersOf(kind === 'damaged' ? `${token.slice(0, -9)}x${token.slice(-8)}` : token, CALM.site_id)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

const requestTo = (operation: Operation): Arbitrary<FuzzRequest> =>
  fc
    .tuple(
      methodOf(operation),
      pathOf(operation),
      queryOf(operation),
      strangeHeaders,
      bodyOf(operation),
      signatures,
    )
    .map(([method, path, query, strange, body, signature]) => ({
      operation,
      method,
      target: path + query,
      headers: {
        Host: 'localhost',
        ...(operation.api === 'vendor' && signed(signature, path)),
        ...(body && { 'Content-Type': 'application/json' }),
        ...strange,
      },
      body,
    }))

// They take a hundred times as long as the others.
const SLOW_OPERATIONS = ['drawJourneySvg', 'resetSites']
const weightOf = ({ id }: Operation): number => (SLOW_OPERATIONS.includes(id) ? 2 : 10)

/** A request to any operation. The vendor's are chosen as often as all others together. */
export const anyRequest: Arbitrary<FuzzRequest> = fc.oneof(
  ...(['vendor', 'control'] as const).map(api =>
    fc.oneof(
      ...OPERATIONS.filter(operation => operation.api === api).map(operation => ({
        weight: weightOf(operation),
        arbitrary: requestTo(operation),
      })),
    ),
  ),
)

export const toBytes = ({ method, target, headers, body }: FuzzRequest): Buffer => {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body ? [`Content-Length: ${body.length}`] : []),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)])
}
