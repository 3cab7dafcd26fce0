import { pointerPart } from '../contract/json.ts'
import { type Extended, type ExtendedKind, isInContract } from '../contract/schemas.ts'
import type { Issue } from './issues.ts'
import type { SeedDocument } from './schema.ts'

interface Extensible {
  kind: ExtendedKind
  /** A JSON pointer. */
  pointer: string
  object: Extended
}

/** Every object of a seed that may have `extra`. */
export function extensibleObjects({ site, journeys, members }: SeedDocument): Extensible[] {
  const all = (kind: ExtendedKind, list: Extended[] | undefined, pointer: string): Extensible[] =>
    (list ?? []).map((object, i) => ({ kind, pointer: `${pointer}/${i}`, object }))
  return [
    { kind: 'site', pointer: '/site', object: site },
    ...all('journey', journeys, '/journeys'),
    ...journeys.flatMap(({ nodes, connections }, j) => [
      ...all('node', nodes, `/journeys/${j}/nodes`),
      ...all('connection', connections, `/journeys/${j}/connections`),
    ]),
    ...all('member', members, '/members'),
    ...members.flatMap(({ participations = [] }, m) => [
      ...all('participation', participations, `/members/${m}/participations`),
      ...participations.flatMap(({ events, rewards }, p) => [
        ...all('event', events, `/members/${m}/participations/${p}/events`),
        ...all('reward', rewards, `/members/${m}/participations/${p}/rewards`),
      ]),
    ]),
  ]
}

/** The `extra` properties that replace a value of the contract: they stay the same whatever members do, and at any time. */
export const extraWarnings = (document: SeedDocument): Issue[] =>
  extensibleObjects(document).flatMap(({ kind, pointer, object: { extra = {} } }) =>
    Object.keys(extra)
      .filter(name => isInContract(kind, name))
      .map(name => ({
        pointer: `${pointer}/extra${pointerPart(name)}`,
        message: 'replaces what the sandbox would answer here, at any time',
      })),
  )
