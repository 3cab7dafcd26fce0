import type { OperationId } from './operations.ts'

/**
 * What a server may answer that this contract does not have. The contract is partly inferred, so whatever is copied
 * from a live server can hold such things; they are kept beside what is known, and answered as they were.
 */

/** Properties that the contract does not name, served beside those it does. */
export type Extra = Record<string, unknown>

/** Where a single operation answers otherwise. */
export interface OwnAnswer {
  /** Properties that only this operation has. */
  extra?: Extra
  /** Properties of the contract, with what is answered in place of what the sandbox would say. */
  instead?: Extra
  /** Properties of the contract that are not answered. */
  absent?: string[]
  /** The operation does not answer the object at all. */
  left_out?: true
}

export type Answers = Partial<Record<OperationId, OwnAnswer>>

/** An object that is part of the answer of one operation. */
export interface Extended {
  'x-extra'?: Extra
}

/** An object that is in the answers of several operations. */
export interface ExtendedByOperation extends Extended {
  'x-answers'?: Answers
}

/** The extensions of an object alone, to be spread: none, where it has none. */
export const extensionsOf = ({ 'x-extra': extra, 'x-answers': answers }: ExtendedByOperation) => ({
  ...(extra && { 'x-extra': extra }),
  ...(answers && { 'x-answers': answers }),
})
