import { foldEmail } from '../contract/formats.ts'
import { isObject } from '../contract/json.ts'
import { Conflict, NotFound } from '../errors.ts'
import { checkSeed } from '../seed/check.ts'
import { checkJourney } from '../seed/check-journey.ts'
import { checkMember, OUTCOME_TYPES, STEP_TYPES } from '../seed/check-member.ts'
import { exportSite, toSeedJourney, toSeedMember } from '../seed/export.ts'
import { type Issue, SeedError } from '../seed/issues.ts'
import type { Graphs } from '../seed/live.ts'
import { toGraph, toMember, toRecords } from '../seed/records.ts'
import type { SeedDocument, SeedJourney, SeedMember } from '../seed/schema.ts'
import type { SiteStore } from '../store/store.ts'

/** The data of a site, as seed documents and parts of them. Ids and emails are matched without regard to case. */
export interface Content {
  /** The whole site; putting it back changes nothing. */
  read(): SeedDocument
  /** Replaces the whole site, or nothing. @throws {SeedError} with every issue */
  replace(document: unknown): void
  /** The same for a document that has been checked. */
  load(document: SeedDocument): void
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
    replace: document =>
      load(checked<SeedDocument>(document, [...checkSeed(document), ...otherSite(document)])),
    load,

    journey(id) {
      const journey = store.journey(id)
      if (!journey) throw new NotFound(`there is no journey ${id}`)
      return toSeedJourney(journey)
    },
    putJourney(given, value) {
      const id = given.toLowerCase()
      const body = withKey(value, 'id', id)
      const journey = checked<SeedJourney>(body, checkJourney(body))
      const isNew = store.journey(id) === undefined
      refuseLosses(journey)
      store.putJourney(toGraph(journey, now()))
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
      const body = withKey(value, 'email', email)
      const member = checked<SeedMember>(
        body,
        checkMember(body, id => store.journey(id), takenBy),
      )
      const isNew = store.member(email) === undefined
      store.putMember(toMember(member, graphs, id => takenBy(id, email) !== undefined))
      return isNew
    },
    removeMember(email) {
      if (!store.removeMember(email)) throw new NotFound(`there is no member ${email}`)
    },
  }

  function load(document: SeedDocument): void {
    const { journeys, members } = toRecords(document, now())
    store.atomically(() => {
      store.replaceContent(journeys, members)
      store.rename(document.site)
    })
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

  function refuseLosses({ id, name, nodes }: SeedJourney): void {
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

function checked<T>(value: unknown, issues: Issue[]): T {
  if (issues.length > 0) throw new SeedError('body', issues)
  return value as T
}
