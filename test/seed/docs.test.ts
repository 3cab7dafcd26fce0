import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { checkSeed } from '../../src/seed/check.ts'
import { checkSeedText } from '../../src/seed/seed.ts'
import { ROOT } from '../support/docs.ts'
import { temporaryFolder } from '../support/folder.ts'
import { execute } from '../support/shell.ts'

const PAGE = readFileSync(new URL('docs/seeds.md', ROOT), 'utf8')
const NOW = '2026-03-01T12:00:00.000000'

/** The code of a kind, as in ```yaml nodes. */
const examples = (kind: string): string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\`$`, 'gms'))].map(found => found[1] as string)

const check = (seed: unknown) => {
  const { issues, warnings, value } = checkSeed(seed, NOW)
  return { found: [...issues, ...warnings], value }
}

/** A journey in which the members of the page can do what they do there. */
const welcome = {
  name: 'Welcome',
  nodes: [
    { type: 'entry', name: 'Joins' },
    { type: 'action', name: 'Completes the profile', event: 'profile_completed' },
    { type: 'event', name: 'Buys', event: 'purchase' },
    { type: 'reward', name: 'Coupon', reward: 'coupon', hold: 'P14D', blocking_events: ['return'] },
    { type: 'exit', name: 'Done' },
  ],
}

describe('Of the page about seeds', () => {
  it('the first example is a good seed', () => {
    const [first = '', ...more] = examples('yaml')
    expect(more).toEqual([])
    const { issues, warnings, value } = checkSeedText(first, { name: 'seed.yaml', now: NOW })
    expect([...issues, ...warnings]).toEqual([])
    const [ann, newcomer] = value?.members ?? []
    expect(ann?.participations).toMatchObject([{ progress_percentage: '100.0', rewards: [{}] }])
    expect(newcomer?.participations).toEqual([])
  })

  test.each(examples('yaml nodes').map(text => [text]))('nodes are good: %s', text => {
    const nodes = parse(text)
    const entries = nodes.some(({ type }: { type: string }) => type === 'entry') ? [] : [welcome.nodes[0]]
    expect(check({ journeys: [{ name: 'J', nodes: [...entries, ...nodes] }] }).found).toEqual([])
  })

  test.each(examples('yaml journey').map(text => [text]))('a journey is good: %s', text => {
    expect(check({ journeys: [{ name: 'J', ...parse(text) }] }).found).toEqual([])
  })

  it('six rules are good', () => {
    const rules = examples('yaml criteria').map(text => parse(text))
    expect(rules).toHaveLength(6)
    const nodes = rules.map((criteria, i) => ({
      type: 'event',
      name: `Step ${i}`,
      event: 'purchase',
      criteria,
    }))
    expect(check({ journeys: [{ name: 'J', nodes: [welcome.nodes[0], ...nodes] }] }).found).toEqual([])
  })

  test.each(examples('yaml members').map(text => [text]))('members are good: %s', text => {
    expect(check({ journeys: [welcome], members: parse(text) }).found).toEqual([])
  })

  it('what is wrong is reported as it says', () => {
    const [wrong = ''] = examples('yaml wrong')
    const { issues } = checkSeedText(wrong, { name: 'seed.yaml', now: NOW })
    const lines = issues.map(
      ({ line, column, pointer, message }) => `seed.yaml:${line}:${column} ${pointer}: ${message}\n`,
    )
    expect(lines.join('')).toBe(examples('text')[0])
  })

  it('the program prints what its comment says', async () => {
    const [program = ''] = examples('ts')
    const [, expected] = /\/\/ (.*)$/m.exec(program) ?? []
    using folder = temporaryFolder()
    folder.file('program.mts', program.replace("'journeys-sandbox'", `'${new URL('src/index.ts', ROOT)}'`))
    expect(await execute(folder.path, [process.execPath, 'program.mts'])).toEqual({
      code: 0,
      stdout: `${expected}\n`,
      stderr: '',
    })
  })

  it('every operator is named', async () => {
    const { criterionIssue } = await import('../../src/engine/criterion.ts')
    const [, known] = /there are (.*)$/.exec(criterionIssue({ nope: 1 }) ?? '') ?? []
    expect(PAGE).toContain(`\`${known}\``)
  })
})
