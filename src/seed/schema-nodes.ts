import { type Static, type TObject, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import {
  BadgeConfig,
  ConditionConfig,
  EntryConfig,
  ExitConfig,
  RewardConfig,
  StepConfig,
} from '../contract/node-config.ts'
import { annotated, closed, NodeRecord } from '../contract/records.ts'
import { SEED_TIME_PATTERN } from './times.ts'

/** A property that may be left out, with what it is then. */
export const optional = <T extends TSchema>(schema: T, otherwise: string, ...examples: unknown[]) =>
  Type.Optional(
    annotated(schema, {
      description: `${schema.description} (${otherwise})`,
      ...(examples.length > 0 && { examples }),
    }),
  )

const TIME = 'a date, RFC 3339, or a duration from the load such as -P3D'

/** A time that may be left out. */
export const optionalTime = (description: string, otherwise: string) =>
  Type.Optional(
    Type.String({
      pattern: SEED_TIME_PATTERN,
      description: `${description}: ${TIME} (${otherwise})`,
      examples: ['2026-01-05', '2026-01-05T10:00:00Z', '-P3D'],
    }),
  )

/** A time that may be left out, or null. */
export const optionalTimeOrNull = (description: string, otherwise = 'null') => {
  const { pattern, ...annotations } = optionalTime(description, otherwise)
  return Type.Optional(
    Type.Union([Type.String({ pattern: pattern as string }), Type.Null()], {
      description: annotations.description as string,
      examples: annotations.examples as unknown[],
    }),
  )
}

/** The name by which other parts of a document refer to something. */
export const label = (description: string, otherwise: string, example: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      description: `${description}: a UUID, or a label that a UUID is made from (${otherwise})`,
      examples: [example],
    }),
  )

const { position, extra } = NodeRecord.properties

function nodeOf<T extends string, S extends TProperties, C extends TObject>(
  type: T,
  what: string,
  settings: S,
  config: C,
  example: object,
) {
  const properties = {
    type: Type.Literal(type, { description: what }),
    name: Type.String({ description: 'The label of the block', examples: ['Completes the profile'] }),
    id: label('What connections refer to, unique within the journey', 'the name', 'big'),
    ...settings,
    // Its type is that of the long form, so that what is exported can be given back.
    config: Type.Optional(
      Type.Unsafe<Record<string, unknown>>(
        Type.Partial(config, { description: 'Long form: the settings, by the names that the API shows' }),
      ),
    ),
    position: optional(position, '200 to the right of the block before', { x: 200, y: 0 }),
    extra,
  }
  return annotated(closed(properties, what), { examples: [{ type, ...example }] })
}

const step = Type.Partial(StepConfig).properties
const { type: reward, ...rewardSettings } = Type.Partial(RewardConfig).properties

/** A block, by its type; its settings are written beside its name. */
export const NodeInput = Type.Union(
  [
    nodeOf(
      'entry',
      'Where members enter: by an event that its criteria allow or, without criteria, by the first event that a step right behind it waits for',
      Type.Partial(EntryConfig).properties,
      EntryConfig,
      { name: 'Joins' },
    ),
    nodeOf('event', 'A step: a system or API event that the member must cause', step, StepConfig, {
      name: 'Buys three times',
      event: 'purchase',
      times: 3,
    }),
    nodeOf('action', 'A step: a loyalty action that the member must take', step, StepConfig, {
      name: 'Completes the profile',
      event: 'profile_completed',
    }),
    nodeOf(
      'condition',
      'Splits the path: each connection that leaves it says by "when" or "else" when it is taken',
      {},
      ConditionConfig,
      { name: 'How much?', id: 'how-much' },
    ),
    nodeOf(
      'reward',
      'Issues a reward, or holds it at first',
      { reward: Type.Optional(reward), ...rewardSettings },
      RewardConfig,
      { name: 'Big coupon', reward: 'coupon', amount: 20, hold: 'P14D', blocking_events: ['return'] },
    ),
    nodeOf('badge', 'Awards a badge', Type.Partial(BadgeConfig).properties, BadgeConfig, {
      name: 'Trailhead',
      code: 'trailhead',
    }),
    nodeOf('exit', 'Completes the journey', {}, ExitConfig, { name: 'Done' }),
  ],
  { title: 'NodeInput', description: 'A block of the journey' },
)

export type NodeInput = Static<typeof NodeInput>
