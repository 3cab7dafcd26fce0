import { type Static, Type } from '@sinclair/typebox'
import { documented, inferred, Nullable, OneOf, refTo, Text, Timestamp, Uuid } from './formats.ts'

export const JOURNEY_STATUSES = ['Draft', 'Published', 'Archived'] as const
export const NODE_TYPES = ['entry', 'event', 'action', 'condition', 'reward', 'badge', 'exit'] as const

export type JourneyStatus = (typeof JOURNEY_STATUSES)[number]
export type NodeType = (typeof NODE_TYPES)[number]

/** The types of nodes at which a member completes a step. */
export const STEP_TYPES: readonly NodeType[] = ['event', 'action']
/** The types of nodes at which a member is given something. */
export const OUTCOME_TYPES: readonly NodeType[] = ['reward', 'badge']

/** An item of `GET /journeys`: CONTRACT.md section 2. */
export const JourneySummary = Type.Object(
  {
    id: documented(Uuid('Identifies the journey')),
    site_id: documented(Text('The site the journey belongs to, the one that called')),
    multi_template_id: documented(
      Text('The multi-template the journey was made from; "0" when none was applied'),
    ),
    name: documented(Text('What the journey is called')),
    description: documented(Text('What the journey is about; may be empty')),
    publish_at: documented(
      Nullable(Timestamp('When the journey was published; null for one that was not yet')),
    ),
    open_ended: documented(
      Type.Boolean({ description: 'False when the journey has a fixed or defined entry condition' }),
    ),
    status: documented(
      OneOf(JOURNEY_STATUSES, 'Where the journey is in its life; passing its end date does not change it'),
    ),
    expired_at: documented(
      Nullable(Timestamp('When the journey ended; null while it runs, or when it never ends')),
    ),
    start_date: documented(Nullable(Timestamp('From when on members may enter; null for no such bound'))),
    end_date: documented(Nullable(Timestamp('When the journey ends; null for one that does not'))),
    created_at: inferred(Timestamp('When the journey was created')),
    updated_at: inferred(Timestamp('When the journey was last changed')),
    created_by: inferred(Nullable(Text('Who created the journey, where that is known'))),
  },
  { $id: 'JourneySummary', description: 'A journey without its graph' },
)

/** One block of a journey's canvas. That journeys have nodes is documented; their properties are inferred. */
export const JourneyNode = Type.Object(
  {
    id: inferred(Uuid('Identifies the node')),
    journey_id: inferred(Uuid('The journey the node is part of')),
    type: inferred(OneOf(NODE_TYPES, 'What kind of block this is')),
    name: inferred(Text('The label of the block')),
    config: inferred(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'The settings of the block; which there are depends on its type',
      }),
    ),
    position: inferred(
      Type.Object(
        {
          x: inferred(Type.Number({ description: 'To the right' })),
          y: inferred(Type.Number({ description: 'Downwards' })),
        },
        { description: 'Where the block stands on the canvas' },
      ),
    ),
  },
  { $id: 'JourneyNode', description: 'A block of a journey: an entry, a step, a branching or an outcome' },
)

/** One arrow of a journey's canvas. That there are connections is documented; their properties are inferred. */
export const JourneyConnection = Type.Object(
  {
    id: inferred(Uuid('Identifies the connection')),
    journey_id: inferred(Uuid('The journey the connection is part of')),
    source_node_id: inferred(Uuid('The node it leaves')),
    target_node_id: inferred(Uuid('The node it leads to')),
    condition: inferred(Nullable(Text('What must hold for a member to take it; null when nothing must'))),
  },
  { $id: 'JourneyConnection', description: 'A directed link between two nodes of a journey' },
)

/** The answer of `GET /journeys/{journey_id}`: CONTRACT.md section 2. */
export const Journey = Type.Object(
  {
    ...JourneySummary.properties,
    nodes: documented(Type.Array(refTo(JourneyNode), { description: 'The blocks of the journey' })),
    connections: documented(
      Type.Array(refTo(JourneyConnection), { description: 'How the blocks are joined' }),
    ),
  },
  { $id: 'Journey', description: 'A journey with its graph' },
)

export const JourneyList = Type.Object(
  {
    journeys: inferred(
      Type.Array(refTo(JourneySummary), { description: 'Every journey of the site, oldest first' }),
    ),
  },
  { $id: 'JourneyList', description: 'The journeys of the calling site' },
)

export type JourneyNode = Static<typeof JourneyNode>
export type JourneyConnection = Static<typeof JourneyConnection>
export type JourneySummary = Static<typeof JourneySummary>
export type Journey = Static<typeof Journey>
export type JourneyList = Static<typeof JourneyList>
