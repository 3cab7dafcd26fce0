import { isDeepStrictEqual } from 'node:util'
import type { TObject } from '@sinclair/typebox'
import type { Answers, ExtendedByOperation, Extra, OwnAnswer } from '../contract/extension.ts'
import type { JsonObject } from '../contract/json.ts'
import type { OperationId } from '../contract/operations.ts'

/** What one operation answers of an object, and what the sandbox would; undefined where either does not show it. */
export interface Shown {
  schema: TObject
  answered: JsonObject | undefined
  ours: JsonObject | undefined
}

/**
 * What must be added to an object of the seed for each operation to answer as it did. Properties that the contract does
 * not name are said once where every operation that shows the object has the same.
 */
export function extensionsFor(shown: Partial<Record<OperationId, Shown>>): ExtendedByOperation {
  const own = Object.entries(shown).map(([operation, one]) => [operation, ownAnswer(one)] as const)
  const extra = commonExtra(own.map(([, answer]) => answer).filter(answer => !answer.left_out))
  const isCommon = Object.keys(extra).every(name =>
    Object.values(shown).every(({ schema }) => !Object.hasOwn(schema.properties, name)),
  )
  const answers: Answers = Object.fromEntries(
    own
      .map(([operation, { extra: mine, ...rest }]) => [
        operation,
        isCommon && isSame(mine, extra) ? rest : { ...(mine && { extra: mine }), ...rest },
      ])
      .filter(([, answer]) => Object.keys(answer as OwnAnswer).length > 0),
  )
  return {
    ...(isCommon && Object.keys(extra).length > 0 && { 'x-extra': extra }),
    ...(Object.keys(answers).length > 0 && { 'x-answers': answers }),
  }
}

/** The extra properties of all, when they are the same in the same order; else none. */
function commonExtra([first, ...others]: OwnAnswer[]): Extra {
  return others.every(({ extra }) => isSame(extra, first?.extra)) ? (first?.extra ?? {}) : {}
}

const isSame = (one: Extra | undefined, other: Extra | undefined) =>
  JSON.stringify(one ?? {}) === JSON.stringify(other ?? {})

function ownAnswer({ schema, answered, ours }: Shown): OwnAnswer {
  if (answered === undefined) return { left_out: true }
  const isKnown = (name: string) => Object.hasOwn(schema.properties, name)
  const entries = Object.entries(answered)
  const extra = entries.filter(([name]) => !isKnown(name))
  const instead = entries.filter(([name, value]) => isKnown(name) && !isDeepStrictEqual(value, ours?.[name]))
  const absent = Object.keys(ours ?? {}).filter(name => isKnown(name) && !Object.hasOwn(answered, name))
  return {
    ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
    ...(instead.length > 0 && { instead: Object.fromEntries(instead) }),
    ...(absent.length > 0 && { absent }),
  }
}
