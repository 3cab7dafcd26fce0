import { html } from '@remix-run/html-template'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TooEntangled } from '../diagram/graphviz.ts'
import { Conflict, NotFound } from '../errors.ts'
import { createGuard } from '../guard.ts'
import { actionRoutes } from './action-routes.ts'
import { assetRoutes } from './assets.ts'
import { readForms } from './form.ts'
import { homeRoutes } from './home.ts'
import { journeyRoutes } from './journeys.ts'
import { memberRoutes } from './members.ts'
import { createNotices } from './notices.ts'
import type { InspectorOptions } from './options.ts'
import { PAGE_HEADERS, sendPage } from './page.ts'
import { requestRoutes } from './requests.ts'
import { createSession, sendSignIn, sessionRoutes } from './session.ts'
import { siteRoutes } from './site.ts'
import { streamRoutes } from './stream.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether one may come here without signing in. */
    open?: boolean
  }
}

/** The person's plane: pages over what the sandbox holds and was asked. It reads from the sites, and acts through the control plane. */
export async function inspector(scope: FastifyInstance, options: InspectorOptions): Promise<void> {
  const guard = createGuard(options.guard)
  const session = createSession(guard)
  const notices = createNotices()

  readForms(scope)
  scope.setErrorHandler(sendErrorPage)
  scope.addHook('onRequest', (request, reply, done) => {
    reply.headers(PAGE_HEADERS)
    const denial = guard.deny(request)
    if (denial) return done(Object.assign(new Error(denial.detail), { statusCode: denial.status }))
    if (request.routeOptions.config.open || session.admits(request)) return done()
    sendSignIn(reply, request.url)
  })

  scope.register(assetRoutes)
  scope.register(sessionRoutes, { session })
  for (const routes of [
    homeRoutes,
    siteRoutes,
    journeyRoutes,
    memberRoutes,
    requestRoutes,
    streamRoutes,
    actionRoutes,
  ]) {
    scope.register(routes, { options, notices })
  }
  // Whatever else is below these is no page; outside of them the other planes answer.
  for (const url of ['/sites', '/sites/*', '/requests/*', '/assets/*', '/actions/*']) {
    scope.get(url, { schema: { hide: true } }, request => {
      throw new NotFound(`there is no page ${request.url}`)
    })
  }
}

/** Whatever is thrown on a page, as a page with a way out. A bug is logged, and its page says nothing. */
function sendErrorPage(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = statusOf(error)
  if (status >= 500) request.server.log.error({ reqId: request.id, err: error })
  return sendPage(reply.code(status), {
    title: TITLES[status] ?? 'That did not work',
    content: html`<p>${status >= 500 ? 'Something went wrong on the server; its log says what.' : sentence(error.message)}</p>
<p><a href="/">All sites</a></p>`,
  })
}

function statusOf(error: FastifyError | Error): number {
  if (error instanceof NotFound) return 404
  if (error instanceof Conflict) return 409
  if (error instanceof TooEntangled) return 422
  return ('statusCode' in error && error.statusCode) || 500
}

const TITLES: Record<number, string> = {
  403: 'Not from there',
  404: 'Nothing here',
  421: 'Not this host',
  500: 'Something went wrong',
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.!?]$/, '')}.`
