import { pointerPart } from '../contract/json.ts'
import { type Extended, type ExtendedKind, isInContract } from '../contract/schemas.ts'
import type { Steps } from '../store/turns.ts'
import type { Issue } from './issues.ts'
import type { SeedDocument } from './schema.ts'

interface Extensible {
  kind: ExtendedKind
  /** A JSON pointer. */
  pointer: string
  object: Extended
}

/** Every object of a seed that may have `extra`. */
export const extensibleObjects = (document: SeedDocument): Extensible[] => [...objectsOf(document)]

function* objectsOf({ site, journeys, members }: SeedDocument): Generator<Extensible> {
  function* all(kind: ExtendedKind, list: Extended[] | undefined, pointer: string): Generator<Extensible> {
    for (const [i, object] of (list ?? []).entries()) yield { kind, pointer: `${pointer}/${i}`, object }
  }
  yield { kind: 'site', pointer: '/site', object: site }
  yield* all('journey', journeys, '/journeys')
  for (const [j, { nodes, connections }] of journeys.entries()) {
    yield* all('node', nodes, `/journeys/${j}/nodes`)
    yield* all('connection', connections, `/journeys/${j}/connections`)
  }
  yield* all('member', members, '/members')
  for (const [m, { participations = [] }] of members.entries()) {
    yield* all('participation', participations, `/members/${m}/participations`)
    for (const [p, { events, rewards }] of participations.entries()) {
      yield* all('event', events, `/members/${m}/participations/${p}/events`)
      yield* all('reward', rewards, `/members/${m}/participations/${p}/rewards`)
    }
  }
}

/** The `extra` properties that replace a value of the contract: they stay the same whatever members do, and at any time. */
export function* extraWarnings(document: SeedDocument): Steps<Issue[]> {
  const warnings: Issue[] = []
  for (const { kind, pointer, object } of objectsOf(document)) {
    yield
    for (const name of Object.keys(object.extra ?? {})) {
      if (!isInContract(kind, name)) continue
      const message = 'replaces what the sandbox would answer here, at any time'
      warnings.push({ pointer: `${pointer}/extra${pointerPart(name)}`, message })
    }
  }
  return warnings
}
