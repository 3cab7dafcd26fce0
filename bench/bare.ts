import { fastify } from 'fastify'

/** The least that Fastify can do: GET /<length> answers a string that is ready since the start. Lengths are arguments. */

const app = fastify()
for (const length of process.argv.slice(2)) {
  const body = JSON.stringify('x'.repeat(Number(length) - 2))
  app.get(`/${length}`, (_request, reply) => reply.type('application/json; charset=utf-8').send(body))
}
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
process.once('SIGTERM', () => process.exit())
