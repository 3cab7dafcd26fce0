import { foldEmail } from '../contract/formats.ts'
import { Conflict, NotFound } from '../errors.ts'
import { checkSeed } from '../seed/check.ts'
import { checkJourney } from '../seed/check-journey.ts'
import { OUTCOME_TYPES, STEP_TYPES } from '../seed/check-member.ts'
import { checkMember } from '../seed/check-members.ts'
import type { Graphs } from '../seed/derive-participations.ts'
import { exportSite, fromDocument, toSeedJourney, toSeedMember } from '../seed/export.ts'
import { type Issue, SeedError } from '../seed/issues.ts'
import type { SeedDocument, SeedJourney, SeedMember, SeedRecords } from '../seed/schema.ts'
import { accept } from '../seed/seed.ts'
import type { GraphRecord } from '../store/records.ts'
import type { SiteStore } from '../store/store.ts'

/** What a site holds, as seed documents and parts of them. */
export interface Content {
  /** The whole site; putting it back changes nothing. */
  read(): SeedDocument
  /** Replaces the whole site, or nothing. @throws {SeedError} with every fault */
  replace(document: unknown): void
  /** The same for a document that is known to be good. */
  load(document: SeedDocument): void
  /** @throws {NotFound} */
  journey(id: string): SeedJourney
  /**
   * Creates or replaces a journey with its graph; members keep what they did at nodes that stay. @returns whether it is new
   * @throws {SeedError} with every fault; {Conflict} when a node goes at which a member has done something
   */
  putJourney(id: string, journey: unknown): boolean
  /** Removes a journey with the participations in it. @throws {NotFound} */
  removeJourney(id: string): void
  /** @throws {NotFound} */
  member(email: string): SeedMember
  /** Creates or replaces a member with participations. @returns whether the member is new @throws {SeedError} with every fault */
  putMember(email: string, member: unknown): boolean
  /** @throws {NotFound} */
  removeMember(email: string): void
}

/** `now` gives the site's time as a vendor timestamp: what a creation time defaults to. */
export function siteContent(store: SiteStore, graphs: Graphs, now: () => string): Content {
  return {
    read: () => exportSite(store),
    replace(document) {
      const checked = checkSeed(document, now(), store.site)
      const issues = [...checked.issues, ...foreign(document)]
      load(accept({ ...checked, issues, value: issues.length > 0 ? undefined : checked.value }, 'body'))
    },
    load: document => load(fromDocument(document)),

    journey(id) {
      const journey = store.journey(id)
      if (!journey) throw new NotFound(`there is no journey ${id}`)
      return toSeedJourney(journey)
    },
    putJourney(id, value) {
      const journey = accept(checkJourney(withKey(value, 'id', id), now()), 'body')
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

  function load({ site, journeys, members }: SeedRecords): void {
    store.atomically(() => {
      store.replaceContent(journeys, members)
      store.rename(site)
    })
  }

  /** Which other member has a participation with this id. */
  function takenBy(participationId: string, email: string): string | undefined {
    const holder = store.holderOf(participationId)
    return holder === foldEmail(email) ? undefined : holder
  }

  function foreign(document: unknown): Issue[] {
    const site_id = (document as Partial<SeedDocument> | null)?.site?.site_id
    if (typeof site_id !== 'string' || site_id === store.site.site_id) return []
    return [
      { pointer: '/site/site_id', message: `is "${site_id}", but this is the site "${store.site.site_id}"` },
    ]
  }

  function refuseLosses({ id, name, nodes }: GraphRecord): void {
    const types = { event: STEP_TYPES, reward: OUTCOME_TYPES }
    for (const { node_id, as } of store.usedNodes(id)) {
      const type = nodes.find(node => node.id === node_id)?.type
      if (type === undefined || !types[as].includes(type)) {
        throw new Conflict(
          `members of "${name}" have an ${as} at the node ${node_id}, so it must stay and be of type ${types[as].join(' or ')}; remove them first, or replace the whole site`,
        )
      }
    }
  }
}

/** What the address already says need not be said again; when it is, it must agree. */
function withKey(value: unknown, key: 'id' | 'email', given: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const stated = (value as Record<string, unknown>)[key]
  if (typeof stated === 'string' && foldEmail(stated) !== foldEmail(given)) {
    throw new SeedError('body', [
      { pointer: `/${key}`, message: `is "${stated}", but the address says "${given}"` },
    ])
  }
  return { [key]: given, ...value }
}
