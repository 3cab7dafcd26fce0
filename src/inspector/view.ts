import type { FastifyRequest } from 'fastify'
import type { Site } from '../sites/site.ts'
import { type FormMaker, formsFor } from './action-forms.ts'
import { siteHref } from './addresses.ts'
import type { Notice, Notices } from './notices.ts'
import type { InspectorOptions } from './options.ts'

/** What the routes of the pages are given. */
export interface PageOptions {
  options: InspectorOptions
  notices: Notices
}

export type Query = Partial<Record<string, string>>

/** A page as it was asked for. */
export interface View {
  query: Query
  /** The path of the page, to come back to. */
  path: string
  /** The server as the caller reaches it. */
  origin: string
  /** The API's base URL, likewise. */
  baseUrl: string
  notice: Notice | undefined
  signedIn: boolean
  form: FormMaker
}

export function viewOf(request: FastifyRequest, { options, notices }: PageOptions): View {
  const query = request.query as Query
  const origin = `${request.protocol}://${request.host}`
  return {
    query,
    path: request.url.split('?', 1)[0] as string,
    origin,
    baseUrl: `${origin}${options.basePath}`,
    notice: notices.get(query.notice),
    signedIn: options.guard.token !== '',
    form: formsFor(options),
  }
}

/** The site that an address names. @throws {NotFound} */
export const siteOf = ({ sites }: InspectorOptions, request: FastifyRequest): Site =>
  sites.get((request.params as { site_id: string }).site_id)

/** A parameter of an address. */
export const paramOf = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] as string

/** The way from the home page to a site. */
export const siteCrumbs = ({ site_id, name }: Site) =>
  [
    ['/', 'Sites'],
    [siteHref(site_id), name],
  ] as const

/** The schema of a page's route: none, as a page is not part of any document. */
export const PAGE = { schema: { hide: true } }
