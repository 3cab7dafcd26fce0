import { isDeepStrictEqual } from 'node:util'
import type { TObject } from '@sinclair/typebox'
import { Journey, JourneyList, JourneySummary } from '../contract/journey.ts'
import { isObject, type JsonObject } from '../contract/json.ts'
import { MemberJourney, MemberJourneyList, UserJourney, UserJourneyList } from '../contract/participation.ts'
import type { SeedDocument } from '../seed/schema.ts'
import { type Copy, openCopy } from './copy.ts'
import { extensionsFor, type Shown } from './extensions.ts'
import { findSite, type JourneyFound, type MemberFound, type SiteFound, toDocument } from './facts.ts'
import { journeysIn, type SiteAnswers } from './reading.ts'
import type { Exchange } from './recording.ts'

export interface Seeded {
  document: SeedDocument
  /** The requests that a sandbox with this seed answers otherwise than they were answered. */
  otherwise: Exchange[]
}

/**
 * Makes a seed with which a sandbox answers as the site did. What the sandbox cannot have is found by trying: it is
 * loaded with what it can have, asked the same, and what it answers otherwise is added. Then it is asked once more, so
 * that what is said to be the same is.
 */
export async function toSeed(siteId: string, read: SiteAnswers): Promise<Seeded> {
  await using copy = await openCopy()
  const found = findSite(read)
  const facts = toDocument(siteId, found)
  copy.load(facts)
  const { 'x-extra': extra } = extensionsFor({ getJourneys: aroundList(JourneyList, read.list) })
  const site = { ...facts.site, ...(extra && { 'x-extra': extra }) }
  const document = { ...facts, site, ...(await withExtensions(copy, found, read)) }
  copy.load(document)
  return { document, otherwise: await differences(copy, read) }
}

async function withExtensions(copy: Copy, found: SiteFound, read: SiteAnswers) {
  const list = byId(await copy.answerTo(read.list))
  const journeys: SeedDocument['journeys'] = []
  const members: SeedDocument['members'] = []
  // One after the other, as the copy has one clock.
  for (const journey of found.journeys)
    journeys.push({ ...journey.facts, ...(await journeyExtensions(copy, journey, list)) })
  for (const member of found.members)
    members.push({
      email: member.answers.email,
      ...memberExtensions(member),
      participations: await participationsOf(copy, member),
    })
  return { journeys, members }
}

async function journeyExtensions(copy: Copy, { facts, item, detail, asked }: JourneyFound, list: ById) {
  const ours = asked && (await copy.answerTo({ ...asked, identifier: facts.id }))
  return extensionsFor({
    getJourneys: { schema: JourneySummary, answered: item, ours: list.get(facts.id) },
    getJourney: { schema: Journey, answered: detail, ours: isObject(ours) ? ours : undefined },
  })
}

const memberExtensions = ({ answers }: MemberFound) =>
  extensionsFor({
    getUserJourneysByEmail: aroundList(UserJourneyList, answers.user),
    getMemberJourneys: aroundList(MemberJourneyList, answers.member),
  })

/** What is answered around a list of journeys, which is as if it were empty: what is in it is looked at by itself. */
function aroundList(schema: TObject, { status, body }: Exchange): Shown {
  const ours = { journeys: [] }
  if (status !== 200) return { schema, answered: undefined, ours }
  if (!isObject(body)) return { schema, answered: ours, ours }
  return { schema, answered: Array.isArray(body.journeys) ? { ...body, ...ours } : body, ours }
}

async function participationsOf(copy: Copy, { answers, participations }: MemberFound) {
  const users = byId(await copy.answerTo(answers.user))
  const members = byId(await copy.answerTo(answers.member))
  return participations.map(({ facts, user, member }) => ({
    ...facts,
    ...extensionsFor({
      getUserJourneysByEmail: { schema: UserJourney, answered: user, ours: users.get(facts.id) },
      getMemberJourneys: { schema: MemberJourney, answered: member, ours: members.get(facts.id) },
    }),
  }))
}

type ById = Map<unknown, JsonObject>
const byId = (body: unknown): ById => new Map(journeysIn(body).map(item => [item.id, item]))

async function differences(copy: Copy, read: SiteAnswers): Promise<Exchange[]> {
  const exchanges = [
    read.list,
    ...read.journeys.values(),
    ...read.members.flatMap(({ user, member }) => [user, member]),
  ]
  const otherwise: Exchange[] = []
  for (const exchange of exchanges) {
    const expected = exchange.status === 200 ? exchange.body : undefined
    if (!isDeepStrictEqual(await copy.answerTo(exchange), expected)) otherwise.push(exchange)
  }
  return otherwise
}
