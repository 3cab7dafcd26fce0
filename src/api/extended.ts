import type { ExtendedByOperation } from '../contract/extension.ts'
import type { OperationId } from '../contract/operations.ts'

/** The lists of objects that an answer consists of, however deep. */
const LISTS = ['journeys', 'nodes', 'connections', 'events', 'rewards'] as const

type Part = ExtendedByOperation & { [L in (typeof LISTS)[number]]?: Part[] }
type Json = Record<string, unknown>

/**
 * Makes what an operation answers. Where something in it is extended, what the schema lets out is completed by what the
 * seed says another server answered; everything else goes out as it is.
 */
export const extending =
  (project: (body: never) => unknown, operation: OperationId) =>
  (body: object): unknown => {
    const known = project(body as never)
    return isExtended(body as Part) ? extended(known as Json, body as Part, operation) : known
  }

/** Whether an operation does not answer an object at all. */
export const isLeftOut = (part: ExtendedByOperation, operation: OperationId): boolean =>
  part['x-answers']?.[operation]?.left_out === true

const isExtended = (part: Part): boolean =>
  part['x-extra'] !== undefined ||
  part['x-answers'] !== undefined ||
  LISTS.some(name => part[name]?.some(isExtended))

function extended(known: Json, part: Part, operation: OperationId): Json {
  const { extra, instead, absent = [] } = part['x-answers']?.[operation] ?? {}
  const answer = { ...known }
  for (const name of LISTS) {
    // What is stored may have lists that this operation does not show.
    if (name in known) answer[name] = extendedList(known[name] as Json[], part[name] ?? [], operation)
  }
  for (const name of absent) delete answer[name]
  return { ...answer, ...instead, ...part['x-extra'], ...extra }
}

const extendedList = (known: Json[], parts: Part[], operation: OperationId): Json[] =>
  parts.flatMap((part, p) =>
    isLeftOut(part, operation) ? [] : [extended(known[p] as Json, part, operation)],
  )
