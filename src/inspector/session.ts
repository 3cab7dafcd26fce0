import { randomBytes } from 'node:crypto'
import { html } from '@remix-run/html-template'
import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sameText } from '../auth/hmac.ts'
import type { Guard } from '../guard.ts'
import { ownPath } from './addresses.ts'
import type { Form } from './form.ts'
import { sendPage } from './page.ts'

const COOKIE = 'journeys-sandbox'

export interface Session {
  /** Whether the request may see the pages: it has signed in, sends the token itself, or need not. */
  admits(request: FastifyRequest): boolean
  /** Signs in whoever knows the token. @returns whether they do */
  open(token: string, reply: FastifyReply): boolean
  close(reply: FastifyReply): void
}

/** Who has signed in: whoever brings the cookie that they got for the token. It is good as long as the process runs. */
export function createSession(guard: Guard): Session {
  const ticket = randomBytes(32).toString('base64url')

  const setCookie = (reply: FastifyReply, value: string, maxAge?: number) =>
    reply.header(
      'set-cookie',
      stringifySetCookie({
        name: COOKIE,
        value,
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        ...(maxAge !== undefined && { maxAge }),
      }),
    )

  return {
    admits({ headers: { authorization = '', cookie = '' } }) {
      if (!guard.demandsToken || guard.knows(authorization.replace(/^Bearer +/i, ''))) return true
      const given = parseCookie(cookie)[COOKIE] ?? ''
      return sameText(given, ticket)
    },
    open(token, reply) {
      if (!guard.knows(token)) return false
      setCookie(reply, ticket)
      return true
    },
    close(reply) {
      setCookie(reply, '', 0)
    },
  }
}

/** Asks for the control token, and comes back to `to`. */
export const sendSignIn = (reply: FastifyReply, to: string, wrong = false): FastifyReply =>
  sendPage(reply.code(401).header('www-authenticate', 'Bearer realm="journeys-sandbox"'), {
    title: 'Sign in',
    notice: wrong ? { tone: 'bad', text: 'That is not the control token.' } : undefined,
    content: html`<p>This sandbox was started with a control token, and its pages show what the control plane shows.</p>
<form class="stack" method="post" action="/sign-in">
<input type="hidden" name="to" value="${to}">
<label>Control token <input type="password" name="token" required autocomplete="current-password" autofocus></label>
<button>Sign in</button>
</form>`,
  })

/** In and out. */
export async function sessionRoutes(
  scope: FastifyInstance,
  { session }: { session: Session },
): Promise<void> {
  const hidden = { schema: { hide: true } }
  scope.post<{ Body: Form | undefined }>(
    '/sign-in',
    { ...hidden, config: { open: true } },
    (request, reply) => {
      const { token = '', to } = request.body ?? {}
      if (!session.open(token, reply)) return sendSignIn(reply, ownPath(to), true)
      return reply.redirect(ownPath(to), 303)
    },
  )
  scope.post('/sign-out', hidden, (_request, reply) => {
    session.close(reply)
    return reply.redirect('/', 303)
  })
}
