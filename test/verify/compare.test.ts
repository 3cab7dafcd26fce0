import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TIMESTAMP_PATTERN } from '../../src/contract/formats.ts'
import { OPERATION_IDS } from '../../src/contract/operations.ts'
import { ANSWERS, answerProperties, SCHEMAS } from '../../src/contract/schemas.ts'
import { type Property, propertiesOf, type ShapeSchema } from '../../src/contract/shape.ts'
import { compare } from '../../src/verify/compare.ts'

const UUID = 'de04a64d-dc40-445f-8351-3dde7567d5c8'
const TIME = '2025-01-15T10:33:32.500861'

const thing = (property: ShapeSchema, required = ['a']): Property[] =>
  propertiesOf({ type: 'object', properties: { a: property }, required }, () => ({}))

const STRING = { type: 'string' }
const UUID_SCHEMA = { type: 'string', format: 'uuid' }
const TIME_OR_NULL = { type: ['string', 'null'], pattern: TIMESTAMP_PATTERN }
const ENUM = { type: 'string', enum: ['Draft', 'Published'] }
const ITEMS = { type: 'array', items: { type: 'object', properties: { b: STRING }, required: ['b'] } }

describe('A property', () => {
  const rows: [string, ShapeSchema, unknown[], object][] = [
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
      'is a list of what are no objects',
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
    expect(compare(thing(STRING, []), [{}])).toMatchObject([{ verdict: 'not seen', of: 1 }])
    expect(compare(thing(STRING, []), [{}, { a: 'x' }])).toMatchObject([{ verdict: 'matches', seen: 1 }])
  })

  test('of the items of an empty list is not seen, and of any other in all of them', () => {
    expect(compare(thing(ITEMS), [{ a: [] }])).toMatchObject([
      { verdict: 'matches' },
      { path: 'a[].b', verdict: 'not seen' },
    ])
    expect(compare(thing(ITEMS), [{ a: [{ b: 'x' }] }, { a: [{}] }])[1]).toMatchObject({
      verdict: 'missing',
      of: 2,
    })
  })

  test('that is not known is extra, wherever it is', () => {
    const findings = compare(thing(ITEMS), [{ a: [{ b: 'x', c: 1 }], d: null }])
    const extras = findings.filter(({ verdict }) => verdict === 'extra')
    expect(extras).toMatchObject([
      { path: 'd', found: ['null'] },
      { path: 'a[].c', found: ['number'] },
    ])
  })

  test.each(['ann@example.com', UUID, 'a b', 'x'.repeat(100)])(
    'whose name may be data is not named: %s',
    name => {
      const [, extra] = compare(thing(STRING), [{ a: 'x', [name]: 'secret text' }])
      expect(extra?.verdict).toBe('extra')
      expect(JSON.stringify(extra)).not.toContain(name)
      expect(JSON.stringify(extra)).not.toContain('secret text')
    },
  )
})

describe.each(OPERATION_IDS)('By law, of %s', operation => {
  const properties = answerProperties(operation)
  const answers = answerOf(ANSWERS[operation] as ShapeSchema)
  const differences = (answer: unknown) =>
    compare(properties, [answer]).filter(({ verdict }) => verdict !== 'matches' && verdict !== 'not seen')

  test('what is made from the schema has no finding', () => {
    fc.assert(
      fc.property(answers, answer => {
        expect(compare(properties, [answer]).filter(({ verdict }) => verdict !== 'matches')).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  test('what is changed in it is found at its place, and nowhere else', () => {
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

/** Each makes a change, and says what must be found. */
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

/** An answer with every property that the schema knows, and lists that are not empty. */
function answerOf(schema: ShapeSchema): fc.Arbitrary<unknown> {
  const { $ref, type, items, properties } = schema
  if ($ref) return answerOf(SCHEMAS.find(({ $id }) => `${$id}#` === $ref) as ShapeSchema)
  if (items) return fc.array(answerOf(items), { minLength: 1, maxLength: 2 })
  if (properties) {
    return fc.record(
      Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, answerOf(part)])),
    )
  }
  return [type].flat().includes('null') ? fc.option(leafOf(schema)) : leafOf(schema)
}

function leafOf({ enum: values, format, pattern, type }: ShapeSchema): fc.Arbitrary<unknown> {
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
