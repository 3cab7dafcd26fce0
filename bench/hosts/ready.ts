import { readFileSync } from 'node:fs'
import { fastify } from 'fastify'
import { type Site, verifies } from '../token.ts'

/**
 * A Fastify that answers strings which are ready since its start, as a file has them by method and URL. Where the file has
 * a site, it first verifies the token of every request: what is left is the least that authenticated answers can cost.
 */
export interface Ready {
  site?: Site
  answers: Record<string, { status: number; body: string; identifier?: string | undefined }>
}

const [port, file = ''] = process.argv.slice(2)
const { site, answers: entries }: Ready = JSON.parse(readFileSync(file, 'utf8'))
const answers = new Map(Object.entries(entries))

const app = fastify()
app.all('/*', (request, reply) => {
  const answer = answers.get(`${request.method} ${request.url}`)
  if (!answer) return reply.callNotFound()
  if (site && !verifies(site, request.headers, answer.identifier)) return reply.code(401).send()
  return reply.code(answer.status).type('application/json; charset=utf-8').send(answer.body)
})
await app.listen({ port: Number(port), host: '127.0.0.1' })
