import type { onRequestHookHandler } from 'fastify'
import { createGuard, type GuardOptions } from '../guard.ts'
import { Refusal } from './problem.ts'

/** Lets in whom the guard has nothing against, and who sends the control token if there is one. */
export function guard(options: GuardOptions): onRequestHookHandler {
  const { deny, knows } = createGuard(options)

  return (request, reply, done) => {
    const denial = deny(request)
    if (denial) return done(new Refusal(denial.status, denial.detail))
    if (!knows(request.headers.authorization?.replace(/^Bearer +/i, '') ?? '')) {
      reply.header('www-authenticate', 'Bearer realm="journeys-sandbox control"')
      return done(new Refusal(401, 'send the control token as Authorization: Bearer <token>'))
    }
    done()
  }
}
