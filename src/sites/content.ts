import { foldEmail } from '../contract/formats.ts'
import { OUTCOME_TYPES, STEP_TYPES } from '../contract/journey.ts'
import { isObject } from '../contract/json.ts'
import type { GraphRecord } from '../contract/records.ts'
import { Conflict, NotFound } from '../errors.ts'
import { checkSeedInSteps } from '../seed/check.ts'
import { checkJourney } from '../seed/check-journey.ts'
import { checkMember } from '../seed/check-members.ts'
import type { Graphs } from '../seed/derive-participations.ts'
import { exportSite, exportText, toSeedJourney, toSeedMember } from '../seed/export.ts'
import { type Issue, SeedError } from '../seed/issues.ts'
import type { SeedDocument, SeedJourney, SeedMember, SeedRecords } from '../seed/schema.ts'
import { accept } from '../seed/seed.ts'
import type { SiteStore } from '../store/store.ts'
import { computeInTurns, type LongWrite, longWrite, type Steps } from '../store/turns.ts'

/** The data of a site, as seed documents and parts of them. Ids and emails are matched without regard to case. */
export interface Content {
  /** The whole site; putting it back changes nothing. */
  read(): SeedDocument
  /** The same as JSON, in parts. Lets other requests in between, for a site that is large. */
  readText(): Promise<string[]>
  /** Replaces the whole site, or nothing. @throws {SeedError} with every issue */
  replace: LongWrite<[document: unknown], void>
  /** @throws {NotFound} */
  journey(id: string): SeedJourney
  /**
   * Creates or replaces a journey with its graph; members keep what they completed at nodes that stay.
   * @returns whether it is new
   * @throws {SeedError} with every issue; {Conflict} when a node goes that a member needs
   */
  putJourney(id: string, journey: unknown): boolean
  /** Removes a journey with its participations. @throws {NotFound} */
  removeJourney(id: string): void
  /** @throws {NotFound} */
  member(email: string): SeedMember
  /** Creates or replaces a member with participations. @returns whether the member is new @throws {SeedError} with every issue */
  putMember(email: string, member: unknown): boolean
  /** @throws {NotFound} */
  removeMember(email: string): void
}

/** `now` gives the site's time as a vendor timestamp: the default of a creation time. */
export function siteContent(store: SiteStore, graphs: Graphs, now: () => string): Content {
  return {
    read: () => exportSite(store),
    readText: () => computeInTurns(store, () => exportText(store)),
    replace: longWrite(store, function* (document) {
      const checked = yield* checkSeedInSteps(document, now(), store.site)
      const issues = [...checked.issues, ...otherSite(document)]
      const seed = accept(
        { ...checked, issues, value: issues.length > 0 ? undefined : checked.value },
        'body',
      )
      yield* loadSeed(store, seed)
    }),

    journey(id) {
      const journey = store.journey(id)
      if (!journey) throw new NotFound(`there is no journey ${id}`)
      return toSeedJourney(journey)
    },
    putJourney(given, value) {
      const id = given.toLowerCase()
      const journey = accept(checkJourney(withKey(withoutDerived(value), 'id', id), now()), 'body')
      const isNew = store.journey(id) === undefined
      refuseLosses(journey)
      store.putJourney(journey)
      return isNew
    },
    removeJourney(id) {
      if (!store.removeJourney(id)) throw new NotFound(`there is no journey ${id}`)
    },

    member(email) {
      const member = store.member(email)
      if (!member) throw new NotFound(`there is no member ${email}`)
      return toSeedMember(member)
    },
    putMember(email, value) {
      const journeys = () => store.journeys().map(({ id }) => store.journey(id) as GraphRecord)
      const target = { now: now(), journeys, graphs, takenBy }
      const member = accept(checkMember(withKey(value, 'email', email), target), 'body')
      const isNew = store.member(email) === undefined
      store.putMember(member)
      return isNew
    },
    removeMember(email) {
      if (!store.removeMember(email)) throw new NotFound(`there is no member ${email}`)
    },
  }

  /** Which other member has a participation with this id. */
  function takenBy(participationId: string, email: string): string | undefined {
    const holder = store.holderOf(participationId)
    return holder === foldEmail(email) ? undefined : holder
  }

  function otherSite(document: unknown): Issue[] {
    const site_id = (document as Partial<SeedDocument> | null)?.site?.site_id
    if (typeof site_id !== 'string' || site_id === store.site.site_id) return []
    return [
      { pointer: '/site/site_id', message: `is "${site_id}", but this is the site "${store.site.site_id}"` },
    ]
  }

  function refuseLosses({ id, name, nodes }: GraphRecord): void {
    const types = { event: STEP_TYPES, reward: OUTCOME_TYPES, 'waiting member': STEP_TYPES }
    for (const { node_id, as } of store.usedNodes(id)) {
      const type = nodes.find(node => node.id === node_id)?.type
      if (type === undefined || !types[as].includes(type)) {
        throw new Conflict(
          `members of "${name}" need the node ${node_id} (${as}), so it must stay and be of type ${types[as].join(' or ')}; remove those members first, or replace the whole site`,
        )
      }
    }
  }
}

/** Replaces all of a site by a seed, step by step. */
export const loadSeed = (store: SiteStore, { site, journeys, members }: SeedRecords): Steps<void> =>
  store.fill({ journeys, members }, content => {
    store.setContent(content)
    store.rename(site)
  })

/** The API's own answer about a journey, without what the API derives. Anything else stays as it is. */
function withoutDerived(value: unknown): unknown {
  if (!isObject(value)) return value
  const { site_id: _site, expired_at: _expired, ...journey } = value
  for (const list of ['nodes', 'connections'])
    if (Array.isArray(journey[list])) journey[list] = journey[list].map(withoutJourneyId)
  return journey
}

function withoutJourneyId(part: unknown): unknown {
  if (!isObject(part)) return part
  const { journey_id: _journey, ...rest } = part
  return rest
}

/** The value with the key that its path names. It may have the key too, and then they must agree. */
function withKey(value: unknown, key: 'id' | 'email', named: string): unknown {
  if (!isObject(value)) return value
  const { [key]: stated = named, ...rest } = value
  if (typeof stated === 'string' && foldEmail(stated) !== foldEmail(named)) {
    throw new SeedError('body', [
      { pointer: `/${key}`, message: `is "${stated}", but the path says "${named}"` },
    ])
  }
  const agreed = key === 'id' && typeof stated === 'string' ? named : stated
  return { [key]: agreed, ...rest }
}
