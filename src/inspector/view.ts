import type { FastifyRequest } from 'fastify'
import { originOf } from '../origin.ts'
import type { Site } from '../sites/site.ts'
import { type FormMaker, formsFor } from './action-forms.ts'
import type { Notice, Notices } from './notices.ts'
import type { InspectorOptions } from './options.ts'

/** What the routes of the pages are given. */
export interface PageOptions {
  options: InspectorOptions
  notices: Notices
  /** Tells this process from others: the ids of requests start again with each. */
  run: string
}

export type Query = Partial<Record<string, string>>

/** A page as it was requested. */
export interface View {
  options: InspectorOptions
  run: string
  /** The site that the page is about; undefined for pages above the sites. */
  site: Site | undefined
  query: Query
  /** The path of the page with its query, to come back to. */
  path: string
  /** The server as the caller reaches it. */
  origin: string
  /** The vendor API's base URL, likewise. */
  baseUrl: string
  notice: Notice | undefined
  form: FormMaker
}

/** A view of a page about a site. */
export type SiteView = View & { site: Site }

export function viewOf(request: FastifyRequest, { options, notices, run }: PageOptions): View {
  const { notice, ...query } = request.query as Query
  const origin = originOf(request)
  return {
    options,
    run,
    site: undefined,
    query,
    path: pathOf(request.url),
    origin,
    baseUrl: `${origin}${options.basePath}`,
    notice: notices.get(notice),
    form: formsFor(options),
  }
}

/** The URL of a page without the notice that it shows. */
const pathOf = (url: string): string => url.replace(/[?&]notice=[^&]*/, '').replace(/^([^?&]*)&/, '$1?')

/** A view of the site that the URL names. @throws {NotFound} */
export const siteViewOf = (request: FastifyRequest, page: PageOptions): SiteView => ({
  ...viewOf(request, page),
  site: siteOf(page.options, request),
})

/** The site that the URL names. @throws {NotFound} */
export const siteOf = ({ sites }: InspectorOptions, request: FastifyRequest): Site =>
  sites.get((request.params as { site_id: string }).site_id)

/** A parameter of the path. */
export const paramOf = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] as string

/** The schema of a page's route: none, since a page is not part of any OpenAPI document. */
export const PAGE = { schema: { hide: true } }
