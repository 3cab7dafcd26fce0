import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { depthIssue, MAX_DEPTH } from '../../src/contract/json.ts'
import { SeedError } from '../../src/seed/issues.ts'
import {
  formatOf,
  MAX_YAML_LENGTH,
  parseSeedText,
  readSeedText,
  type SeedFormat,
} from '../../src/seed/text.ts'

/** The lines with which a text is refused; what it says, where it is not. */
function read(text: string, format: SeedFormat): unknown {
  try {
    return parseSeedText(text, { format, name: 'x' })
  } catch (error) {
    if (!(error instanceof SeedError)) throw error
    return error.message.split('\n')
  }
}

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth)

describe('A text', () => {
  it.each<[string, string, SeedFormat]>([
    ['seed.yaml', '{', 'yaml'],
    ['seed.YML', '{', 'yaml'],
    ['seed.json', 'site:', 'json'],
    ['stdin', ' \n{', 'json'],
    ['stdin', '[1]', 'json'],
    ['stdin', 'site: {}', 'yaml'],
    ['/dev/fd/63', '# a comment', 'yaml'],
  ])('by the name %s that begins with %j is %s', (name, text, format) => {
    expect(formatOf(name, text)).toBe(format)
  })

  it('says the same in JSON and as YAML', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent)
        expect(read(text, 'yaml')).toEqual(read(text, 'json'))
      }),
      { numRuns: 300 },
    )
  })

  it('in YAML is YAML 1.2: dates, yes and octal numbers are what they look like', () => {
    const text = 'a: 2026-01-05\nb: yes\nc: 010\nd: ~\ne: !!str 1\nf: &x [1]\ng: *x\n'
    expect(read(text, 'yaml')).toEqual({ a: '2026-01-05', b: 'yes', c: 10, d: null, e: '1', f: [1], g: [1] })
  })
})

describe('What is refused with its place', () => {
  it.each<[string, string, string]>([
    ['a comma too many in a list', '{"a": [1,\n ]}', '2:2'],
    ['a comma too many in an object', '{"a": 1,\n}', '2:1'],
    ['a missing comma', '{"a": 1\n "b": 2}', '2:2'],
    ['a missing colon', '{"a" 1}', '1:6'],
    ['a word', '{"a":\n  oops\n}', '2:3'],
    ['a word that begins well', '[true, trueish]', '1:12'],
    ['a number that begins with 0', '{"a": 01}', '1:8'],
    ['single quotes', "{'a': 1}", '1:2'],
    ['a comment', '{\n// here\n}', '2:1'],
    ['a line break in a string', '{"a":\n "a\nb"}', '2:4'],
    ['an escape that is none', '"\\x"', '1:3'],
    ['more after the end', '{"a": 1}}', '1:9'],
    ['prose', 'hello', '1:1'],
    ['a text that is cut off', '{"a": {"b": [1,', '1:16'],
    ['a value that is missing', '{"a": , "b": 1}', '1:7'],
    ['not a number', '[NaN]', '1:2'],
  ])('in JSON: %s', (_what, text, place) => {
    expect(read(text, 'json')).toEqual([expect.stringMatching(`^x:${place} /: is not JSON: \\S`)])
  })

  it.each<[string, string, string]>([
    ['an indent too deep', 'a: 1\n  b: 2\n', 'x:1:4 /: is not YAML: '],
    ['a tab', 'a:\n\tb: 1\n', 'x:2:1 /: is not YAML: '],
    ['a list that is not closed', 'a: [1, 2\nb: 3\n', 'x:2:'],
    ['an unknown tag', 'a: !point 1\n', 'x:1:4 /: is not YAML: Unresolved tag'],
    ['an alias of nothing', 'a: *b\n', 'x:1:1 /: is not YAML: Unresolved alias'],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'x:3:1 /a: is given twice; remove one of the two'],
    ['a key twice, far below', 'a: [{ b: { c/d: 1, c/d: 2 } }]\n', 'x:1:20 /a/0/b/c~1d: is given twice'],
    ['a key that is a list', '? [1]\n: 2\n', 'x:1:3 /: has a key that is not a text'],
    ['an infinite number', 'a: [.inf]\n', 'x:1:5 /a/0: .inf is not a number that JSON has'],
    ['several documents', 'a: 1\n---\nb: 2\n', 'x:2:'],
    ['nothing', ' \n', 'x:1:1 /: is empty'],
    ['nothing but a comment', '# later\n', 'x:1:1 /: is empty'],
  ])('in YAML: %s', (_what, text, line) => {
    expect((read(text, 'yaml') as string[])[0]).toContain(line)
  })

  it.each<[string, string, string[]]>([
    ['once', '{"a": 1,\n "a": 2}', ['x:2:2 /a: is given twice; remove one of the two']],
    ['in several objects', '[{"a":1,"a":1},{"b":1,"b":1,"b":2}]', ['1:9 /0/a', '1:23 /1/b', '1:29 /1/b']],
    ['with an escape', '{"a": 1, "\\u0061": 2}', ['x:1:10 /a']],
    ['with a quote and a colon in its texts', '{"\\":": "\\":", "b": "x: y", "b": ":"}', ['x:1:29 /b']],
  ])('in JSON: a key that is given twice %s', (_what, text, lines) => {
    expect(read(text, 'json')).toEqual(lines.map(line => expect.stringContaining(line)))
  })

  it('is read as YAML up to a mebibyte only; longer JSON has its issues without their places', () => {
    const long = 'x'.repeat(MAX_YAML_LENGTH)
    expect(read(`a: ${long}`, 'yaml')).toEqual([
      expect.stringMatching(/^x:1:1 \/: is longer than .*; write it in JSON/),
    ])
    expect(read(JSON.stringify({ a: long }), 'json')).toEqual({ a: long })
    expect(read(`{"a":1,"a":"${long}"}`, 'json')).toEqual(['x /: has a key that is given twice'])
    const deep = `${'['.repeat(MAX_DEPTH + 1)}${']'.repeat(MAX_DEPTH + 1)}`
    expect(read(`{"a":"${long}","b":${deep}}`, 'json')).toEqual([
      expect.stringMatching(/^x \/b(\/0)+: is nested deeper than/),
    ])
  })

  it('Keys that are different are not given twice, whatever is in them', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(read(JSON.stringify(value), 'json')).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 500 },
    )
  })

  it('names a place that is there, wherever a JSON text is altered', () => {
    const text = JSON.stringify(
      { a: [1, -2.5e3, 'x\ny', { 'é"': null }], b: { c: [[], {}], d: true } },
      null,
      2,
    )
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.constantFrom('', ',', ']', '"', 'x', ':', '\\', '{'),
        (at, insert) => {
          const altered = text.slice(0, at) + insert + text.slice(at + (insert === '' ? 1 : 0))
          const lines = read(altered, 'json')
          if (!Array.isArray(lines)) return
          const [, line = '', column = ''] = /^x:(\d+):(\d+) /.exec(lines[0]) ?? []
          const found = altered.split('\n')[Number(line) - 1] as string
          expect(Number(column)).toBeGreaterThan(0)
          expect(Number(column)).toBeLessThanOrEqual(found.length + 1)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('What is nested too deep', () => {
  it.each<[string, string, SeedFormat]>([
    ['JSON lists', nested(100_000, '[', ']'), 'json'],
    ['JSON objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'json'],
    ['flow lists', nested(100_000, '[', ']'), 'yaml'],
    ['flow maps', '{a: '.repeat(100_000), 'yaml'],
    ['compact lists', `${'- '.repeat(100_000)}a`, 'yaml'],
    ['block maps', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'yaml'],
  ])('is refused with a sentence: %s', (_what, text, format) => {
    expect((read(text, format) as string[])[0]).toMatch(/: is nested deeper than 100 levels$/)
  })

  it('begins at the level after the limit, in both formats', () => {
    for (const format of ['json', 'yaml'] as const) {
      expect(read(nested(MAX_DEPTH, '[', ']'), format)).toEqual(JSON.parse(nested(MAX_DEPTH, '[', ']')))
      expect(read(nested(MAX_DEPTH + 1, '[', ']'), format)).toEqual([
        expect.stringContaining('is nested deeper'),
      ])
    }
    expect(depthIssue(JSON.parse(nested(MAX_DEPTH, '[', ']')))).toBeUndefined()
    expect(depthIssue({ a: JSON.parse(nested(MAX_DEPTH, '[', ']')) })).toEqual({
      pointer: `/a${'/0'.repeat(MAX_DEPTH - 1)}`,
      message: 'is nested deeper than 100 levels',
    })
  })

  it('is also what leads back to itself', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    expect(depthIssue(circle)?.message).toBe('is nested deeper than 100 levels')
  })
})

it('A bomb of aliases is refused with a sentence', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`)
  const bomb = ['a0: &a0 [x, x]', ...lines].join('\n')
  expect(read(bomb, 'yaml')).toEqual([
    'x:1:1 /: is not YAML: repeats anchors too often; write out what the aliases stand for',
  ])
})

it('The places of issues are known in both formats: of a value, of a key, and of what should hold what is missing', () => {
  const json = '{\n  "a": [1, {"b": "c"}],\n  "d/e": null\n}'
  const yaml = 'a:\n  - 1\n  - b: c\nd/e:\nf: &x { g: 1 }\nh: *x\n'
  const places = (text: string, format: SeedFormat, issues: [string, true?][]) => {
    const { place } = readSeedText(text, { format })
    return issues.map(([pointer, atKey]) => {
      const { line, column } = place({ pointer, message: '', ...(atKey && { atKey }) })
      return `${line}:${column}`
    })
  }
  const issues: [string, true?][] = [
    [''],
    ['/a'],
    ['/a/1/b'],
    ['/a/1/b', true],
    ['/a/1/missing'],
    ['/d~1e', true],
  ]
  expect(places(json, 'json', issues)).toEqual(['1:1', '2:8', '2:18', '2:13', '2:12', '3:3'])
  expect(places(yaml, 'yaml', [...issues, ['/h/g'], ['/h/missing']])).toEqual([
    ...['1:1', '2:3', '3:8', '3:5', '3:5', '4:1'],
    ...['5:12', '6:4'],
  ])
})
