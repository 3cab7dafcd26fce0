import { isDeepStrictEqual } from 'node:util'
import type { TObject } from '@sinclair/typebox'
import { instantFrom } from '../clock.ts'
import { Journey, JourneyList, JourneySummary } from '../contract/journey.ts'
import { isObject, type JsonObject, objectsIn } from '../contract/json.ts'
import { operationPath } from '../contract/operations.ts'
import { MemberJourney, MemberJourneyList, UserJourney, UserJourneyList } from '../contract/participation.ts'
import { type Extended, type ExtendedKind, isInContract } from '../contract/schemas.ts'
import { startSandbox } from '../index.ts'
import type { SeedDocument } from '../seed/schema.ts'
import type { Capture, Exchange } from './capture.ts'
import type { CapturedSite } from './capture-seed.ts'
import { printableName } from './compare.ts'

/** The number of differences between the answers of a site and of a sandbox with its seed, by operation and path. */
export type Differences = Record<string, number>

/**
 * Adds `extra` to a seed, so that a sandbox with it answers as the site did. A sandbox with the seed is sent the same requests at the
 * same times, and its answers show what to add. Then it is sent them again, for the differences that remain.
 */
export async function addExtra(capture: Capture, site: CapturedSite): Promise<Differences> {
  await using trial = await openTrial()
  trial.load(site.document)
  await extend(capture.list, site, trial.ask)
  trial.load(site.document)
  return await differences(capture, trial.ask)
}

/** The answer of the sandbox at the time of an exchange; the body of an error is not compared. */
type Ask = (exchange: Exchange | undefined) => Promise<Pick<Exchange, 'status' | 'body'>>

async function openTrial() {
  const clock = { instant: 0, now: () => clock.instant }
  const sandbox = await startSandbox({
    ...{ clock, seed: 'empty', auth: 'off', control: 'off', inspector: 'off', basePath: '/' },
    ...{ journal: 0, logLevel: 'silent' },
  })
  let site = sandbox.sites()[0]
  return {
    load(document: SeedDocument) {
      if (site) sandbox.removeSite(site.site_id)
      const { site_id, name, secret } = document.site
      site = sandbox.createSite({ site_id, name, secret, seed: document })
    },
    async ask(exchange: Exchange | undefined) {
      if (!exchange || !site) return { status: 0, body: undefined }
      clock.instant = instantFrom(exchange.at)
      const url = sandbox.origin + operationPath(exchange.operation, exchange.identifier)
      const response = await fetch(url, { headers: { 'X-AnnexCloud-Site': site.site_id } })
      const body = await response.json()
      return { status: response.status, body: response.ok ? body : null }
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

/** An object in an answer of the site and in that of the sandbox; undefined where it is not in the answer. */
interface Shown {
  /** For an object that several operations show. */
  schema?: TObject
  answered: JsonObject | undefined
  ours: JsonObject | undefined
}

async function extend(list: Exchange | undefined, site: CapturedSite, ask: Ask): Promise<void> {
  const listed = byId((await ask(list)).body)
  setExtra(site.document.site, 'site', [aroundList(JourneyList, list)])
  for (const { seed, item, detail } of site.journeys) {
    const ours = (await ask(detail && { ...detail, identifier: seed.id })).body
    const shown = { schema: Journey, answered: objectOf(detail?.body), ours: objectOf(ours) }
    const skip = [
      ...setExtraOfEach(seed.nodes, 'node', 'nodes', shown),
      ...setExtraOfEach(seed.connections, 'connection', 'connections', shown),
    ]
    setExtra(
      seed,
      'journey',
      [{ schema: JourneySummary, answered: item, ours: listed.get(seed.id) }, shown],
      skip,
    )
  }
  for (const { seed, capture, participations } of site.members) {
    setExtra(seed, 'member', [
      aroundList(UserJourneyList, capture.user),
      aroundList(MemberJourneyList, capture.member),
    ])
    const [users, members] = [byId((await ask(capture.user)).body), byId((await ask(capture.member)).body)]
    for (const { seed: participation, user, member } of participations) {
      const shown = { schema: MemberJourney, answered: member, ours: members.get(participation.id) }
      const { events = [], rewards = [] } = participation
      const skip = [
        ...setExtraOfEach(events, 'event', 'events', shown),
        ...setExtraOfEach(rewards, 'reward', 'rewards', shown),
      ]
      const shownToUser = { schema: UserJourney, answered: user, ours: users.get(participation.id) }
      setExtra(participation, 'participation', [shownToUser, shown], skip)
    }
  }
}

const objectOf = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined)

const byId = (body: unknown): Map<unknown, JsonObject> =>
  new Map(objectsIn(isObject(body) ? body.journeys : []).map(item => [item.id, item]))

/** An answer without the journeys in its list, which are compared one by one. */
function aroundList(schema: TObject, exchange: Exchange | undefined): Shown {
  const { status, body } = exchange ?? {}
  if (status !== 200 || !isObject(body)) return { schema, answered: undefined, ours: undefined }
  const ours = { journeys: [] }
  return { schema, answered: Array.isArray(body.journeys) ? { ...body, ...ours } : body, ours }
}

/** Sets `extra` of each part of an object. @returns the name of the list, or nothing if the seed lacks a part of it */
function setExtraOfEach(
  seeds: Extended[],
  kind: ExtendedKind,
  name: string,
  { answered, ours }: Shown,
): string[] {
  const [given, own] = [answered?.[name], objectsIn(ours?.[name])]
  if (!Array.isArray(given) || objectsIn(given).length < given.length || given.length !== seeds.length)
    return []
  for (const [i, seed] of seeds.entries()) setExtra(seed, kind, [{ answered: given[i], ours: own[i] }])
  return [name]
}

/**
 * Sets `extra` to the properties that the contract does not have, and to those whose value differs in the sandbox. Every operation that
 * has the property serves this value, so a property on which the operations differ is left out.
 */
function setExtra(seed: Extended, kind: ExtendedKind, shown: Shown[], skip: string[] = []): void {
  const names = new Set(shown.flatMap(({ answered = {} }) => Object.keys(answered)))
  const extra = [...names.difference(new Set(skip))].flatMap(name => {
    const isKnown = isInContract(kind, name)
    const serving = shown.filter(
      ({ schema, answered }) => answered && (!isKnown || !schema || Object.hasOwn(schema.properties, name)),
    )
    const having = serving.filter(({ answered = {} }) => Object.hasOwn(answered, name))
    const value = having.at(-1)?.answered?.[name]
    if (!isKnown) return [[name, value]]
    const isShared =
      having.length === serving.length &&
      having.every(({ answered }) => isDeepStrictEqual(answered?.[name], value))
    const isOurs = having.every(({ ours }) => ours && isDeepStrictEqual(ours[name], value))
    return isShared && !isOurs ? [[name, value]] : []
  })
  if (extra.length > 0) seed.extra = Object.fromEntries(extra)
}

async function differences({ list, journeys, members }: Capture, ask: Ask): Promise<Differences> {
  const exchanges = [list, ...journeys, ...members.flatMap(({ user, member }) => [user, member])]
  const found: string[] = []
  for (const exchange of exchanges.filter(each => each !== undefined)) {
    const { operation, status, body } = exchange
    const ours = await ask(exchange)
    if (ours.status !== status) found.push(`${operation} ${status}, not ${ours.status}`)
    else found.push(...new Set(differingPlaces(body, ours.body).map(place => `${operation} ${place}`.trim())))
  }
  return count(found)
}

/** The paths at which two values differ, such as `journeys[].status`. */
function differingPlaces(answered: unknown, ours: unknown, path = ''): string[] {
  if (Array.isArray(answered) && Array.isArray(ours)) {
    const inside = answered
      .slice(0, ours.length)
      .flatMap((item, i) => differingPlaces(item, ours[i], `${path}[]`))
    return answered.length === ours.length ? inside : [path, ...inside]
  }
  if (isObject(answered) && isObject(ours)) {
    return [...new Set([...Object.keys(answered), ...Object.keys(ours)])].flatMap(name => {
      const at = `${path}${path && '.'}${printableName(name)}`
      if (!Object.hasOwn(answered, name)) return [`${at}, which the site does not answer`]
      return differingPlaces(answered[name], ours[name], at)
    })
  }
  return isDeepStrictEqual(answered, ours) ? [] : [path]
}

export const count = (names: string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, name => name)].map(([name, all]) => [name, all.length]))
