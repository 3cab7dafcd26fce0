import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import { OneOf } from './formats.ts'
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

/** The schema of `x-extra` in an object that the API shows in these forms; no property of any of them may be in it. */
export const xExtra = (...shown: TObject[]) =>
  Type.Optional(
    extra(
      shown.flatMap(({ properties }) => Object.keys(properties)),
      'Properties that the API serves beside the known ones, wherever it shows this',
    ),
  )

/** The schema of `x-answers` in an object that several operations show, each in its own form. */
export const xAnswers = (shown: Partial<Record<OperationId, TObject>>) =>
  Type.Optional(
    Type.Unsafe<Answers>(
      closed(
        Object.fromEntries(
          Object.entries(shown).map(([operation, { properties }]) => [
            operation,
            Type.Optional(ownAnswer(Object.keys(properties))),
          ]),
        ),
        'Where one operation answers otherwise than the sandbox would; stays so whatever happens',
      ),
    ),
  )

const ownAnswer = (names: string[]) =>
  closed(
    {
      extra: Type.Optional(extra(names, 'Properties that only this operation serves beside the known ones')),
      instead: Type.Optional(
        closed(
          Object.fromEntries(names.map(name => [name, Type.Optional(Type.Unknown())])),
          'Known properties, with what is served in their place',
        ),
      ),
      absent: Type.Optional(
        Type.Array(OneOf(names), { description: 'Known properties that are not served' }),
      ),
      left_out: Type.Optional(
        Type.Literal(true, { description: 'This operation does not show the object at all' }),
      ),
    },
    'What this operation answers otherwise',
  )

const extra = (names: string[], description: string) =>
  Type.Unsafe<Extra>(
    Type.Record(Type.String({ pattern: `^(?!(?:${[...new Set(names)].join('|')})$)` }), Type.Unknown(), {
      additionalProperties: false,
      description,
    }),
  )

const closed = (properties: Record<string, TSchema>, description: string) =>
  Type.Object(properties, { additionalProperties: false, description })
