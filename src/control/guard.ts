import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { onRequestHookHandler } from 'fastify'
import { Refusal } from './problem.ts'

export interface GuardOptions {
  /** The bearer token that every call must carry; none when empty. */
  token: string
  /** Host names that are allowed beyond addresses, localhost and single-label names; joined by commas. */
  allowHost: string
}

/**
 * Keeps out what a browser may be tricked into: a page of another origin, and a foreign name that was made to resolve
 * to this server (DNS rebinding). Then asks for the token, if there is one.
 */
export function guard({ token, allowHost }: GuardOptions): onRequestHookHandler {
  const allowed = new Set(allowHost.toLowerCase().split(',').filter(Boolean))
  const digest = sha256(token)

  return (request, reply, done) => {
    const { origin, authorization = '' } = request.headers
    const name = request.hostname.toLowerCase()
    if (!isLocalName(name) && !allowed.has(name)) {
      const detail = `the host name "${name}" is not one of this server; if it should be, start it with --allow-host ${name}`
      return done(new Refusal(421, detail))
    }
    if (origin !== undefined && hostOf(origin) !== request.host.toLowerCase()) {
      return done(new Refusal(403, `pages of ${origin} may not call the control plane`))
    }
    if (token !== '' && !timingSafeEqual(sha256(authorization.replace(/^Bearer +/i, '')), digest)) {
      reply.header('www-authenticate', 'Bearer realm="journeys-sandbox control"')
      return done(new Refusal(401, 'send the control token as Authorization: Bearer <token>'))
    }
    done()
  }
}

/** An address, localhost, or a name without a dot, such as that of a service in a compose file. */
const isLocalName = (name: string): boolean =>
  isIP(name.replace(/^\[|\]$/g, '')) !== 0 || /^[a-z0-9_-]+$/.test(name) || name.endsWith('.localhost')

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
