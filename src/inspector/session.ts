import { randomBytes } from 'node:crypto'
import { html } from '@remix-run/html-template'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sameText } from '../auth/hmac.ts'
import type { Guard } from '../guard.ts'
import { sendPage } from './page.ts'
import { ownPath, redirect } from './paths.ts'
import type { Values } from './view.ts'

const COOKIE = { name: 'journeys-sandbox', path: '/', httpOnly: true, sameSite: 'strict' } as const

/** The cookie of people who have signed in with the control token. It is valid until the process ends. */
export function createSession(guard: Guard) {
  const ticket = randomBytes(32).toString('base64url')
  return {
    /** Whether the request may see the pages: it has signed in, sends the token itself, or no token is required. */
    admits({ headers: { authorization = '' }, cookies }: FastifyRequest): boolean {
      if (!guard.demandsToken || guard.knows(authorization.replace(/^Bearer +/i, ''))) return true
      return sameText(cookies[COOKIE.name] ?? '', ticket)
    },
    /** Signs in a person who knows the token. @returns whether they do */
    open(token: string, reply: FastifyReply): boolean {
      if (!guard.knows(token)) return false
      reply.setCookie(COOKIE.name, ticket, COOKIE)
      return true
    },
  }
}

/** Asks for the control token, and leads to `to` afterwards. */
export const sendSignIn = (reply: FastifyReply, to: string, wrong = false): FastifyReply =>
  sendPage(reply.header('www-authenticate', 'Bearer realm="journeys-sandbox"'), {
    status: 401,
    title: 'Sign in',
    notice: wrong ? { tone: 'bad', text: 'That is not the control token.' } : undefined,
    content: html`<section class="card sign-in"><p>This sandbox was started with a control token. Its pages show what the control API shows, so they ask for the same token.</p>
<form class="stack" method="post" action="/sign-in">
<input type="hidden" name="to" value="${to}">
<label>Control token <input type="password" name="token" required autocomplete="current-password" autofocus></label>
<button class="primary">Sign in</button>
</form></section>`,
  })

export async function sessionRoutes(
  scope: FastifyInstance,
  { session }: { session: ReturnType<typeof createSession> },
): Promise<void> {
  const schema = { hide: true }
  scope.post<{ Body: Values | undefined }>(
    '/sign-in',
    { schema, config: { open: true } },
    (request, reply) => {
      const { token = '', to } = request.body ?? {}
      return session.open(token, reply) ? redirect(reply, ownPath(to)) : sendSignIn(reply, ownPath(to), true)
    },
  )
  scope.post('/sign-out', { schema }, (_request, reply) =>
    redirect(reply.clearCookie(COOKIE.name, COOKIE), '/'),
  )
}
