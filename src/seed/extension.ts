import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import type { Answers, Extra } from '../contract/extension.ts'
import { OneOf } from '../contract/formats.ts'
import type { OperationId } from '../contract/operations.ts'

/** The keys under which a seed keeps what a server answers and the sandbox does not know, as schemas. */

/** `x-extra` of an object that the API shows in these forms; no property of any of them may be in it. */
export const xExtra = (...shown: TObject[]) =>
  Type.Optional(
    extra(
      shown.flatMap(({ properties }) => Object.keys(properties)),
      'Properties that the API serves beside the known ones, wherever it shows this',
    ),
  )

/** `x-answers` of an object that several operations show, each in its own form. */
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
