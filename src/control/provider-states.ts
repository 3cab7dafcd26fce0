import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { NotFound } from '../errors.ts'
import { StateChange, setUpState, tearDownStates } from '../sites/provider-states.ts'
import { type ControlOptions, responses } from './route.ts'

/** Pact's provider-state call. */
export const providerStateRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  scope.route({
    method: 'POST',
    url: '/provider-states',
    schema: {
      operationId: 'changeProviderState',
      tags: ['Provider states'],
      summary: "Pact's provider-state call",
      description:
        'Sets a state up on top of what is there. Tearing down returns to what was there before the first.',
      body: StateChange,
      response: responses({
        200: Type.Record(Type.String(), Type.String(), {
          description: 'What the state is about, for requests to use',
        }),
      }),
    },
    handler: async request => {
      const { state, params, action = 'setup' } = request.body
      const { site_id } = params ?? {}
      const site = site_id === undefined ? sites.list()[0] : sites.get(site_id)
      if (!site) throw new NotFound('there is no site; create one first')
      if (action === 'setup') return setUpState(site, state, params ?? {})
      await tearDownStates(site)
      return {}
    },
  })
}
