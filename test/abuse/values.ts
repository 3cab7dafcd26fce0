import fc, { type Arbitrary } from 'fast-check'

/** Values of JSON by a schema of an OpenAPI document: right, nearly right, and hostile. */

// biome-ignore lint/suspicious/noExplicitAny: a document is taken apart at will
export type Schema = any

type Json = unknown

/** What many places take, so that requests meet what earlier ones made. */
export const EMAILS = ['ann@example.com', 'bob@example.com', 'é@x.fr', 'a+b@example.com', 'ANN@EXAMPLE.COM']
export const UUIDS = Array.from({ length: 6 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`)
export const TIMES = [
  '2025-01-15T10:33:32.500861',
  '2026-01-31T12:00:00Z',
  '2030-12-31T23:59:60+05:30',
  '0000-01-01T00:00:00.000000',
  '9999-12-31T23:59:59.999999',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
]
export const DURATIONS = ['P3DT4H', 'PT0S', 'PT1H', '-P1D', 'P9999Y', 'PT1e9S', 'P1M', `P${'9'.repeat(400)}D`]
const NAMES = ['purchase', 'visit', 'before', 'points', 'x']

/** By the name of a property or parameter, as the documents rarely say more than "string". */
const POOLS = new Map<string, string[]>(
  Object.entries({
    email: EMAILS,
    email_id: EMAILS,
    identifier: [...EMAILS, ...UUIDS],
    id: [...UUIDS, 'fault-1', 'req-1'],
    journey_id: UUIDS,
    node_id: UUIDS,
    source_node_id: UUIDS,
    target_node_id: UUIDS,
    at: TIMES,
    now: TIMES,
    since: TIMES,
    by: DURATIONS,
    ttl: DURATIONS,
    hold: DURATIONS,
    event: NAMES,
    name: NAMES,
    path: ['/journeys', `/journeys/${UUIDS[0]}`, '/user/ann@example.com/journeys'],
    state: ['a site without journeys', 'a member exists'],
    'x-sandbox-fault': [
      'status=503',
      'malformed',
      'delay=1',
      'drip=5000/0',
      'status=429,delay=1',
      'status=999',
      'x',
    ],
  }),
)

const TEXTS = [
  '',
  ' ',
  '0',
  'null',
  '\u0000',
  '\ud800',
  '\udc00\ud800',
  '\u202e\u2066abc',
  '👩‍👩‍👧‍👦🏳️‍🌈',
  'İıſKÅ',
  'e\u0301'.repeat(50),
  '__proto__',
  'constructor',
  'toString',
  "' OR 1=1; --",
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  '%00%ff%',
  '\r\nX-Injected: 1',
  '{{7*7}}',
  'a'.repeat(300),
  'é'.repeat(5000),
  ...TIMES,
  ...DURATIONS,
]

/** Stands for a list that lies in so many others, which JSON.stringify could not write. */
const nested = (depth: number): string => `@nested-${depth}@`

const LEAVES: Json[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  5e-324,
  [],
  {},
  [[]],
  [null],
  { '': '' },
  { length: 1e9 },
  Array(2000).fill(0),
  ...TEXTS,
  ...[50, 90, 101, 1000, 5000, 20_000].map(nested),
]

export const hostileText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: 'binary', maxLength: 30 }),
)

export const hostileValue: Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...LEAVES) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
)

/** Writes a value as JSON, lists that stand for deep ones included. */
export const toJson = (value: Json): string =>
  (JSON.stringify(value) ?? '').replace(
    /"@nested-(\d+)@"/g,
    (_, depth) => `${'['.repeat(Number(depth))}${']'.repeat(Number(depth))}`,
  )

/** Values of a schema, whose references lead into `document`. Of every ten about nine match it. */
export function valuesOf(document: Schema): (schema: Schema, name?: string) => Arbitrary<Json> {
  const known = new Map<Schema, Arbitrary<Json>>()

  function arbitraryOf(schema: Schema, name: string, depth: number): Arbitrary<Json> {
    const { $ref, anyOf, oneOf, type, enum: values } = schema
    if ($ref !== undefined) return referenced($ref, name, depth)
    if (values !== undefined) return fc.constantFrom(...values)
    if ('const' in schema) return fc.constant(schema.const)
    if (anyOf ?? oneOf)
      return fc.oneof(...(anyOf ?? oneOf).map((one: Schema) => arbitraryOf(one, name, depth)))
    if (Array.isArray(type))
      return fc.oneof(...type.map(one => arbitraryOf({ ...schema, type: one }, name, depth)))
    if (type === 'object' || schema.properties) return objectOf(schema, depth)
    if (type === 'array')
      return fc.array(arbitraryOf(schema.items ?? {}, name, depth + 1), { maxLength: depth > 2 ? 1 : 3 })
    return primitiveOf(schema, name)
  }

  function referenced(reference: string, name: string, depth: number): Arbitrary<Json> {
    const target = reference
      .split('/')
      .slice(1)
      .reduce((part, key) => part[key.replaceAll('~1', '/').replaceAll('~0', '~')], document)
    const arbitrary = known.get(target) ?? arbitraryOf(target, name, depth)
    known.set(target, arbitrary)
    return arbitrary
  }

  function objectOf({ properties = {}, required = [], additionalProperties }: Schema, depth: number) {
    const model = Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, arbitraryOf(value, key, depth + 1)]),
    )
    const named = fc.record(model, { requiredKeys: required })
    if (additionalProperties === false || Object.keys(properties).length > 0) return named
    return fc.dictionary(fc.constantFrom(...NAMES, 'a.b', ''), hostileValue, { maxKeys: 3 })
  }

  return (schema, name = '') => arbitraryOf(schema, name, 0)
}

function primitiveOf({ type, format, minimum, maximum, examples }: Schema, name: string): Arbitrary<Json> {
  switch (type) {
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'integer':
      return fc.integer({ min: minimum ?? -10, max: Math.min(maximum ?? 1000, 1_000_000) })
    case 'number':
      return fc.double({ min: minimum ?? -10, max: maximum ?? 1000, noNaN: true })
    case 'string': {
      const pool =
        POOLS.get(name) ?? (format === 'uuid' ? UUIDS : format === 'email' ? EMAILS : (examples ?? NAMES))
      return fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...(pool as string[])) },
        { weight: 1, arbitrary: hostileText },
      )
    }
    default:
      return hostileValue
  }
}

/** The text of a parameter: what the documents name, or anything. */
export const parameterText = (name: string): Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...(POOLS.get(name.toLowerCase()) ?? NAMES)) },
    { weight: 1, arbitrary: hostileText },
  )

/** A value with one or two of its parts replaced, removed or added. */
export const damaged = (value: Arbitrary<Json>): Arbitrary<Json> =>
  fc
    .tuple(
      value,
      fc.array(fc.tuple(fc.nat(), fc.nat(3), hostileValue, hostileText), { minLength: 1, maxLength: 2 }),
    )
    .map(([sound, damages]) =>
      damages.reduce<Json>((result, [at, kind, other, key]) => damage(result, at, kind, other, key), sound),
    )

function damage(value: Json, at: number, kind: number, other: Json, key: string): Json {
  if (typeof value !== 'object' || value === null || kind === 0) return other
  const keys = Object.keys(value)
  const chosen = keys[at % Math.max(keys.length, 1)]
  const inner = chosen === undefined ? undefined : (value as Record<string, Json>)[chosen]
  if (Array.isArray(value)) {
    if (kind === 1 || chosen === undefined) return [...value, other]
    return value.map((item, i) => (String(i) === chosen ? damage(item, at >> 3, kind, other, key) : item))
  }
  if (kind === 1 || chosen === undefined) return { ...value, [key]: other }
  if (kind === 2) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== chosen))
  return { ...value, [chosen]: damage(inner, at >> 3, at & 3, other, key) }
}
