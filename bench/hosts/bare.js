// The smallest Fastify: what a start of the sandbox and its memory are compared with. JavaScript, as Node would spend a
// part of the start on removing types.
import { fastify } from 'fastify'

const app = fastify()
app.get('/*', (_request, reply) => reply.type('application/json; charset=utf-8').send('{"journeys":[]}'))
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
