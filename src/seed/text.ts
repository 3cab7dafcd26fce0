import {
  Composer,
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
} from 'yaml'
import { depthIssue, MAX_DEPTH, pointerNames, pointerPart } from '../contract/json.ts'
import { type Issue, type PlacedIssue, type Position, SeedError } from './issues.ts'
import { isJsonWithRepeatedKeys, jsonErrorAt } from './json-text.ts'

/** Seeds are written in JSON or in YAML 1.2 (core schema). JSON is a part of YAML, so one parser finds the places in both. */
export type SeedFormat = 'json' | 'yaml'

/** What a text says, and where in the text it says so. */
interface SeedText {
  value: unknown
  /** The issue with the line and column of its value or, where that is missing, of what should hold it. */
  place(issue: Issue): PlacedIssue
}

/** The format by the ending of a file name or, without a known one, by the first character of the text. */
export function formatOf(name: string, text: string): SeedFormat {
  if (/\.ya?ml$/i.test(name)) return 'yaml'
  if (/\.json$/i.test(name)) return 'json'
  return /^\s*[{[]/.test(text) ? 'json' : 'yaml'
}

/**
 * The longest text that is read as YAML, which takes microseconds for each character and a hundred times the memory of JSON.
 * Issues of longer JSON have no line and column, as those are found by reading it as YAML.
 */
export const MAX_YAML_LENGTH = 2 ** 20

interface ReadOptions {
  format: SeedFormat
  /** What the text is called in messages. */
  name?: string
  /** How many levels deep the value may be nested. */
  maxDepth?: number
}

/** The value of a text in JSON or YAML. @throws {SeedError} naming `name`, with line and column */
export const parseSeedText = (text: string, options: ReadOptions): unknown =>
  readSeedText(text, options).value

/** The same, for issues to be placed later. @throws {SeedError} naming `name`, with line and column */
export function readSeedText(
  withMark: string,
  { format, name = 'body', maxDepth = MAX_DEPTH }: ReadOptions,
): SeedText {
  const refuse: Refuse = (...issues) => new SeedError(name, issues)
  const text = withMark.replace(/^\uFEFF/, '')
  if (text.trim() === '') throw refuse({ pointer: '', message: 'is empty', ...START })
  return format === 'yaml' ? readYaml(text, maxDepth, refuse) : readJson(text, maxDepth, refuse)
}

type Refuse = (...issues: PlacedIssue[]) => SeedError

function readYaml(text: string, maxDepth: number, refuse: Refuse): SeedText {
  if (text.length > MAX_YAML_LENGTH) throw refuse({ pointer: '', message: LONG_YAML, ...START })
  const { issues, place, toValue } = readTree(text, maxDepth)
  if (issues.length > 0) throw refuse(...issues)
  const value = toValue(refuse)
  // Aliases may nest what the text does not.
  const deep = depthIssue(value, maxDepth)
  if (deep) throw refuse(place(deep))
  return { value, place }
}

function readJson(text: string, maxDepth: number, refuse: Refuse): SeedText {
  const value = parseJson(text, refuse)
  let known: Tree | undefined
  /** The same text as YAML, which knows the places; undefined for a long one. */
  const tree = () => {
    if (text.length <= MAX_YAML_LENGTH) known ??= readTree(text, maxDepth)
    return known
  }
  const deep = depthIssue(value, maxDepth)
  // In a text that is too deep, the tree has this issue alone, with its position.
  if (deep) throw refuse({ ...tree()?.issues[0], ...deep })
  const repeated = { pointer: '', message: 'has a key that is given twice' }
  if (isJsonWithRepeatedKeys(text, value)) throw refuse(...(tree()?.issues ?? [repeated]))
  return { value, place: issue => tree()?.place(issue) ?? issue }
}

function parseJson(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    throw refuse({ pointer: '', message: `is not JSON: ${message}`, ...jsonErrorAt(text, message) })
  }
}

interface Tree {
  /** What is wrong with the text itself, and keys that are given twice. */
  issues: PlacedIssue[]
  place(issue: Issue): PlacedIssue
  toValue(refuse: Refuse): unknown
}

const START: Position = { line: 1, column: 1 }
const LONG_YAML = `is longer than ${MAX_YAML_LENGTH} characters; write it in JSON, which is read much faster`

function readTree(text: string, maxDepth: number): Tree {
  const lines = new LineCounter()
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return line === 0 ? START : { line, column: col }
  }
  const failed = (message: string, offset: number): Tree => ({
    issues: [{ pointer: '', message, ...positionAt(offset) }],
    place: issue => toPlaced(issue, START),
    toValue: () => undefined,
  })

  const tokens: CST.Token[] = []
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    // Asked before the tree is built, which takes seconds for a text of nothing but brackets.
    if (parser.stack.length <= maxDepth) continue
    const tooDeep = parser.stack.filter(token => CST.isCollection(token))[maxDepth]
    if (tooDeep) return failed(`is nested deeper than ${maxDepth} levels`, tooDeep.offset)
  }
  tokens.push(...parser.end())
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, logLevel: 'error' })
  const [document, second] = composer.compose(tokens, true, text.length)
  if (!document?.contents) return failed('is empty', 0)
  if (second) return failed('holds several YAML documents; write each to a file of its own', second.range[0])

  const syntax = [...document.errors, ...document.warnings].map(error => ({
    pointer: '',
    message: `is not YAML: ${error.message}`,
    ...positionAt(error.pos[0]),
  }))
  const issues = syntax.length > 0 ? syntax : nodeIssues(document.contents, '', positionAt)
  return {
    issues,
    place: issue => toPlaced(issue, positionAt(offsetOf(document, issue))),
    toValue(refuse) {
      try {
        return document.toJS({ maxAliasCount: 100 })
      } catch (error) {
        if (!(error instanceof ReferenceError)) throw error
        const message = error.message.startsWith('Excessive')
          ? 'repeats anchors too often; write out what the aliases stand for'
          : error.message
        throw refuse({ pointer: '', message: `is not YAML: ${message}`, ...START })
      }
    },
  }
}

const toPlaced = ({ pointer, message }: Issue, position: Position): PlacedIssue => ({
  pointer,
  message,
  ...position,
})

/** What YAML allows and a seed does not have: keys that are given twice or are no text, and numbers that JSON lacks. */
function nodeIssues(node: unknown, pointer: string, positionAt: (offset: number) => Position): PlacedIssue[] {
  const issue = (at: unknown, pointer: string, message: string) => ({
    pointer,
    message,
    ...positionAt((at as Node | null)?.range?.[0] ?? 0),
  })
  if (isSeq(node)) return node.items.flatMap((item, i) => nodeIssues(item, `${pointer}/${i}`, positionAt))
  if (isScalar(node)) {
    const isNumber = typeof node.value !== 'number' || Number.isFinite(node.value)
    return isNumber ? [] : [issue(node, pointer, `${node.source} is not a number that JSON has`)]
  }
  if (!isMap(node)) return []
  const seen = new Set<string>()
  return node.items.flatMap(pair => {
    const { key, value } = pair
    if (!isScalar(key)) return [issue(key, pointer, 'has a key that is not a text')]
    const name = String(key.value ?? '')
    const inner = pointer + pointerPart(name)
    const repeated = seen.has(name) ? [issue(key, inner, 'is given twice; remove one of the two')] : []
    seen.add(name)
    return [...repeated, ...nodeIssues(value, inner, positionAt)]
  })
}

/** Where the value of an issue's pointer begins, or its key, or what should hold it. */
function offsetOf(document: Document.Parsed, { pointer, atKey }: Issue): number {
  let place: Node | null = document.contents
  let offset = place?.range?.[0] ?? 0
  for (const key of pointerNames(pointer)) {
    const holder: unknown = isAlias(place) ? place.resolve(document) : place
    const pair = isMap(holder)
      ? holder.items.findLast(({ key: k }) => isScalar(k) && String(k.value ?? '') === key)
      : undefined
    const inner: unknown = isSeq(holder) ? holder.items[Number(key)] : pair?.value
    if (!pair && inner === undefined) break
    place = (inner ?? null) as Node | null
    const start = atKey || !place?.range ? pair?.key : place
    offset = (start as Node | null)?.range?.[0] ?? place?.range?.[0] ?? offset
  }
  return offset
}
