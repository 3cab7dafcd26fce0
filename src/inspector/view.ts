import { randomUUID } from 'node:crypto'
import type { SafeHtml } from '@remix-run/html-template'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GuardOptions } from '../guard.ts'
import { originOf } from '../origin.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'

/** The paths of the pages. */

const pathOf = (...segments: string[]): string =>
  segments.map(segment => `/${encodeURIComponent(segment)}`).join('')

export const SITES_PATH = '/sites'

/** The path of a page about a site, such as `sitePath(site, 'members', email)`. */
export const sitePath = ({ site_id }: Pick<Site, 'site_id'>, ...segments: string[]): string =>
  pathOf('sites', site_id, ...segments)

/** The requests of a site, or without one the unmatched requests. */
export const requestsPath = (site: Pick<Site, 'site_id'> | undefined, ...segments: string[]): string =>
  site ? sitePath(site, 'requests', ...segments) : pathOf('requests', ...segments)

// Only to parse paths; never shown.
const ORIGIN = 'http://sandbox'

/** A path with these query parameters besides those it has; undefined and empty ones are removed. */
export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const url = new URL(path, ORIGIN)
  for (const [name, value = ''] of Object.entries(query)) {
    if (value === '') url.searchParams.delete(name)
    else url.searchParams.set(name, String(value))
  }
  return `${url.pathname}${url.search}`
}

/**
 * The path to redirect to, from a form: a path of this server, or else the home page. A browser reads a path that
 * begins with two slashes as a host name, also after dot segments are removed.
 */
export function ownPath(text = '/'): string {
  const url = URL.canParse(text, ORIGIN) ? new URL(text, ORIGIN) : new URL(ORIGIN)
  return url.origin === ORIGIN && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/'
}

/** Sends the browser on to a path of this server. */
export const redirect = (reply: FastifyReply, path: string, status: 302 | 303 = 303): FastifyReply =>
  reply.redirect(`${reply.request.pathPrefix}${path}`, status)

/** The request of a page, and the page. */

/** A call to the control API. */
export interface ControlCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** From `/_sandbox` on, percent-encoded. */
  path: string
  body?: object | undefined
}

interface ControlResponse {
  status: number
  /** The body as text; empty when there is none. */
  body: string
}

/** All that the inspector knows of the server it is part of. */
export interface InspectorOptions {
  sites: Sites
  /** Without a slash at its end. */
  basePath: string
  guard: GuardOptions
  /** Calls the control API with its token; undefined when the control API is off: then the pages have no buttons. */
  control: ((call: ControlCall) => Promise<ControlResponse>) | undefined
  /** Whether requests to the vendor API must carry a token. */
  auth: 'strict' | 'off'
}

/** Parameters of a path or a query, or the fields of a form, by their names. */
export type Values = Partial<Record<string, string>>

/** The result of an action, shown as a toast on the page that follows. */
export interface Notice {
  /** `wait` for a call that had no effect. */
  tone: 'good' | 'bad' | 'wait'
  text: string
  details?: readonly string[] | undefined
  /** What was filled in, where the action was refused: to be corrected and sent again. */
  form?: Values
  /** What the control API answered, for pages that show more of it. */
  answer?: unknown
}

const MOST_NOTICES = 200

/** The last notices. URLs carry their ids and not their texts, so that nobody can put texts on a page. */
export function createNotices() {
  const recent = new Map<string, Notice>()
  return {
    /** @returns the id by which a URL names it */
    put(notice: Notice): string {
      const id = randomUUID()
      if (recent.size >= MOST_NOTICES) recent.delete(recent.keys().next().value as string)
      recent.set(id, notice)
      return id
    },
    get: (id = '') => recent.get(id),
  }
}

/** What is the same for every request. */
export interface Context {
  options: InspectorOptions
  notices: ReturnType<typeof createNotices>
  /** Identifies this process: the ids of requests start again with each. */
  run: string
}

/** A page as it was requested. */
export interface View extends Omit<Context, 'notices'> {
  /** The site that the page is about; undefined for pages above the sites. */
  site: Site | undefined
  params: Values
  query: Values
  /** The path of the page with its query, to come back to. */
  path: string
  /** The origin of the server as the caller reaches it. */
  origin: string
  /** The vendor API's base URL, likewise. */
  baseUrl: string
  notice: Notice | undefined
}

/** A view of a page about a site. */
export type SiteView = View & { site: Site }

export function viewOf(request: FastifyRequest, { options, notices, run }: Context): View {
  const { notice, ...query } = queryOf(request)
  const origin = originOf(request)
  return {
    options,
    run,
    site: undefined,
    params: request.params as Values,
    query,
    // Without the notice, which is shown once.
    path: request.url.replace(/[?&]notice=[^&]*/, '').replace(/^([^?&]*)&/, '$1?'),
    origin,
    baseUrl: `${origin}${options.basePath}`,
    notice: notices.get(notice),
  }
}

/** The parameters of the query; of several with the same name, the last. */
export const queryOf = ({ url }: Pick<FastifyRequest, 'url'>): Values =>
  Object.fromEntries(new URLSearchParams(/\?.*/.exec(url)?.[0]))

/** A part of a page, or several in a row. Strings are escaped. */
export type Content = SafeHtml | string | (SafeHtml | string)[]

export interface Page {
  /** 200, when left out. */
  status?: number
  title: string
  /** The page above this one. */
  parent?: readonly [path: string, label: string]
  /** Beside the heading. */
  aside?: Content | undefined
  /** In place of that of the view. */
  notice?: Notice | undefined
  content: Content
  /** Whether the page fills the window and its parts scroll. */
  fills?: boolean
}
