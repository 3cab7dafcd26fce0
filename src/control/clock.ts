import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ClockAdvance, ClockReading, ClockSetting, ClockStep } from '../sites/site-clock.ts'
import { type ControlOptions, responses, SiteParams, siteOf } from './route.ts'

/** A site's time, which only goes forward; a reset takes it back to the system clock. */
export const clockRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  const tags = ['Clock']

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/clock',
    schema: {
      operationId: 'getClock',
      tags,
      summary: 'Read the clock of a site',
      params: SiteParams,
      response: responses({ 200: ClockReading }),
    },
    handler: request => siteOf(sites, request).clock.read(),
  })

  scope.route({
    method: 'PUT',
    url: '/sites/:site_id/clock',
    schema: {
      operationId: 'setClock',
      tags,
      summary: 'Set the clock of a site, freeze it or let it run',
      params: SiteParams,
      body: ClockSetting,
      response: responses({ 200: ClockReading }),
    },
    handler: request => siteOf(sites, request).clock.set(request.body),
  })

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/clock/advance',
    schema: {
      operationId: 'advanceClock',
      tags,
      summary: 'Move the clock of a site forward',
      description:
        'By a duration, or to the next moment at which something changes by itself. With nothing left to change, the clock stays where it is. The answer says what changed.',
      params: SiteParams,
      body: ClockStep,
      response: responses({ 200: ClockAdvance }),
    },
    handler: request => siteOf(sites, request).clock.advance(request.body),
  })
}
