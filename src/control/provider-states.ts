import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Email, LowerCaseUuid, OneOf } from '../contract/formats.ts'
import { NotFound } from '../errors.ts'
import { STATE_NAMES, setUpState, tearDownStates } from '../sites/provider-states.ts'
import { type ControlOptions, responses } from './route.ts'

const StateChange = Type.Object(
  {
    consumer: Type.Optional(Type.String({ description: 'Who asks; it does not matter' })),
    state: Type.String({ description: `One of: ${STATE_NAMES.join('; ')}` }),
    params: Type.Optional(
      Type.Object(
        {
          site_id: Type.Optional(Type.String({ description: 'Where; on the first site, when left out' })),
          email: Type.Optional(Email({ description: 'Of the member; made up, when left out' })),
          journey_id: Type.Optional(LowerCaseUuid({ description: 'Of the journey; made up, when left out' })),
        },
        { additionalProperties: false },
      ),
    ),
    action: Type.Optional(OneOf(['setup', 'teardown'], { description: 'setup, when left out' })),
  },
  { description: "Pact's call to change the state of the provider" },
)

/** Pact's provider-state call. */
export const providerStateRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  scope.route({
    method: 'POST',
    url: '/provider-states',
    config: { control: true },
    schema: {
      operationId: 'changeProviderState',
      tags: ['Provider states'],
      summary: "Pact's provider-state call",
      description:
        'Sets a state up on top of what is there. Tearing down brings back what was there before the first.',
      body: StateChange,
      response: responses({
        200: Type.Record(Type.String(), Type.String(), {
          description: 'What was made up, for requests to use',
        }),
      }),
    },
    handler: request => {
      const { state, params: { site_id, ...params } = {}, action = 'setup' } = request.body
      const site = site_id === undefined ? sites.list()[0] : sites.get(site_id)
      if (!site) throw new NotFound('there is no site; create one first')
      if (action === 'setup') return setUpState(site, state, params)
      tearDownStates(site)
      return {}
    },
  })
}
