import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** The pages of the documentation, with what the tests read from them: sections, tables and fenced blocks. */

export const ROOT = new URL('../../', import.meta.url)
/** Where the pages have the server listen. */
export const PRINTED_ORIGIN = 'http://127.0.0.1:4300'

/** A page by its path from the root of the repository. */
export const readPage = (page: string): string => readFileSync(new URL(page, ROOT), 'utf8')

/** The text under a heading, up to the next of its level or above. */
export function section(heading: string, page: string): string {
  const whole = readPage(page)
  const start = whole.indexOf(`\n${heading}\n`)
  if (start < 0) throw new Error(`${page} has no "${heading}"`)
  const level = heading.indexOf(' ')
  const [text = ''] = whole.slice(start + heading.length + 2).split(new RegExp(`^#{2,${level}} `, 'm'), 1)
  return text
}

/** A fenced block. */
export interface Block {
  language: string
  code: string
  /** The line of the page on which the code starts. */
  line: number
  /** Whether nothing stands between it and the block before it. */
  follows: boolean
}

/** All fenced blocks of a text, in order. */
export function allBlocks(text: string): Block[] {
  let end = 0
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ index, 0: whole, 1: language, 2: code }) => {
    const follows = end > 0 && text.slice(end, index).trim() === ''
    end = index + whole.length
    return {
      language: language as string,
      code: code as string,
      line: text.slice(0, index).split('\n').length + 1,
      follows,
    }
  })
}

export const blocks = (text: string, language: string): string[] =>
  allBlocks(text)
    .filter(block => block.language === language)
    .map(({ code }) => code)

export const onlyBlock = (text: string, language: string): string => {
  const found = blocks(text, language)
  expect(found, language).toHaveLength(1)
  return found[0] as string
}

/** The cells of a table's rows, found by the first column's name. */
export function table(text: string, column: string): string[][] {
  const [first] = tables(text, column)
  if (!first) throw new Error(`there is no table of "${column}"`)
  return first
}

/** The same of every table with this first column. */
export function tables(text: string, column: string): string[][][] {
  const lines = text.split('\n').concat('')
  return lines.flatMap((line, start) => {
    if (!line.startsWith(`| ${column} |`)) return []
    const rest = lines.slice(start + 2)
    return [
      rest
        .slice(
          0,
          rest.findIndex(row => !row.startsWith('|')),
        )
        .map(cellsOf),
    ]
  })
}

const cellsOf = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map(cell => cell.trim().replaceAll('\\|', '|'))

export const spans = (cell = ''): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(found => found[1] as string)
export const span = (cell = ''): string => spans(cell)[0] ?? ''
