import type { onRequestHookHandler } from 'fastify'
import { HttpError } from '../errors.ts'
import { createGuard, type GuardOptions } from '../guard.ts'

/** Refuses a caller that the guard denies, or that does not send the control token where one is set. */
export function guard(options: GuardOptions): onRequestHookHandler {
  const { deny, knows } = createGuard(options)

  return (request, reply, done) => {
    const denial = deny(request)
    if (denial) return done(new HttpError(denial.status, denial.detail))
    if (!knows(request.headers.authorization?.replace(/^Bearer +/i, '') ?? '')) {
      reply.header('www-authenticate', 'Bearer realm="journeys-sandbox control"')
      return done(new HttpError(401, 'send the control token as Authorization: Bearer <token>'))
    }
    done()
  }
}
