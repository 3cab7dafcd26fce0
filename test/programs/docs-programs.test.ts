import { mkdirSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, inject, test } from 'vitest'
import { blocks, onlyBlock, ROOT, readPage, section } from '../support/docs.ts'
import { temporaryFolder } from '../support/folder.ts'
import { execute } from '../support/shell.ts'

/** The tests that the pages show are run as they stand, against the built package. */

/** A project that has installed the package. */
function project() {
  const folder = temporaryFolder()
  mkdirSync(folder.file('node_modules'))
  symlinkSync(inject('packaged'), folder.file('node_modules/journeys-sandbox'))
  symlinkSync(fileURLToPath(new URL('node_modules/vitest', ROOT)), folder.file('node_modules/vitest'))
  return folder
}

const PAGE = 'docs/testing.md'

const nodeTests: { page: string; program: () => string }[] = [
  { page: 'README.md', program: () => onlyBlock(section('## In a test', 'README.md'), 'js') },
  {
    page: PAGE,
    program: () =>
      [
        onlyBlock(section('### node:test', PAGE), 'js'),
        ...blocks(section('## Recipes', PAGE), 'js'),
        ...blocks(section('## Fake timers', PAGE), 'js'),
      ].join('\n'),
  },
]

test.each(nodeTests)('those of $page for node:test pass', async ({ program }) => {
  using folder = project()
  folder.file('page.test.mjs', program())
  const count = program().match(/^test\(/gm)?.length
  const { code, stdout } = await execute(folder.path, [
    process.execPath,
    '--test',
    '--test-reporter=tap',
    'page.test.mjs',
  ])
  expect(code, stdout).toBe(0)
  expect(stdout).toContain(`# pass ${count}`)
})

test('those for Vitest pass', async () => {
  using folder = project()
  folder.file('page.test.ts', onlyBlock(section('### Vitest', PAGE), 'ts'))
  const vitest = folder.file('node_modules/vitest/vitest.mjs')
  const { code, stdout, stderr } = await execute(folder.path, [process.execPath, vitest, 'run'])
  expect(code, `${stdout}${stderr}`).toBe(0)
})

test('every program of the pages is known to a test', () => {
  const known = [
    ...nodeTests.map(({ program }) => program()),
    onlyBlock(section('### Vitest', PAGE), 'ts'),
  ].join('\n')
  const programs = ['README.md', PAGE].flatMap(page => ['js', 'ts'].flatMap(l => blocks(readPage(page), l)))
  expect(programs.filter(program => !known.includes(program))).toEqual([])
})
