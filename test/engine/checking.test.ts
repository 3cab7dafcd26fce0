import { Value } from '@sinclair/typebox/value'
import { describe, expect, test } from 'vitest'
import { NODE_CONFIGS } from '../../src/contract/node-config.ts'
import { criterionCompiler, criterionIssue, type Facts } from '../../src/engine/criterion.ts'
import { journeyIssues } from '../../src/seed/check-journey.ts'
import { condition, definition, entry, more, reward, step } from './journeys.ts'

const facts: Facts = {
  event: 'purchase',
  attributes: { amount: 60, tags: ['a', 'b'], lines: [{ price: 5 }, { price: 50 }], word: 'much' },
  at: '2025-01-15T10:33:32.500861',
  member: { email: 'ann@example.com', attributes: { tier: 'gold' } },
}
const compile = criterionCompiler()
const v = (path: string) => ({ var: path })

describe('a criterion', () => {
  test.each([
    [{ '>': [v('attributes.amount'), 50] }, true],
    [{ '>': [v('attributes.missing'), 50] }, false],
    [{ and: [{ '==': [v('member.attributes.tier'), 'gold'] }, { '==': [v('event'), 'purchase'] }] }, true],
    [{ '<': [v('at'), '2025-02'] }, true],
    [{ in: ['b', v('attributes.tags')] }, true],
    [{ some: [v('attributes.lines'), { '>': [v('price'), 40] }] }, true],
    [{ all: [v('attributes.lines'), { '>': [v('price'), 40] }] }, false],
    [
      { '>': [{ reduce: [v('attributes.lines'), { '+': [v('accumulator'), v('current.price')] }, 0] }, 54] },
      true,
    ],
    [{ missing: ['attributes.coupon'] }, true],
    [{ missing: ['attributes.amount'] }, false],
    [{ filter: [v('attributes.tags'), { '==': [v(''), 'z'] }] }, false],
  ])('%j is %s', (rule, expected) => {
    expect(criterionIssue(rule)).toBeUndefined()
    const criterion = compile(rule)
    expect([criterion(facts), criterion(facts)]).toEqual([expected, expected])
  })

  test.each([
    { '>': [v('attributes.word'), 5] },
    { '/': [1, v('attributes.missing')] },
    { max: [v('attributes.word')] },
    { substr: [v('attributes.amount'), 0] },
    { some: [v('attributes.amount'), { '>': [v(''), 1] }] },
    { '!!': { cat: [v('attributes.awkward'), ''] } },
  ])('%j cannot be worked out, so it does not hold', rule => {
    expect(compile(rule)({ ...facts, attributes: { ...facts.attributes, awkward: { toString: 1 } } })).toBe(
      false,
    )
  })

  test.each([
    [v('attributes.constructor')],
    [v('attributes.tags.push')],
    [v('attributes.__proto__.toString')],
    [JSON.parse('{"__proto__": 1}')],
    [{ constructor: ['x'] }],
    [{ toString: [] }],
    [{ throw: 'x' }],
  ])('%j reaches no function and no prototype', rule => {
    expect(compile(rule)(facts)).toBe(false)
  })

  test.each([
    [{ '=>': [1, 2] }, '"=>" is not an operator; there are var missing '],
    [{ log: [1] }, '"log" is not an operator'],
    [{ constructor: [1] }, '"constructor" is not an operator'],
    [JSON.parse('{"__proto__": 1}'), '"__proto__" is not an operator'],
    [{ and: [true, { or: [{ no: 1 }] }] }, '"no" is not an operator'],
    [{}, '"" is not an operator'],
    [{ '>': v('attributes.amount') }, '">" needs 2 arguments, not 1'],
    [{ '>': [1, 2], '<': [2, 3] }, 'has 2 operators side by side'],
    [v('amount'), '"amount" is nothing to read; there are event, attributes.…, at, member.email'],
    [v('member.tier'), '"member.tier" is nothing to read'],
    [{ some: [v('tags'), true] }, '"tags" is nothing to read'],
    [Array.from({ length: 60 }).reduce(rule => ({ '!': [rule] }), true), 'is nested deeper than 50 levels'],
    [{ merge: [[1], [2]] }, '"merge" is not an operator'],
    [{ var: { cat: ['event', ''] } }, '"var" needs the path itself'],
    [{ some: [[1, 2], { '>': [v(''), 1] }] }, '"some" goes over a "var" only'],
    [{ some: [{ map: [v('attributes.lines'), v('price')] }, true] }, '"some" goes over a "var" only'],
    [{ all: [v('attributes.lines'), { some: [v('tags'), true] }] }, '"some" cannot be used within "all"'],
    [{ all: [v('attributes.lines'), { in: [v(''), v('../../attributes.tags')] }] }, 'leads out of the list'],
    [{ map: [v('attributes.lines'), [v(''), v('')]] }, 'a list within "map" holds plain values only'],
    [
      { reduce: [v('attributes.tags'), { cat: [v('accumulator'), v('accumulator')] }, 'x'] },
      '"cat" cannot be used',
    ],
    [{ reduce: [v('attributes.tags'), v('current'), v('attributes.lines')] }, '"reduce" starts with a text'],
  ])('%j is refused', (rule, message) => {
    expect(criterionIssue(rule)).toContain(message)
  })

  test('has at most 1000 values', () => {
    const oneOf = (count: number) => ({
      in: [v('attributes.sku'), Array.from({ length: count }, (_, i) => i)],
    })
    expect(criterionIssue(oneOf(995))).toBeUndefined()
    expect(criterionIssue(oneOf(996))).toBe('consists of 1001 values; at most 1000 are allowed')
  })

  test('cannot double what it works on with every item of a list', () => {
    const twice = [v('accumulator'), v('accumulator')]
    for (const body of [{ merge: twice }, { cat: twice }, twice, { if: [true, twice] }]) {
      expect(criterionIssue({ '==': [{ reduce: [v('attributes.list'), body, 'x'] }, 1] })).toBeDefined()
    }
  })
})

describe('the settings of a node', () => {
  test.each([
    ['entry', {}, true],
    ['entry', { criteria: more(5) }, true],
    ['entry', { criteria: {} }, false],
    ['entry', { criteria: 'amount > 5' }, false],
    ['entry', { criterias: more(5) }, false],
    ['event', { event: 'purchase', times: 3, criteria: more(5) }, true],
    ['action', { event: 'purchase' }, true],
    ['event', {}, false],
    ['event', { event: '' }, false],
    ['event', { event: 'a', times: 0 }, false],
    ['event', { event: 'a', times: 1.5 }, false],
    ['condition', {}, true],
    ['condition', { criteria: more(5) }, false],
    ['reward', { type: 'points', amount: 100, hold: 'P14D', blocking_events: ['return'] }, true],
    ['reward', {}, false],
    ['reward', { type: 'points', hold: '14 days' }, false],
    ['reward', { type: 'points', blocking_events: 'return' }, false],
    ['badge', { code: 'gold' }, true],
    ['badge', {}, false],
    ['exit', {}, true],
    ['exit', { code: 'x' }, false],
  ] as const)('%s %j: %s', (type, config, good) => {
    expect(Value.Check(NODE_CONFIGS[type], config)).toBe(good)
  })

  test.each([
    ['P14D', true],
    ['P1Y2M3W4DT5H6M7.000008S', true],
    ['PT0.5S', true],
    ['P', false],
    ['PT', false],
    ['P1DT', false],
    ['P1.5D', false],
    ['-P1D', false],
    ['P1D ', false],
    ['PT0.0000001S', false],
    ['14', false],
  ])('a hold of the form %j: %s', (hold, good) => {
    expect(Value.Check(NODE_CONFIGS.reward, { type: 'points', hold })).toBe(good)
    if (good) expect(journeyIssues(definition('J', { gift: reward({ hold }) }, []))).toEqual([])
  })
})

describe('the issues of a journey', () => {
  const conditions = { in: entry(), if: condition(), a: step('a'), b: step('b') }

  test('are none for a good one', () => {
    const good = definition('J', conditions, ['in > if > a', 'if > b'], {
      when: { 'if > a': more(5), 'if > b': 'else' },
    })
    expect(journeyIssues(good)).toEqual([])
  })

  test('name the place and what is wrong with it', () => {
    const bad = definition(
      'J',
      {
        in: entry({ nope: 1 }),
        a: step('a', { criteria: v('amount') }),
        zero: reward({ hold: 'P0D' }),
        ever: reward({ hold: 'P101Y' }),
        over: reward({ hold: 'P99999Y99999M' }),
      },
      [],
    )
    expect(journeyIssues(bad)).toEqual([
      { pointer: '/nodes/0/config/criteria', message: expect.stringContaining('"nope" is not an operator') },
      {
        pointer: '/nodes/1/config/criteria',
        message: expect.stringContaining('"amount" is nothing to read'),
      },
      { pointer: '/nodes/2/config/hold', message: 'lasts no time; leave it out' },
      { pointer: '/nodes/3/config/hold', message: 'lasts longer than 100 years' },
      { pointer: '/nodes/4/config/hold', message: 'lasts longer than 100 years' },
    ])
  })

  test.each([
    ['if', 'amount > 5', 'is neither "else" nor a rule of JSON Logic as JSON text'],
    ['if', '5', 'is neither "else" nor a rule'],
    ['if', '{}', 'is neither "else" nor a rule'],
    ['if', '{"nope":1}', '"nope" is not an operator'],
    ['if', null, 'is missing; the connection leaves the condition node "if"'],
    ['in', 'else', 'is not null, but "in" is of type entry; only a condition node has conditions'],
  ])('from %s with the condition %j', (source_node_id, text, message) => {
    const { nodes } = definition('J', conditions, [])
    const connections = [{ source_node_id, target_node_id: 'a', condition: text }]
    expect(journeyIssues({ nodes, connections })).toEqual([
      { pointer: '/connections/0/condition', message: expect.stringContaining(message) },
    ])
  })

  test('include a second else', () => {
    const two = definition('J', conditions, ['if > a', 'if > b'], {
      when: { 'if > a': 'else', 'if > b': 'else' },
    })
    expect(journeyIssues(two)).toEqual([
      {
        pointer: '/connections/1/condition',
        message: 'is the second "else" of its node; one is taken at most',
      },
    ])
  })
})
