import type { Static, TSchema } from '@sinclair/typebox'
import { depthIssue, isObject, pointerNames } from '../contract/json.ts'
import { atOnce, inOneStep, type Steps } from '../store/turns.ts'
import { type Expansion, newPlaces, type Readable } from './expansion.ts'
import { type Issue, MAX_ISSUES, schemaIssues } from './issues.ts'

/** The findings in an input, at its own places. */
export interface Checked<T, I extends Issue = Issue> {
  issues: I[]
  /** What is probably a mistake, and no reason to refuse it. */
  warnings: I[]
  /** The input in the long form, with nothing left out; undefined where there are issues. */
  value: T | undefined
}

type Times = Pick<Expansion, 'now' | 'unstated'>
type Expand<S extends TSchema, T> = (readable: Readable<Static<S>>, expansion: Expansion) => T

/** The same as `checkInSteps`, at once. */
export const checked = <S extends TSchema, T>(
  schema: S,
  input: unknown,
  times: Times,
  expand: Expand<S, Checked<T>>,
): Checked<T> =>
  atOnce(checkInSteps<S, T>(schema, input, times, (...given) => inOneStep(() => expand(...given))))

/**
 * Checks an input and expands it. `expand` gets the parts of it that match the schema, so that all other issues are reported
 * at once; it returns its findings at the places of the long form.
 */
export function* checkInSteps<S extends TSchema, T>(
  schema: S,
  input: unknown,
  times: Times,
  expand: Expand<S, Steps<Checked<T>>>,
): Steps<Checked<T>> {
  const tooDeep = depthIssue(input)
  yield
  if (tooDeep) return { issues: [tooDeep], warnings: [], value: undefined }
  const formal = schemaIssues(schema, input)
  // There may be more, so that nothing else can be read.
  if (formal.length >= MAX_ISSUES) return { issues: formal, warnings: [], value: undefined }
  const refused = new Set(formal.filter(({ atKey }) => !atKey).map(({ pointer }) => pointer))
  const lists = new Set([...refused].map(pointer => pointer.replace(ITEM_NAME, '')))
  const readable = (formal.length === 0 ? input : withoutRefused(input, formal)) as Readable<Static<S>>
  const places = newPlaces()
  const issues = [...formal]
  const expansion: Expansion = {
    ...times,
    issues,
    places,
    isRefused: pointer => refused.has(pointer),
    areNamesKnown: list => !lists.has(list),
    hasIssueBelow: issueIndex(issues),
  }
  yield
  const found = yield* expand(readable, expansion)
  const placed = (issue: Issue) => ({ ...issue, pointer: places.inputOf(issue.pointer) })
  const all = inOrder([...issues, ...found.issues.map(placed)])
  return {
    issues: all.slice(0, MAX_ISSUES),
    warnings: inOrder(found.warnings.map(placed)).slice(0, MAX_ISSUES),
    value: all.length === 0 ? found.value : undefined,
  }
}

/** An item of a list, or its id or name. */
const ITEM_NAME = /\/\d+(\/(id|name))?$/

/** Tells whether there is an issue at a place or below it, among issues that become more. */
function issueIndex(issues: readonly Issue[]) {
  const places = new Set<string>()
  let indexed = 0
  return (pointer: string): boolean => {
    for (; indexed < issues.length; indexed++) {
      const { pointer } = issues[indexed] as Issue
      for (let end = pointer.length; end >= 0; end = end === 0 ? -1 : pointer.lastIndexOf('/', end - 1))
        places.add(pointer.slice(0, end))
    }
    return places.has(pointer)
  }
}

/** Each once, in the order of their places. */
const inOrder = (issues: Issue[]): Issue[] =>
  [...new Map(issues.map(issue => [`${issue.pointer}\n${issue.message}`, issue])).values()].sort((a, b) =>
    collator.compare(a.pointer, b.pointer),
  )

const collator = new Intl.Collator('en', { numeric: true })

/** A copy without the values that have issues: those are missing, and in lists undefined. */
function withoutRefused(input: unknown, issues: readonly Issue[]): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(input) ?? 'null')
  if (!isObject(copy)) return {}
  for (const { pointer } of issues) {
    const keys = pointerNames(pointer)
    const last = keys.pop()
    const holder = keys.reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      copy,
    )
    if (Array.isArray(holder)) holder[Number(last)] = undefined
    else if (isObject(holder)) delete holder[last as string]
  }
  return copy
}
