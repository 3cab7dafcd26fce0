import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { temporaryFolder } from '../support/folder.ts'
import { run } from '../support/process.ts'
import { id, journeyOf, memberOf, participationOf, seedOf } from '../support/seeds.ts'
import { command } from '../support/terminal.ts'

const check = (input: string, ...flags: string[]) => command(['check', '-', ...flags], input)

describe('check', () => {
  it('counts what is in a good seed', async () => {
    using folder = temporaryFolder()
    const file = folder.file('seed.json', `\uFEFF${JSON.stringify(seedOf())}`)
    expect(await command(['check', file])).toEqual({
      code: 0,
      stdout: `${file}: good, with 1 journey, 3 nodes, 2 connections, 1 member, 1 participation`,
      stderr: '',
    })
    const { code, stdout } = await command(['check', file, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      file,
      ok: true,
      counts: { journeys: 1, nodes: 3, connections: 2, members: 1, participations: 1 },
      issues: [],
      warnings: [],
    })
  })

  it('warns of an extra property that replaces a value of the contract, and of no other', async () => {
    const journey = journeyOf(1, { extra: { colour: 'red', nodes: [], status: 'Paused' } })
    const { code, stdout, stderr } = await check(JSON.stringify(seedOf({ journeys: [journey] }), null, 1))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.split('\n')
    expect(lines).toEqual([
      expect.stringMatching(
        /^stdin:\d+:14 \/journeys\/0\/extra\/nodes: warning: replaces what the sandbox would answer here/,
      ),
      expect.stringMatching(/^stdin:\d+:15 \/journeys\/0\/extra\/status: warning: /),
      expect.stringMatching(/^stdin: good, with 1 journey/),
    ])
  })

  it('finds good the demo that the sandbox comes with', async () => {
    expect(await command(['check', 'seed/demo.json'])).toMatchObject({ code: 0 })
  })

  it('lists the issues of form, graph and members in the order of the text', async () => {
    const journey = journeyOf(1, {
      nodes: [...journeyOf(1).nodes, { id: id(7), type: 'exit', name: 'Lost' }],
    })
    const members = [memberOf('ann@example.com', participationOf(9001, 5)), memberOf('Ann@example.com')]
    const text = JSON.stringify({ ...seedOf({ journeys: [journey], members }), colour: 1 }, null, 1)
    const { code, stdout, stderr } = await check(text)
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        /^stdin:\d+:5 \/journeys\/0\/nodes\/3: no connection leads from an entry to "Lost"/,
      ),
      expect.stringMatching(/^stdin:\d+:20 \/members\/0\/participations\/0\/journey_id: /),
      expect.stringMatching(/^stdin:\d+:13 \/members\/1\/email: "ann@example.com" is taken by/),
      expect.stringMatching(/^stdin:\d+:2 \/colour: is not a known property here; there are \$schema, site,/),
    ])
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'stdin: 4 issues' })
  })

  it('says the place of a value however the text is laid out', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: what is put there is wrong on purpose
    const changes: [string, (seed: any) => void][] = [
      ['"Sleeping"', seed => (seed.journeys[0].status = 'Sleeping')],
      ['"portal"', seed => (seed.journeys[0].nodes[2].type = 'portal')],
      ['4711', seed => (seed.members[0].participations[0].id = 4711)],
      [
        '"2025-02-31T10:33:32.500861"',
        seed => (seed.members[0].participations[0].started_at = '2025-02-31T10:33:32.500861'),
      ],
      ['"~/"', seed => (seed.site['a~/b'] = '~/')],
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...changes),
        fc.constantFrom('', ' ', '   ', '\t'),
        fc.constantFrom('\n', '\r\n'),
        async ([value, change], indent, end) => {
          const seed: SeedDocument = structuredClone(seedOf())
          change(seed)
          const text = JSON.stringify(seed, null, indent).replaceAll('\n', end)
          const { stdout } = await check(text, '--json')
          const [{ line, column }] = JSON.parse(stdout).issues
          expect(text.split(end)[line - 1]?.slice(column - 1)).toMatch(value)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('says where something is missing by what should hold it', async () => {
    const { stdout } = await check('{"journeys": [{ "nodes": [] }]}')
    expect(stdout).toBe('stdin:1:15 /journeys/0/name: is missing')
  })

  it('finds keys that are given twice', async () => {
    const text = JSON.stringify(seedOf()).replace('"name":"demo-site"', '"name":"a","name":"demo-site"')
    const { code, stdout } = await check(text)
    expect(stdout).toBe('stdin:1:41 /site/name: is given twice; remove one of the two')
    expect(code).toBe(1)
  })

  it.each([
    ['a comma too many', '{"site": [1,\n ]}', '2:2'],
    ['a line break in a string', '{"site":\n "a\nb"}', '2:4'],
    ['a comment', '{\n// here\n}', '2:1'],
  ])('says where the text stops being JSON: %s', async (_what, text, place) => {
    const { code, stdout } = await check(text)
    expect(stdout).toMatch(new RegExp(`^stdin:${place} /: is not JSON: [^\n]+$`))
    expect(code).toBe(1)
  })

  it('refuses in one line a file that cannot be read', async () => {
    const { code, stdout, stderr } = await command(['check', 'nowhere.json'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^nowhere\.json cannot be read: [^\n]+$/)
  })

  it('works as a process in a pipe', async () => {
    expect(await run(['check', '-'], { input: '[1]' })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('stdin:1:1 /: [1] is not an object'),
      stderr: 'stdin: 1 issue\n',
    })
  })
})
