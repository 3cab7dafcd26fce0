import { randomUUID } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import fastifyFormbody from '@fastify/formbody'
import { html } from '@remix-run/html-template'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../errors.ts'
import { createGuard } from '../guard.ts'
import { actionRoutes } from './action-routes.ts'
import { assetRoutes } from './assets.ts'
import { clockRoutes } from './clock.ts'
import { dataRoutes } from './data.ts'
import { sentence } from './elements.ts'
import { faultRoutes } from './faults.ts'
import { journeyRoutes } from './journeys.ts'
import { memberRoutes } from './members.ts'
import { createNotices } from './notices.ts'
import type { InspectorOptions } from './options.ts'
import { overviewRoutes } from './overview.ts'
import { PAGE_HEADERS, sendPage } from './page.ts'
import { SITES_PATH, sitePath } from './paths.ts'
import { reportRoutes } from './report.ts'
import { requestRoutes } from './requests.ts'
import { createSession, sendSignIn, sessionRoutes } from './session.ts'
import { sitesRoutes } from './sites.ts'
import { streamRoutes } from './stream.ts'
import { PAGE, type PageOptions, viewOf } from './view.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is open to people who have not signed in. */
    open?: boolean
  }
}

const ROUTES = [
  sitesRoutes,
  overviewRoutes,
  requestRoutes,
  streamRoutes,
  journeyRoutes,
  memberRoutes,
  faultRoutes,
  clockRoutes,
  dataRoutes,
  reportRoutes,
  actionRoutes,
]

/** The pages for people. They read from the sites, and act through the control API. */
export async function inspector(scope: FastifyInstance, options: InspectorOptions): Promise<void> {
  const guard = createGuard(options.guard)
  const session = createSession(guard)
  const page: PageOptions = { options, notices: createNotices(), run: randomUUID() }

  await scope.register(fastifyCookie)
  await scope.register(fastifyFormbody, { parser: text => Object.fromEntries(new URLSearchParams(text)) })
  scope.setErrorHandler((error: FastifyError | Error, request, reply) =>
    sendErrorPage(error, request, reply, page),
  )
  scope.addHook('onRequest', (request, reply, done) => {
    reply.headers(PAGE_HEADERS)
    const denial = guard.deny(request)
    if (denial) return done(Object.assign(new Error(denial.detail), { statusCode: denial.status }))
    if (request.routeOptions.config.open || session.admits(request)) return done()
    sendSignIn(reply, request.url)
  })

  scope.register(assetRoutes)
  scope.register(sessionRoutes, { session })
  for (const routes of ROUTES) scope.register(routes, page)
  // Nothing else below these is a page; all other paths belong to the APIs.
  for (const url of ['/sites/*', '/requests/*', '/assets/*', '/actions/*']) {
    scope.get(url, PAGE, request => {
      throw new NotFound(`there is no page ${request.url}`)
    })
  }
}

/** Every error as a page that keeps the way back. A bug is logged, and its page says nothing. */
function sendErrorPage(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageOptions,
): FastifyReply {
  const { statusCode: status = 500 } = error as Partial<FastifyError>
  if (status >= 500) request.server.log.error({ reqId: request.id, err: error })
  // Nobody who is kept out is shown the names of the sites.
  const admitted = status !== 403 && status !== 421
  const siteId = (request.params as { site_id?: string } | undefined)?.site_id ?? ''
  const site = admitted ? page.options.sites.find(siteId) : undefined
  return sendPage(reply.code(status), {
    ...(admitted && { view: { ...viewOf(request, page), site } }),
    title: TITLES[status] ?? 'That did not work',
    content: html`<section class="card"><p>${status >= 500 ? 'Something went wrong on the server; its log says what.' : sentence(error.message)}</p>
<p>${site ? html`<a class="button" href="${sitePath(site.site_id)}">Overview of ${site.name}</a> ` : ''}<a class="button" href="${SITES_PATH}">All sites</a></p></section>`,
  })
}

const TITLES: Record<number, string> = {
  403: 'Not allowed from there',
  404: 'Not found',
  421: 'Not this host',
  500: 'Something went wrong',
}
