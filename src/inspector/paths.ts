import type { FastifyReply } from 'fastify'
import type { Site } from '../sites/site.ts'

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
