import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { NODE_TYPES } from '../../src/contract/journey.ts'
import { type Diagram, diagramOf, toDot, toMermaid } from '../../src/diagram/diagram.ts'
import { layOut, TooComplex, toSvg } from '../../src/diagram/svg.ts'
import { conditionInSymbols } from '../../src/diagram/words.ts'

const named = (name: string): Diagram =>
  diagramOf({
    name,
    nodes: [
      { id: 'a', type: 'condition', name },
      { id: 'b', type: 'exit', name: 'B' },
    ],
    connections: [{ source_node_id: 'a', target_node_id: 'b', condition: name }],
  })

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const readXml = (xml: string) =>
  xml.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (_, decimal, hex, name) =>
    name
      ? (ENTITIES[name] as string)
      : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
  )
/** The lines of text in a picture. */
const linesOf = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(found => readXml(found[1] as string))
const squeezed = (text: string) => text.replace(/\s+/g, '')

const HARD = [
  'Buys "two" & <b>more</b>',
  'back\\slash\\',
  '\\N \\G \\n',
  '&lt;script&gt; &#60;',
  '<script>alert(1)</script>',
  'end',
  'graph [label="x"]; }',
  '"]; evil -> n1; n0 [label="',
  ']]> --> <!-- x -->',
  'Été – Sommer 夏',
  'مرحبا بالعالم',
  '👩‍👩‍👧‍👦 family',
  'o x 1. - ` * _ | # ; %% ~~~',
  '<<B>bold</B>>',
]

describe('A name with special characters', () => {
  it.each(HARD)('%s is drawn by Graphviz unchanged', async name => {
    const svg = await toSvg(named(name))
    const lines = linesOf(svg)
    expect(squeezed(lines.slice(1, lines.indexOf('EXIT')).join(''))).toContain(squeezed(name))
    expect(svg.match(/<g id="node\d+"/g)).toHaveLength(2)
    expect(svg.match(/<g id="edge\d+"/g)).toHaveLength(1)
    expect(readXml(/<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? '')).toBe(name)
  })

  it.each(HARD)('%s has no syntax of Mermaid', name => {
    const [, , node, , connection] = toMermaid(named(name)).split('\n')
    const [, text = ''] = /^ {2}n0\{"condition<br>(.*)"\}:::condition$/.exec(node as string) ?? []
    const [, label = ''] = /^ {2}n0 -->\|"(.*)"\| n1$/.exec(connection as string) ?? []
    for (const written of [text, label]) {
      expect(written.replace(/#\d+;/g, '')).toMatch(/^[\p{L}\p{M}\p{N} .,…]*$/u)
      expect(written.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))).toBe(name)
    }
  })
})

test('Any name gives a picture of two nodes, with everything escaped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async name => {
      const svg = await toSvg(named(name))
      expect(svg.match(/<g id="node\d+"/g)).toHaveLength(2)
      expect(svg.replace(/[\t\n\r]/g, '')).not.toMatch(/\p{Cc}|&(?!#?\w+;)/u)
      expect(svg.isWellFormed()).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('A name of 10,000 characters is cut off, and a graph of 60 nodes has all names', async () => {
  const long = await toSvg(named('word '.repeat(2000)))
  expect(long.length).toBeLessThan(6000)
  expect(await toSvg(named('x'.repeat(10_000)))).toContain('…')
  const nodes = Array.from({ length: 60 }, (_, i) => ({
    id: `n${i}`,
    type: NODE_TYPES[i % 7] as (typeof NODE_TYPES)[number],
    name: `Node number ${i}`,
  }))
  const connections = nodes.slice(1).map(({ id }, i) => ({
    source_node_id: `n${i >> 1}`,
    target_node_id: id,
    condition: null,
  }))
  const lines = linesOf(await toSvg(diagramOf({ name: 'Large', nodes, connections })))
  expect(nodes.filter(({ name }) => !lines.includes(name))).toEqual([])
})

test('A drawing that takes too long is given up, and the next one is made', async () => {
  const nodes = Array.from({ length: 150 }, (_, i) => ({
    id: `${i}`,
    type: 'event' as const,
    name: `Node ${i}`,
  }))
  const connections = nodes.slice(1).flatMap(({ id }, i) => [
    { source_node_id: `${i}`, target_node_id: id, condition: 'else' },
    { source_node_id: `${Math.floor(i / 3)}`, target_node_id: id, condition: 'else' },
  ])
  const complex = toDot(diagramOf({ name: 'Complex', nodes, connections }))
  const next = layOut(toDot(named('A')))
  await expect(Promise.all([layOut(complex, 300), next])).rejects.toThrow(TooComplex)
  expect(await layOut(toDot(named('B')))).toContain('B')
  expect(await next).toContain('A')
})

test('The same journey always gives the same text, and an empty one is valid', () => {
  const diagram = named('A')
  expect(toDot(diagram)).toBe(toDot(diagram))
  expect(toDot({ title: '', nodes: [], connections: [] })).toMatch(/^digraph "" \{/)
})

test.each([
  ['else', 'else'],
  ['{">=":[{"var":"attributes.amount"},50]}', 'amount ≥ 50'],
  ['{"some":[{"var":"items"},{"var":{"cat":["a","b"]}}]}', 'some(items, var(cat(a, b)))'],
  ['{"==":[{"var":"attributes.category"},"boots"]}', 'category = boots'],
  [
    '{"and":[{">":[{"var":"attributes.a"},1]},{"!":{"var":"member.attributes.b"}}]}',
    '(a > 1) and (not member.attributes.b)',
  ],
  ['{"in":[{"var":"event"},["purchase","return"]]}', 'event in [purchase, return]'],
  ['{"missing":["a"]}', 'missing(a)'],
  ['{"var":["attributes.a",1]}', 'a'],
  ['{}', '{}'],
])('The condition %s is %s in symbols', (condition, expected) => {
  expect(conditionInSymbols(condition)).toBe(expected)
})
