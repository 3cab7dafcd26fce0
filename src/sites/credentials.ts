import { type Static, Type } from '@sinclair/typebox'
import { type AuthContext, CheckReport, explain } from '../auth/verify.ts'
import { OneOf } from '../contract/formats.ts'
import { matchOperationUrl, OPERATION_IDS, operationPath, operations } from '../contract/operations.ts'
import { Invalid } from '../errors.ts'
import { type JournalEntry, readHeaders } from './journal.ts'
import type { Site } from './site.ts'
import type { Sites } from './sites.ts'

// To explain a token that was made for another member, each member is tried; more would hold up other requests.
const OTHERS_TRIED = 1000

/** The context that a request is verified in. Expiry is by the clock of the named site; `time` is the system clock's. */
export const authContext = (
  sites: Sites,
  named: Site | undefined,
  time = sites.systemClock.now(),
): AuthContext => ({
  findSite: siteId => (named?.site_id === siteId ? named : sites.find(siteId)),
  now: (named ? named.clock.tokenNow(time) : time) / 1000,
  otherIdentifiers: ({ site_id }) => otherIdentifiers(sites.find(site_id)),
})

function* otherIdentifiers(site: Site | undefined): Iterable<string> {
  yield* site?.store.journeyIds() ?? []
  yield* site?.store.emails(OTHERS_TRIED) ?? []
}

const A_HUNDRED_YEARS = 100 * 365.25 * 24 * 3600

export const TokenRequest = Type.Object(
  {
    operation: OneOf(OPERATION_IDS, { description: 'The operation to call' }),
    identifier: Type.Optional(
      Type.String({ description: 'The journey id or email, for the operations that have one' }),
    ),
    expires_in: Type.Optional(
      Type.Integer({
        minimum: -A_HUNDRED_YEARS,
        maximum: A_HUNDRED_YEARS,
        description: 'Seconds from now; negative for a token that has expired (3600)',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'TokenRequest',
    description: 'What a token is for',
    examples: [
      { operation: 'getJourneys' },
      { operation: 'getMemberJourneys', identifier: 'ann@example.com' },
    ],
  },
)
export type TokenRequest = Static<typeof TokenRequest>

export const Credentials = Type.Object(
  {
    token: Type.String({ description: 'A JWT for this one request' }),
    headers: Type.Record(Type.String(), Type.String(), {
      description: 'The headers that every call carries',
    }),
    curl: Type.String({ description: 'A call that works when pasted' }),
  },
  { title: 'Credentials', description: 'A token, and the call it is for' },
)
export type Credentials = Static<typeof Credentials>

/**
 * A token for one request, with the headers and the call it is for. `url` is the API's base URL.
 * @throws {Invalid} when the operation needs an identifier and has none, or the reverse
 */
export function credentialsFor(
  site: Pick<Site, 'sign'>,
  url: string,
  { operation, identifier, expires_in }: TokenRequest,
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
  const address = `${url}${operationPath(operation, identifier)}`
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

export const Explanation = Type.Object(
  {
    operation: Type.Union([OneOf(OPERATION_IDS), Type.Null()], {
      description: 'null when the path is that of no operation',
    }),
    identifier: Type.Union([Type.String(), Type.Null()], { description: 'What the hmac must be bound to' }),
    checks: Type.Array(CheckReport, { description: 'In the order in which a request is checked' }),
  },
  { title: 'Explanation', description: 'Every check of the authentication' },
)
export type Explanation = Static<typeof Explanation>

/**
 * Every check of a request as it would be made now, or when the system clock showed `time`. `path` may be the whole URL
 * or relative to `basePath`.
 */
export function explainRequest(
  sites: Sites,
  basePath: string,
  { path, headers, time }: { path: string; headers: Record<string, string>; time?: number },
): Explanation {
  const found = matchOperationUrl(path, basePath)
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
 * The checks of a recorded request, as of the moment it came. The finding of that moment stays, even where the site has
 * changed meanwhile.
 */
export function explainEntry(
  sites: Sites,
  basePath: string,
  { url, rawHeaders, time, verdict }: JournalEntry,
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
