// The health check of the image: asks the server of the container, where it was told to listen. Loads nothing else,
// since it runs every few seconds.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { parseArgs } from 'node:util'

// The server is process 1, or with `docker run --init` that process carries its command line.
const [, , pid = '1'] = process.argv
const [, flags = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('bin/journeys-sandbox.js\0')
const type = 'string'
const options = { host: { type }, port: { type }, 'tls-cert': { type } }
const { values } = parseArgs({ args: flags.split('\0'), options, strict: false })
// A server on 0.0.0.0, every interface, can be called there, too.
const host = values.host ?? (process.env.HOST || '127.0.0.1')
const port = values.port ?? (process.env.PORT || 4300)
const { get } = (values['tls-cert'] ?? process.env.SANDBOX_TLS_CERT) ? https : http

// A server that is frozen accepts the connection and never answers.
const signal = AbortSignal.timeout(2000)
get({ host, port, path: '/_sandbox/health', rejectUnauthorized: false, signal }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
).on('error', ({ message }) => {
  console.error(message)
  process.exit(1)
})
