/** Where the pages are: every path of the inspector is written here. */

const segment = encodeURIComponent

export const SITES_PATH = '/sites'
export const sitePath = (siteId: string): string => `${SITES_PATH}/${segment(siteId)}`
export const journeysPath = (siteId: string): string => `${sitePath(siteId)}/journeys`
export const journeyPath = (siteId: string, id: string): string => `${journeysPath(siteId)}/${segment(id)}`
export const membersPath = (siteId: string): string => `${sitePath(siteId)}/members`
export const memberPath = (siteId: string, email: string): string =>
  `${membersPath(siteId)}/${segment(email)}`
export const faultsPath = (siteId: string): string => `${sitePath(siteId)}/faults`
export const clockPath = (siteId: string): string => `${sitePath(siteId)}/clock`
export const reportPath = (siteId: string): string => `${sitePath(siteId)}/report`
export const dataPath = (siteId: string): string => `${sitePath(siteId)}/data`
/** The requests of a site; the unmatched requests, without one. */
export const requestsPath = (siteId?: string): string =>
  siteId === undefined ? '/requests' : `${sitePath(siteId)}/requests`
export const requestPath = (siteId: string | undefined, id: string): string =>
  `${requestsPath(siteId)}/${segment(id)}`

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

// Only to parse paths; never shown.
const ORIGIN = 'http://sandbox'
