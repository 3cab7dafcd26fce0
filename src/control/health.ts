import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Sites } from '../sites/sites.ts'
import { version } from '../version.ts'
import { Problem } from './problem.ts'
import { responses } from './route.ts'

const Health = Type.Object(
  {
    status: Type.Literal('ok'),
    version: Type.String({ description: 'Of the server' }),
    uptime: Type.Number({ description: 'Seconds since the start' }),
    sites: Type.Integer({ description: 'How many there are' }),
  },
  { title: 'Health', description: 'The server is up' },
)

/** The health check. It needs no token, and is there even when the control API is off. */
export async function health(scope: FastifyInstance, { sites }: { sites: Sites }): Promise<void> {
  scope.addSchema(Problem)
  scope.route({
    method: 'GET',
    url: '/health',
    schema: {
      operationId: 'getHealth',
      tags: ['Server'],
      summary: 'Whether the server is up',
      response: responses({ 200: Health }),
    },
    handler: () => ({
      status: 'ok' as const,
      version,
      uptime: Math.round(process.uptime() * 10) / 10,
      sites: sites.list().length,
    }),
  })
}
