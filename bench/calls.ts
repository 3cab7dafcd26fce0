import { type Site, signedHeaders } from './token.ts'

/** The site of the demo and of the generated data. */
export const SITE = { site_id: '9991331', secret: 'sandbox-secret' }
export const BASE_PATH = '/api/3.0'

const PATHS = {
  getJourneys: () => '/journeys',
  getJourney: (id: string) => `/journeys/${id}`,
  getUserJourneysByEmail: (email: string) => `/user_journeys/${encodeURIComponent(email)}`,
  getMemberJourneys: (email: string) => `/user/${encodeURIComponent(email)}/journeys`,
}
export type Operation = keyof typeof PATHS
export const OPERATIONS = Object.keys(PATHS) as Operation[]

export const perOperation = <T>(make: (operation: Operation) => T): Record<Operation, T> =>
  Object.fromEntries(OPERATIONS.map(operation => [operation, make(operation)])) as Record<Operation, T>

export interface Request {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: object
}

/** A request of one of the four operations, with a valid token. */
export interface Call extends Request {
  identifier: string | undefined
  headers: Record<string, string>
}

export const callOf = (operation: Operation, identifier?: string, site: Site = SITE): Call => ({
  path: BASE_PATH + PATHS[operation](identifier ?? ''),
  identifier,
  headers: signedHeaders(site, identifier),
})

/** Every operation for each of these journeys and members. */
export const callsFor = (journeyIds: string[], emails: string[]): Record<Operation, Call[]> => ({
  getJourneys: [callOf('getJourneys')],
  getJourney: journeyIds.map(id => callOf('getJourney', id)),
  getUserJourneysByEmail: emails.map(email => callOf('getUserJourneysByEmail', email)),
  getMemberJourneys: emails.map(email => callOf('getMemberJourneys', email)),
})

/** Calls, and what the sandbox answered to each, in the same order. */
export interface Recorded {
  calls: Record<Operation, Call[]>
  bodies: Record<Operation, string[]>
}

export async function record(origin: string, calls: Recorded['calls']): Promise<Recorded> {
  const bodies = perOperation((): string[] => [])
  for (const operation of OPERATIONS)
    for (const call of calls[operation]) bodies[operation].push((await send(origin, call)).body)
  return { calls, bodies }
}

/** Sends a request and reads the answer to its end. @throws when the status is not a success */
export async function send(
  origin: string,
  { method = 'GET', path, headers = {}, body }: Request,
): Promise<{ status: number; body: string }> {
  const json = body && {
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }
  const response = await fetch(origin + path, { method, headers, ...json })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 200)}`)
  return { status: response.status, body: text }
}
