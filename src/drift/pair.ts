import { follow, type Part, partOf } from './document.ts'
import { type Found, type Parameter, parametersOf } from './operation.ts'

/** Two sides of something that both documents, or only one of them, has. */
export interface Pair<T> {
  key: string
  ours?: T
  theirs?: T
}

/** The parameters of an operation. */
export const pairParameters = (
  ours: Part,
  our: Found,
  theirs: Part,
  their: Found,
  credentials: ReadonlySet<string>,
): Pair<Parameter>[] => pair(parametersOf(ours, our, credentials), parametersOf(theirs, their, credentials))

// What HTTP sends without a body, whatever a default says of all statuses.
const BODILESS = new Set(['204', '304'])

/** The responses of an operation by status; theirs may be written as 4XX or default. */
export function pairResponses(ours: Part, oursFound: Found, theirs: Part, theirFound: Found): Pair<Part>[] {
  const read = (document: Part, { operation }: Found) =>
    new Map(
      Object.entries(partOf(operation.responses)).map(([status, response]) => [
        status.toUpperCase().replace('DEFAULT', 'default'),
        partOf(follow(document, response)),
      ]),
    )
  const pairs = pair(read(ours, oursFound), read(theirs, theirFound), status => [
    status,
    `${status[0]}XX`,
    'default',
  ])
  return pairs.map(found =>
    BODILESS.has(found.key) && found.theirs ? { ...found, theirs: { ...found.theirs, content: {} } } : found,
  )
}

/** The bodies of a response by media type; theirs may be written with a wildcard. */
export function pairBodies(ours: Part, theirs: Part): Pair<Part>[] {
  const read = ({ content }: Part) =>
    new Map(
      Object.entries(partOf(content)).map(([type, media]) => [
        (type.split(';')[0] as string).trim().toLowerCase(),
        partOf(media),
      ]),
    )
  return pair(read(ours), read(theirs), type => [type, `${type.split('/')[0]}/*`, '*/*'])
}

/** Pairs by key; `waysToSay` are the keys under which theirs may have what ours has, the most exact first. */
export function pair<T>(
  ours: ReadonlyMap<string, T>,
  theirs: ReadonlyMap<string, T>,
  waysToSay: (key: string) => string[] = key => [key],
): Pair<T>[] {
  const said = new Map([...ours.keys()].map(key => [key, waysToSay(key).find(way => theirs.has(way))]))
  const covered = new Set(said.values())
  const withTheirs = (way: string | undefined) => (way === undefined ? {} : { theirs: theirs.get(way) as T })
  return [
    ...[...ours].map(([key, value]) => ({ key, ours: value, ...withTheirs(said.get(key)) })),
    ...[...theirs].flatMap(([key, value]) => (covered.has(key) ? [] : [{ key, theirs: value }])),
  ]
}
