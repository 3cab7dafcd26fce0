import { Value } from '@sinclair/typebox/value'
import { foldEmail } from '../contract/formats.ts'
import { checkGraph } from './check-journey.ts'
import { checkHistory, checkParticipation } from './check-member.ts'
import { duplicates, impossibleTimes, repeats } from './check-values.ts'
import { type Issue, schemaIssues } from './issues.ts'
import { SeedDocument, type SeedJourney, type SeedMember } from './schema.ts'

/** Everything that is wrong with a seed document: its form, and, of what has the right form, what it says. Empty when good. */
export function checkSeed(document: unknown): Issue[] {
  const formal = schemaIssues(SeedDocument, document)
  // A property too many hinders no other check; whatever else is wrong with the form of an item does.
  const hindering =
    formal.length === 0
      ? []
      : schemaIssues(SeedDocument, Value.Clean(SeedDocument, structuredClone(document)))
  const faulty = new Set(hindering.map(({ pointer }) => pointer.split('/', 3).join('/')))
  const sound = <T>(name: 'journeys' | 'members'): (T | undefined)[] => {
    const items = (document as Record<string, unknown> | null)?.[name]
    return Array.isArray(items)
      ? items.map((item, i) => (faulty.has(`/${name}/${i}`) ? undefined : item))
      : []
  }
  const journeys = sound<SeedJourney>('journeys')
  // Whether a journey is there cannot be said while there is one whose id may be what is wrong with it.
  const complete = !faulty.has('/journeys') && !journeys.includes(undefined)
  return [...formal, ...checkMeaning(journeys, sound('members'), complete)]
}

function checkMeaning(
  journeys: (SeedJourney | undefined)[],
  members: (SeedMember | undefined)[],
  complete: boolean,
): Issue[] {
  const byId = new Map(
    journeys.filter(journey => journey !== undefined).map(journey => [journey.id, journey]),
  )
  const participations = members.flatMap((member, m) =>
    (member?.participations ?? []).map((participation, p) => ({
      participation,
      pointer: `/members/${m}/participations/${p}`,
    })),
  )
  return [
    ...impossibleTimes({ journeys, members }, ''),
    ...duplicates(journeys, '/journeys', 'id', journey => journey.id),
    ...journeys.flatMap((journey, j) => (journey ? checkGraph(journey, `/journeys/${j}`) : [])),
    ...duplicates(members, '/members', 'email', member => foldEmail(member.email)),
    ...members.flatMap((member, m) => checkHistory(member?.history ?? [], `/members/${m}/history`)),
    ...repeats(
      participations.map(({ participation, pointer }) => ({
        key: participation.id,
        pointer: `${pointer}/id`,
      })),
    ),
    ...participations.flatMap(({ participation, pointer }) => {
      const journey = byId.get(participation.journey_id)
      return journey || complete ? checkParticipation(participation, pointer, journey) : []
    }),
  ]
}
