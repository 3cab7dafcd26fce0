import { type CheckReport, explain } from '../auth/explain.ts'
import type { AuthContext } from '../auth/verify.ts'
import { addressOf, matchAddress, type OperationId, operations } from '../contract/operations.ts'
import { Invalid } from '../errors.ts'
import { type JournalEntry, type RequestHead, readHeaders } from './journal.ts'
import type { Site } from './site.ts'
import type { Sites } from './sites.ts'

// Explaining a token made for someone else means trying them; more than this many would hold up other requests.
const OTHERS_TRIED = 1000

/** What a request is verified with. Expiry is by the clock of the named site; `time` is the machine's. */
export const authContext = (
  sites: Sites,
  named: Site | undefined,
  time = sites.machine.now(),
): AuthContext => ({
  findSite: siteId => (named?.site_id === siteId ? named : sites.find(siteId)),
  now: (named ? named.clock.tokenNow(time) : time) / 1000,
  otherIdentifiers: ({ site_id }) => otherIdentifiers(sites.find(site_id)),
})

function* otherIdentifiers(site: Site | undefined): Iterable<string> {
  yield* site?.store.journeyIds() ?? []
  yield* site?.store.emails(OTHERS_TRIED) ?? []
}

export interface TokenWish {
  operation: OperationId
  /** The journey id or email, for the operations that have one. */
  identifier?: string
  /** Seconds from now, an hour when left out; negative for a token that has expired. */
  expires_in?: number
}

export interface Credentials {
  token: string
  headers: Record<string, string>
  /** A call that works when pasted. */
  curl: string
}

/**
 * A token for one request, with the headers and the call it belongs into. `url` is the API's base URL.
 * @throws {Invalid} when the operation needs an identifier and has none, or the reverse, and as `sign` does
 */
export function credentialsFor(
  site: Pick<Site, 'sign'>,
  url: string,
  { operation, identifier, expires_in }: TokenWish,
): Credentials {
  const name = operations[operation].identifier
  if ((name === null) !== (identifier === undefined)) {
    throw new Invalid(
      name === null
        ? `${operation} has no identifier; leave it out`
        : `${operation} needs an identifier, the ${name}`,
    )
  }
  const { token, headers } = site.sign(identifier, expires_in)
  const address = `${url}${addressOf(operation, identifier)}`
  return { token, headers, curl: toCurl(address, headers) }
}

/** A command line for a POSIX shell. */
export const toCurl = (
  url: string,
  headers: Record<string, string>,
  { method = 'GET', body }: { method?: string; body?: string } = {},
): string =>
  [
    'curl',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quote(body)}`]),
    quote(url),
  ].join(' ')

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

export interface Explanation {
  operation: OperationId | null
  identifier: string | null
  checks: CheckReport[]
}

/**
 * Every check of a request as it would be made now, or when the machine's clock showed `time`. `path` may be the whole
 * address or relative to `basePath`.
 */
export function explainRequest(
  sites: Sites,
  basePath: string,
  { path, headers, time }: { path: string; headers: Record<string, string>; time?: number },
): Explanation {
  const found = matchAddress(path, basePath)
  const named = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const siteId = named['x-annexcloud-site']
  const identifier = found?.identifier ?? null
  const context = authContext(sites, siteId === undefined ? undefined : sites.find(siteId), time)
  return {
    operation: found?.operation ?? null,
    identifier,
    checks: explain({ authorization: named.authorization, siteId, identifier }, context),
  }
}

/**
 * The checks of a request that was noted, as of the moment it came. What was found then is kept, even where the site has
 * changed meanwhile.
 */
export function explainEntry(
  sites: Sites,
  basePath: string,
  { url, rawHeaders, time, verdict }: JournalEntry & RequestHead,
): Explanation {
  const { checks, ...rest } = explainRequest(sites, basePath, {
    path: url,
    headers: readHeaders(rawHeaders),
    time,
  })
  if (!verdict || verdict.ok) return { ...rest, checks }
  const { check, expected, actual, hint } = verdict
  const found: CheckReport = { check, expected, actual, hint, outcome: 'failed' }
  return { ...rest, checks: checks.map(report => (report.check === check ? found : report)) }
}
