import { randomBytes, randomUUID } from 'node:crypto'
import fastifyCookie from '@fastify/cookie'
import fastifyFormbody from '@fastify/formbody'
import { html } from '@remix-run/html-template'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sameText } from '../auth/sign.ts'
import { NotFound } from '../errors.ts'
import { createGuard, type Guard } from '../guard.ts'
import { DIAGRAM_FORMATS, journeyDiagram } from '../sites/diagrams.ts'
import { actionRoutes } from './actions.ts'
import { clockPage } from './clock.ts'
import { dataPage, downloadRoutes } from './data.ts'
import { sentence } from './elements.ts'
import { faultsPage } from './faults.ts'
import { journeyPage } from './journey.ts'
import { journeysPage } from './journeys.ts'
import { memberPage } from './member.ts'
import { membersPage } from './members.ts'
import { overviewPage } from './overview.ts'
import { assetRoutes, PAGE_HEADERS, sendPage } from './page.ts'
import { reportPage } from './report.ts'
import { requestsPage } from './requests.ts'
import { sitesPage } from './sites.ts'
import { streamRoutes } from './stream.ts'
import {
  type Context,
  createNotices,
  type InspectorOptions,
  ownPath,
  type Page,
  redirect,
  SITES_PATH,
  type SiteView,
  sitePath,
  type Values,
  type View,
  viewOf,
} from './view.ts'

const COOKIE = { name: 'journeys-sandbox', path: '/', httpOnly: true, sameSite: 'strict' } as const

/** The cookie of people who have signed in with the control token. It is valid until the process ends. */
function createSession(guard: Guard) {
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
const sendSignIn = (reply: FastifyReply, to: string, wrong = false): FastifyReply =>
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

async function sessionRoutes(
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

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is open to people who have not signed in. */
    open?: boolean
  }
}

/** The pages above the sites. */
const PAGES: Record<string, (view: View) => Page | Promise<Page>> = {
  [SITES_PATH]: sitesPage,
  '/requests': requestsPage,
  '/requests/:id': requestsPage,
}

/** The pages about a site, below its path. */
const SITE_PAGES: Record<string, (view: SiteView) => Page | Promise<Page>> = {
  '': overviewPage,
  '/requests': requestsPage,
  '/requests/:id': requestsPage,
  '/journeys': journeysPage,
  '/journeys/:journey_id': journeyPage,
  '/members': membersPage,
  '/members/:email': memberPage,
  '/faults': faultsPage,
  '/clock': clockPage,
  '/data': dataPage,
  '/report': reportPage,
}

/** Pages are in no OpenAPI document. */
const HIDDEN = { schema: { hide: true } }

/** The pages for people. They read from the sites, and act through the control API. */
export async function inspector(scope: FastifyInstance, options: InspectorOptions): Promise<void> {
  const { sites } = options
  const guard = createGuard(options.guard)
  const session = createSession(guard)
  const context: Context = { options, notices: createNotices(), run: randomUUID() }

  await scope.register(fastifyCookie)
  await scope.register(fastifyFormbody, { parser: text => Object.fromEntries(new URLSearchParams(text)) })
  scope.setErrorHandler((error: FastifyError | Error, request, reply) =>
    sendErrorPage(error, request, reply, context),
  )
  scope.addHook('onRequest', (request, reply, done) => {
    reply.headers(PAGE_HEADERS)
    const denial = guard.deny(request)
    if (denial) return done(Object.assign(new Error(denial.detail), { statusCode: denial.status }))
    if (request.routeOptions.config.open || session.admits(request)) return done()
    sendSignIn(reply, request.url)
  })

  for (const [path, page] of Object.entries(PAGES)) {
    scope.get(path, HIDDEN, async (request, reply) => {
      const view = viewOf(request, context)
      return sendPage(reply, await page(view), view)
    })
  }
  for (const [path, page] of Object.entries(SITE_PAGES)) {
    scope.get<{ Params: { site_id: string } }>(`/sites/:site_id${path}`, HIDDEN, async (request, reply) => {
      const view = { ...viewOf(request, context), site: sites.get(request.params.site_id) }
      return sendPage(reply, await page(view), view)
    })
  }
  // Where there is only one site, the home page leads to it.
  scope.get('/', HIDDEN, ({ url }, reply) => {
    const [only, ...others] = sites.list()
    const home = only && others.length === 0 ? sitePath(only) : SITES_PATH
    return redirect(reply, `${home}${/\?.*/.exec(url) ?? ''}`, 302)
  })
  for (const [format, { type, draw }] of Object.entries(DIAGRAM_FORMATS)) {
    scope.get<{ Params: { site_id: string; journey_id: string } }>(
      `/sites/:site_id/journeys/:journey_id.${format}`,
      HIDDEN,
      async ({ params }, reply) => {
        const diagram = await journeyDiagram(sites.get(params.site_id), params.journey_id)
        return reply.type(type).send(await draw(diagram))
      },
    )
  }
  scope.register(assetRoutes)
  scope.register(sessionRoutes, { session })
  for (const routes of [actionRoutes, downloadRoutes, streamRoutes]) scope.register(routes, context)
  // Nothing else below these is a page; all other paths belong to the APIs.
  for (const path of ['/sites/*', '/requests/*', '/assets/*', '/actions/*']) {
    scope.get(path, HIDDEN, request => {
      throw new NotFound(`there is no page ${request.url}`)
    })
  }
}

const ERROR_TITLES: Record<number, string> = {
  403: 'Not allowed from there',
  404: 'Not found',
  421: 'Not this host',
  500: 'Something went wrong',
}

/** Every error as a page with links to the others. A bug is logged, and its page says nothing about it. */
function sendErrorPage(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  context: Context,
): FastifyReply {
  const { statusCode: status = 500 } = error as Partial<FastifyError>
  if (status >= 500) request.server.log.error({ reqId: request.id, err: error })
  // A caller who is not allowed here does not see the names of the sites.
  const allowed = status !== 403 && status !== 421
  const { site_id = '' } = (request.params ?? {}) as Values
  const site = allowed ? context.options.sites.find(site_id) : undefined
  const message =
    status >= 500 ? 'Something went wrong on the server; its log says what.' : sentence(error.message)
  const page: Page = {
    status,
    title: ERROR_TITLES[status] ?? 'That did not work',
    content: html`<section class="card"><p>${message}</p>
<p>${site && html`<a class="button" href="${sitePath(site)}">Overview of ${site.name}</a> `}<a class="button" href="${SITES_PATH}">All sites</a></p></section>`,
  }
  return sendPage(reply, page, allowed ? { ...viewOf(request, context), site } : undefined)
}
