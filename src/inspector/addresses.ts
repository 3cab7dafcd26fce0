/** Where the pages are. */

const segment = encodeURIComponent

export const siteHref = (siteId: string): string => `/sites/${segment(siteId)}`
export const journeysHref = (siteId: string): string => `${siteHref(siteId)}/journeys`
export const journeyHref = (siteId: string, id: string): string => `${journeysHref(siteId)}/${segment(id)}`
export const membersHref = (siteId: string): string => `${siteHref(siteId)}/members`
export const memberHref = (siteId: string, email: string): string =>
  `${membersHref(siteId)}/${segment(email)}`
/** The journal of a site, or of what named none. */
export const requestsHref = (siteId?: string): string =>
  siteId === undefined ? '/requests' : `${siteHref(siteId)}/requests`
export const requestHref = (siteId: string | undefined, id: string): string =>
  `${requestsHref(siteId)}/${segment(id)}`

/** An address with this in its query besides what is there already; what is undefined or empty is taken out. */
export function withQuery(href: string, query: Record<string, string | number | undefined>): string {
  const url = new URL(href, OWN)
  for (const [name, value = ''] of Object.entries(query)) {
    if (value === '') url.searchParams.delete(name)
    else url.searchParams.set(name, String(value))
  }
  return `${url.pathname}${url.search}`
}

/** A path of this server, from a form; the home page, for anything else. */
export function ownPath(text = '/'): string {
  const url = URL.canParse(text, OWN) ? new URL(text, OWN) : new URL(OWN)
  return url.origin === OWN ? `${url.pathname}${url.search}` : '/'
}

// Only to take addresses apart; it never shows.
const OWN = 'http://sandbox'
