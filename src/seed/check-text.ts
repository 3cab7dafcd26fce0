import { readFile } from 'node:fs/promises'
import type { DocumentNode, ObjectNode, ValueNode } from '@humanwhocodes/momoa'
import { checkSeed } from './check.ts'
import { extraWarnings } from './extra-warnings.ts'
import { type Issue, type Position, SeedError } from './issues.ts'
import type { SeedDocument } from './schema.ts'
import { parseJson } from './seed.ts'

export type LocatedFault = Issue & Position

/**
 * Everything that is wrong with the text of a seed, in the order in which it stands there. More than a `SeedError` it
 * knows positions, and keys that are given twice, of which JSON keeps the last.
 */
export async function checkSeedText(
  text: string,
): Promise<{ issues: LocatedFault[]; warnings: LocatedFault[]; document?: SeedDocument }> {
  // Only who asks where an issue is needs a parser that knows; it is loaded then.
  const { parse } = await import('@humanwhocodes/momoa')
  const bare = text.replace(/^\uFEFF/, '')
  const read = parseJson(bare)
  if ('issue' in read)
    return { issues: [{ ...read.issue, ...syntaxErrorIn(parse, bare, read.issue.message) }], warnings: [] }
  const tree = parse(bare)
  const locateAll = (found: Issue[]) =>
    found
      .map(issue => ({ ...issue, ...positionOf(tree, issue.pointer) }))
      .sort((a, b) => a.line - b.line || a.column - b.column)
  const issues = locateAll([...repeatedKeys(tree.body, ''), ...checkSeed(read.document)])
  if (issues.length > 0) return { issues, warnings: [] }
  const document = read.document as SeedDocument
  return { issues, warnings: locateAll(extraWarnings(document)), document }
}

/** An error about a seed file, once more, with the place of every issue in the file. */
export async function locate(error: SeedError, file: string): Promise<SeedError> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  // One that cannot be read has no such places, and by now it may be another.
  const issues = text === undefined ? [] : (await checkSeedText(text)).issues
  return issues.length > 0 ? new SeedError(file, issues) : error
}

/** Where a text stops being JSON. */
function syntaxErrorIn(parse: (text: string) => unknown, text: string, message: string): Position {
  try {
    parse(text)
  } catch (error) {
    const { line, column } = error as Partial<Position>
    if (line !== undefined && column !== undefined) return { line, column }
  }
  // What this parser lets pass, such as a tab in a string, the built-in one says the place of in words.
  const [, line = '1', column = '1'] = /line (\d+) column (\d+)/.exec(message) ?? []
  return { line: Number(line), column: Number(column) }
}

/** Where the value of a JSON pointer begins, or, when it is not there, what should hold it. */
function positionOf({ body }: DocumentNode, pointer: string): Position {
  let place = body
  for (const part of pointer.split('/').slice(1)) {
    const next = child(place, part.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (!next) break
    place = next
  }
  const { line, column } = place.loc.start
  return { line, column }
}

function child(value: ValueNode, key: string): ValueNode | undefined {
  if (value.type === 'Array') return value.elements[Number(key)]?.value
  if (value.type === 'Object') return value.members.findLast(member => nameOf(member) === key)?.value
  return undefined
}

const nameOf = ({ name }: ObjectNode['members'][number]): string =>
  name.type === 'String' ? name.value : name.name

function repeatedKeys(value: ValueNode, pointer: string): Issue[] {
  if (value.type === 'Array') {
    return value.elements.flatMap((element, i) => repeatedKeys(element.value, `${pointer}/${i}`))
  }
  if (value.type !== 'Object') return []
  return [...Map.groupBy(value.members, nameOf)].flatMap(([name, members]) => {
    const inner = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const twice =
      members.length > 1 ? [{ pointer: inner, message: 'is given twice; only the last one counts' }] : []
    return [...twice, ...members.slice(-1).flatMap(member => repeatedKeys(member.value, inner))]
  })
}
