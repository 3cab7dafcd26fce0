import { expect, test } from 'vitest'
import { durationInWords, nodeInWords, ruleInWords } from '../../src/diagram/words.ts'
import { readSeed } from '../../src/seed/seed.ts'

const amount = { var: 'attributes.amount' }

test.each([
  [{ '>=': [amount, 50] }, 'amount is at least 50'],
  [{ '==': [{ var: 'attributes.category' }, 'boots'] }, 'category is boots'],
  [{ '<': [1, amount, 10] }, 'amount is between 1 and 10'],
  [{ in: [{ var: 'event' }, ['purchase', 'return']] }, 'the event is one of purchase or return'],
  [{ in: ['vip', { var: 'member.attributes.tags' }] }, "the member's tags contains vip"],
  [
    { and: [{ '>': [amount, 1] }, { or: [{ '!': { var: 'attributes.a' } }, { var: 'attributes.b' }] }] },
    'amount is more than 1 and (a is not set or b is set)',
  ],
  [{ '!': { '==': [amount, 1] } }, 'not amount is 1'],
  [{ '!!': amount }, 'amount is set'],
  [{ missing: ['attributes.a', 'attributes.b'] }, 'a and b is missing'],
  [{ '==': [{ '%': [amount, 2] }, 0] }, '(%(amount, 2)) is 0'],
  [{ some: [{ var: 'attributes.items' }, { var: '' }] }, 'some(items, )'],
])('the rule %j is in words: %s', (rule, expected) => {
  expect(ruleInWords(rule)).toBe(expected)
})

test.each([
  ['P14D', '14 days'],
  ['P1D', '1 day'],
  ['PT36H', '36 hours'],
  ['PT1.5S', '1.5 seconds'],
  ['P0D', 'P0D'],
  ['P1Y2M', '1 year and 2 months'],
  ['P1DT2H3M4S', '1 day, 2 hours, 3 minutes and 4 seconds'],
])('the duration %s is %s', (duration, expected) => {
  expect(durationInWords(duration)).toBe(expected)
})

test('every node of the demo is described in sentences', () => {
  for (const { nodes, connections } of readSeed('demo').journeys) {
    for (const node of nodes) {
      const sentences = nodeInWords(
        { ...node, config: node.config ?? {} },
        nodes.map(each => ({ ...each, config: each.config ?? {} })),
        (connections ?? []).map(each => ({ ...each, condition: each.condition ?? null })),
      )
      if (node.type !== 'condition') expect(sentences.length).toBeGreaterThan(0)
      for (const sentence of sentences) expect(sentence).toMatch(/^[^{}[\]]+\.$/)
    }
  }
})
