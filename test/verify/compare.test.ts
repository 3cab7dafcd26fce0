import { type TSchema, Type } from '@sinclair/typebox'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Nullable, OneOf, Timestamp, Uuid } from '../../src/contract/formats.ts'
import { OPERATION_IDS } from '../../src/contract/operations.ts'
import {
  ANSWERS,
  answerProperties,
  type Property,
  propertiesOf,
  SCHEMAS,
} from '../../src/contract/schemas.ts'
import { compareProperty, unknownProperties } from '../../src/verify/compare.ts'

const UUID = 'de04a64d-dc40-445f-8351-3dde7567d5c8'
const TIME = '2025-01-15T10:33:32.500861'

/** The findings for each property, then those for the properties that the schema does not have. */
const compare = (properties: Property[], answers: unknown[]) => [
  ...properties.map(property => compareProperty(property, answers)),
  ...unknownProperties(properties, answers),
]

const thing = (property: TSchema): Property[] => propertiesOf(Type.Object({ a: property }))

const STRING = Type.String()
const UUID_SCHEMA = Uuid()
const TIME_OR_NULL = Nullable(Timestamp())
const ENUM = OneOf(['Draft', 'Published'])
const ITEMS = Type.Array(Type.Object({ b: STRING }))

describe('A property', () => {
  const rows: [string, TSchema, unknown[], object][] = [
    ['matches', STRING, [{ a: 'x' }], { verdict: 'matches', found: ['text'], seen: 1, of: 1 }],
    ['is missing in some', STRING, [{ a: 'x' }, {}], { verdict: 'missing', seen: 1, of: 2 }],
    ['is missing, the answer being a bare list', STRING, [['x']], { verdict: 'missing', seen: 0, of: 1 }],
    ['is not seen without answers', STRING, [], { verdict: 'not seen', of: 0 }],
    [
      'is a number and not a string',
      STRING,
      [{ a: 'x' }, { a: 1 }],
      { verdict: 'other type', found: ['number'] },
    ],
    ['is null and should not be', STRING, [{ a: null }], { verdict: 'other type', found: ['null'] }],
    ['is null and may be', TIME_OR_NULL, [{ a: null }], { verdict: 'matches', found: ['null'] }],
    ['is an object', STRING, [{ a: {} }], { verdict: 'other type', found: ['object'] }],
    ['is a uuid', UUID_SCHEMA, [{ a: UUID }], { verdict: 'matches', found: ['uuid'] }],
    [
      'is a uuid in capitals',
      UUID_SCHEMA,
      [{ a: UUID.toUpperCase() }],
      { verdict: 'other format', found: ['uuid with capitals'] },
    ],
    [
      'is no uuid',
      UUID_SCHEMA,
      [{ a: '17' }],
      { verdict: 'other format', expected: 'uuid', found: ['whole number as a string'] },
    ],
    ['is a timestamp', TIME_OR_NULL, [{ a: TIME }], { verdict: 'matches', found: ['timestamp'] }],
    [
      'is a timestamp with a zone',
      TIME_OR_NULL,
      [{ a: '2025-01-15T10:33:32Z' }],
      { verdict: 'other format', expected: 'timestamp or null', found: ['timestamp of another form'] },
    ],
    ['is a date', TIME_OR_NULL, [{ a: '2025-01-15' }], { verdict: 'other format', found: ['date'] }],
    ['is one of an enum', ENUM, [{ a: 'Draft' }], { verdict: 'matches' }],
    [
      'is none of an enum',
      ENUM,
      [{ a: 'DRAFT' }],
      { verdict: 'other format', expected: 'Draft, Published', found: ['text'] },
    ],
    [
      'is a list of values that are not objects',
      ITEMS,
      [{ a: [1] }],
      { verdict: 'other type', found: ['array of number'] },
    ],
  ]

  test.each(rows)('%s', (_what, schema, answers, expected) => {
    const [finding] = compare(thing(schema), answers)
    expect(finding).toMatchObject({ path: 'a', ...expected })
  })

  test('that is optional may be absent, and is then not seen', () => {
    expect(compare(thing(Type.Optional(STRING)), [{}])).toMatchObject([{ verdict: 'not seen', of: 1 }])
    expect(compare(thing(Type.Optional(STRING)), [{}, { a: 'x' }])).toMatchObject([
      { verdict: 'matches', seen: 1 },
    ])
  })

  test('of the items of a list is not seen in an empty list, and compared in each item', () => {
    expect(compare(thing(ITEMS), [{ a: [] }])).toMatchObject([
      { verdict: 'matches' },
      { path: 'a[].b', verdict: 'not seen' },
    ])
    expect(compare(thing(ITEMS), [{ a: [{ b: 'x' }] }, { a: [{}] }])[1]).toMatchObject({
      verdict: 'missing',
      of: 2,
    })
  })

  test('of one variant is missing in objects of that variant alone', () => {
    const rewards = propertiesOf(Type.Object({ rewards: Type.Array(Type.Ref('MemberReward#')) }))
    const reward = { node_id: UUID, name: 'Points', type: 'points' }
    const held = { ...reward, status: 'held', hold_start_datetime: TIME }
    const issued = { ...reward, status: 'issued' }
    const found = (...given: object[]) => {
      const findings = compare(rewards, [{ rewards: given }])
      return Object.fromEntries(findings.map(({ path, verdict, of }) => [path.split('.')[1], [verdict, of]]))
    }
    expect(found(held, held, issued)).toMatchObject({
      ...{ hold_start_datetime: ['matches', 2], hold_end_datetime: ['missing', 2] },
      ...{ blocked_by: ['not seen', 0], status: ['matches', 3] },
    })
    expect(found({ ...reward, status: 'lost' })).toMatchObject({
      ...{ hold_start_datetime: ['not seen', 0], status: ['other format', 1] },
    })
  })

  test('that the schema does not have is extra, at any depth', () => {
    const findings = compare(thing(ITEMS), [{ a: [{ b: 'x', c: 1 }], d: null }])
    const extras = findings.filter(({ verdict }) => verdict === 'extra')
    expect(extras).toMatchObject([
      { path: 'd', found: ['null'] },
      { path: 'a[].c', found: ['number'] },
    ])
  })

  test.each(['ann@example.com', UUID, 'a b', 'x'.repeat(100)])(
    'whose name may be data is reported without its name: %s',
    name => {
      const [, extra] = compare(thing(STRING), [{ a: 'x', [name]: 'secret text' }])
      expect(extra?.verdict).toBe('extra')
      expect(JSON.stringify(extra)).not.toContain(name)
      expect(JSON.stringify(extra)).not.toContain('secret text')
    },
  )
})

describe.each(OPERATION_IDS)('For random answers of %s', operation => {
  const properties = answerProperties(operation)
  const answers = answerOf(ANSWERS[operation])
  const differences = (answer: unknown) =>
    compare(properties, [answer]).filter(({ verdict }) => verdict !== 'matches' && verdict !== 'not seen')

  test('an answer that matches the schema has no finding', () => {
    fc.assert(
      fc.property(answers, answer => {
        expect(compare(properties, [answer]).filter(({ verdict }) => verdict !== 'matches')).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  test('a change is found at its path, and nowhere else', () => {
    const required = new Set(properties.filter(property => property.required).map(({ path }) => path))
    fc.assert(
      fc.property(answers, fc.nat(), fc.constantFrom(...CHANGES), (answer, pick, change) => {
        const places = placesIn(answer).filter(({ path }) => required.has(path))
        const place = places[pick % places.length] as Place
        expect(differences(answer)).toEqual([])
        const expected = change(place)
        expect(differences(answer)).toMatchObject([expected])
      }),
      { numRuns: 100 },
    )
  })
})

/** A place in an answer that can be changed: what holds it, and its path as a finding names it. */
interface Place {
  holder: Record<string, unknown>
  name: string
  path: string
}

function placesIn(value: unknown, path = ''): Place[] {
  if (Array.isArray(value)) return value.flatMap(item => placesIn(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Place['holder']
  return Object.keys(holder).flatMap(name => {
    const own = path === '' ? name : `${path}.${name}`
    return [{ holder, name, path: own }, ...placesIn(holder[name], own)]
  })
}

/** Each makes a change, and returns the expected finding. */
const CHANGES: ((place: Place) => object)[] = [
  ({ holder, name, path }) => {
    delete holder[name]
    return { path, verdict: 'missing' }
  },
  ({ holder, name, path }) => {
    holder[name] = Array.isArray(holder[name]) ? {} : []
    return { path, verdict: 'other type', found: [Array.isArray(holder[name]) ? 'array' : 'object'] }
  },
  ({ holder, name, path }) => {
    holder.surplus = 1
    return { path: path.replace(new RegExp(`${name}$`), 'surplus'), verdict: 'extra', found: ['number'] }
  },
]

const resolve = (schema: TSchema): TSchema =>
  schema.$ref ? (SCHEMAS.find(({ $id }) => `${$id}#` === schema.$ref) as TSchema) : schema

/** An answer with every property that the schema has, and lists that are not empty and have each variant. */
function answerOf(schema: TSchema): fc.Arbitrary<unknown> {
  const { type, items, properties, oneOf } = resolve(schema)
  if (oneOf) return fc.oneof(...oneOf.map(answerOf))
  if (items) {
    const some = fc.array(answerOf(items), { minLength: 1, maxLength: 2 })
    const variants = fc.tuple(...(resolve(items).oneOf ?? []).map(answerOf))
    return fc.tuple(variants, some).map(lists => lists.flat())
  }
  if (properties) {
    return fc.record(
      Object.fromEntries(Object.entries<TSchema>(properties).map(([name, part]) => [name, answerOf(part)])),
    )
  }
  return [type].flat().includes('null') ? fc.option(leafOf(schema)) : leafOf(schema)
}

function leafOf({ enum: values, format, pattern, type }: TSchema): fc.Arbitrary<unknown> {
  if (Array.isArray(values)) return fc.constantFrom(...values)
  if (format === 'uuid') return fc.uuid()
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern))
  const arbitraries: Record<string, fc.Arbitrary<unknown>> = {
    string: fc.string(),
    boolean: fc.boolean(),
    number: fc.double({ noNaN: true, noDefaultInfinity: true }),
    object: fc.dictionary(fc.string(), fc.string()),
  }
  return arbitraries[[type].flat()[0] as string] as fc.Arbitrary<unknown>
}
