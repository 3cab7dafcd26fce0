import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.ts'

/** As `fastify.ts`, without Fastify: a table of addresses, and the bytes with their length. The arguments are the lengths. */

const answers = new Map(
  process.argv.slice(2).map(length => {
    const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': length }
    return [`/${length}`, { headers, body: Buffer.from(bodyOf(Number(length))) }]
  }),
)
const server = createServer(({ url = '' }, response) => {
  const answer = answers.get(url)
  if (answer) response.writeHead(200, answer.headers).end(answer.body)
  else response.writeHead(404).end()
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
process.once('SIGTERM', () => process.exit())
