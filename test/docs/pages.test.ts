import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT, readPage, section, spans, table } from '../support/docs.ts'

/** How the pages of the documentation hang together. */

const docs = readdirSync(new URL('docs', ROOT)).filter(name => name.endsWith('.md'))
const pages = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'AGENTS.md', 'examples/README.md', 'bench/README.md'],
  ...docs.map(name => `docs/${name}`),
]

const isFile = (path: string): boolean => existsSync(new URL(path, ROOT))
const isPage = (path: string): boolean => path.endsWith('.md') && statSync(new URL(path, ROOT)).isFile()

/** As GitHub makes them of headings. */
const anchorsOf = (page: string): string[] =>
  [...readPage(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

test.each(pages)('every link of %s leads somewhere', page => {
  // Code is no link.
  const text = readPage(page).replace(/^```.*?^```$/gms, '')
  const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^https?:/.test(link)) return []
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : posix.join(dirname(page), path)
    if (!isFile(target)) return [link]
    return anchor !== undefined && isPage(target) && !anchorsOf(target).includes(anchor) ? [link] : []
  })
  expect(broken).toEqual([])
})

test('the index lists every page of docs', () => {
  const rows = table(readPage('docs/README.md'), 'page')
  const listed = rows.map(([cell]) => /\((.+)\)/.exec(cell as string)?.[1])
  expect(listed.sort()).toEqual(docs.filter(name => name !== 'README.md').sort())
})

describe('The README', () => {
  test('fits on two screens', () => {
    expect(statSync(new URL('README.md', ROOT)).size).toBeLessThanOrEqual(9000)
  })

  test('has one picture', () => {
    expect(readPage('README.md').match(/!\[/g)).toHaveLength(1)
  })
})

test('the map of CONTRIBUTING.md has every part of src, and the arrows are those of AGENTS.md', () => {
  const parts = readdirSync(new URL('src', ROOT), { withFileTypes: true }).map(
    entry => `src/${entry.name}${entry.isDirectory() ? '/' : ''}`,
  )
  const mapped = table(section('## The map', 'CONTRIBUTING.md'), 'where').flatMap(([where]) => spans(where))
  expect(mapped.filter(path => path.startsWith('src/')).sort()).toEqual(parts.sort())
  expect(mapped.filter(path => !isFile(path))).toEqual([])
  const [arrows = ''] = /`main → .*`/.exec(readPage('CONTRIBUTING.md')) ?? []
  expect(readPage('AGENTS.md')).toContain(arrows)
})
