import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** The README and the other pages of the documentation, whose tables and programs the tests compare and run. */

export const ROOT = new URL('../../', import.meta.url)
/** Where the README has the server listen. */
export const PRINTED_ORIGIN = 'http://127.0.0.1:4300'

/** The text under a heading, up to the next of its level or above. */
export function section(heading: string, page = 'README.md'): string {
  const whole = readFileSync(new URL(page, ROOT), 'utf8')
  const start = whole.indexOf(`\n${heading}\n`)
  if (start < 0) throw new Error(`${page} has no "${heading}"`)
  const level = heading.indexOf(' ')
  const [text = ''] = whole.slice(start + heading.length + 2).split(new RegExp(`^#{2,${level}} `, 'm'), 1)
  return text
}

export const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(found => found[1] as string)
export const onlyBlock = (text: string, language: string): string => {
  const found = blocks(text, language)
  expect(found, language).toHaveLength(1)
  return found[0] as string
}

/** The cells of a table's rows, found by the first column's name. */
export function table(text: string, column: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex(line => line.startsWith(`| ${column} |`))
  if (start < 0) throw new Error(`there is no table of "${column}"`)
  const rest = lines.slice(start + 2)
  return rest
    .slice(
      0,
      rest.concat('').findIndex(line => !line.startsWith('|')),
    )
    .map(line =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cell => cell.trim().replaceAll('\\|', '|')),
    )
}

export const spans = (cell = ''): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(found => found[1] as string)
export const span = (cell = ''): string => spans(cell)[0] ?? ''
