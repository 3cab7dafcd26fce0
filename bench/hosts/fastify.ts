import { fastify } from 'fastify'
import { bodyOf } from './body.ts'

/**
 * The least that Fastify can do: GET /<length> answers what is ready since the start. The first argument is as what,
 * `string` or `buffer`, the others are the lengths.
 */

const [kind, ...lengths] = process.argv.slice(2)
const app = fastify()
for (const length of lengths) {
  const text = bodyOf(Number(length))
  const body = kind === 'buffer' ? Buffer.from(text) : text
  app.get(`/${length}`, (_request, reply) => reply.type('application/json; charset=utf-8').send(body))
}
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
process.once('SIGTERM', () => process.exit())
