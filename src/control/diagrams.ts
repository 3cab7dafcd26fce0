import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { DIAGRAM_FORMATS, type DiagramFormat, journeyDiagram } from '../sites/diagrams.ts'
import { JourneyParams } from './content.ts'
import { type ControlOptions, responses, siteOf } from './route.ts'

const SUMMARIES: Record<DiagramFormat, string> = {
  svg: 'Draw a journey',
  dot: 'Get the drawing of a journey for Graphviz',
  mmd: 'Get the drawing of a journey for Mermaid',
}

const file = (type: string) => ({
  description: 'The file',
  content: { [type.split(';', 1)[0] as string]: { schema: Type.String() } },
})

/** The graph of a journey as a file, with how many members wait at each node. */
export const diagramRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  for (const [format, { type, draw }] of Object.entries(DIAGRAM_FORMATS)) {
    scope.route({
      method: 'GET',
      url: `/sites/:site_id/journeys/:journey_id.${format}`,
      schema: {
        operationId: `drawJourney${format[0]?.toUpperCase()}${format.slice(1)}`,
        tags: ['Content'],
        summary: SUMMARIES[format as DiagramFormat],
        params: JourneyParams,
        response: { ...responses({}), 200: file(type) },
      },
      handler: async (request, reply) => {
        const diagram = await journeyDiagram(siteOf(sites, request), request.params.journey_id)
        return reply.type(type).send(await draw(diagram))
      },
    })
  }
}
