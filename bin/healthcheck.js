// The health check of the image: asks the server of the container, at the port that it was started with. Loads nothing
// else, since it runs every few seconds.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { parseArgs } from 'node:util'

// The server is process 1, or with `docker run --init` that process carries its command line.
const [, , pid = '1'] = process.argv
const [, flags = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('bin/journeys-sandbox.js\0')
const options = { port: { type: 'string' }, 'tls-cert': { type: 'string' } }
const { values } = parseArgs({ args: flags.split('\0'), options, strict: false })
const port = values.port ?? (process.env.PORT || 4300)
const { get } = (values['tls-cert'] ?? process.env.SANDBOX_TLS_CERT) ? https : http

// A server that is frozen accepts the connection and never answers.
const signal = AbortSignal.timeout(2000)
get(
  { host: '127.0.0.1', port, path: '/_sandbox/health', rejectUnauthorized: false, signal },
  ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1),
).on('error', ({ message }) => {
  console.error(message)
  process.exit(1)
})
