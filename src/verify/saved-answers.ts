import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Value } from '@sinclair/typebox/value'
import { instantFrom, timestampOf } from '../clock.ts'
import { ConfigError } from '../config.ts'
import { Email, foldEmail, TIMESTAMP_PATTERN } from '../contract/formats.ts'
import { isObject, type JsonObject, objectsIn } from '../contract/json.ts'
import { matchOperation, type OperationId, operations } from '../contract/operations.ts'
import { type Capture, type Exchange, journeysIn, type Mask, toExchange } from './capture.ts'
import { timeOf } from './capture-seed.ts'
import { parseJson } from './live-api.ts'

export interface SavedFile {
  name: string
  text: string
}

/** An answer of the API from a file; without an identifier when the answer does not show it. */
interface SavedAnswer {
  file: string
  siteId: string | undefined
  exchange: Exchange
}

interface SavedAnswers {
  siteId: string
  /** What was left out, and why. */
  notes: string[]
  toCapture(mask: Mask): Capture
}

/**
 * Reads answers of the API from files: the body of one answer as JSON, one answer with its head as `verify --save` writes it, or the
 * HAR of a browser or proxy. Where there are several answers to one call, the last one is taken.
 * @throws {ConfigError} when a file has none, or the site is not known
 */
export function readSavedAnswers(files: SavedFile[], site: string | undefined, now: string): SavedAnswers {
  const notes: string[] = []
  const read = files.map(file => answersIn(file, now, notes))
  const errors = read.filter(answers => answers.length === 0).length
  if (errors > 0) notes.push(`files with an error left out: ${errors}`)
  const all = read.flat()
  const siteIds = new Set(all.flatMap(({ siteId }) => siteId ?? []))
  if (site === undefined && siteIds.size !== 1) {
    const found = siteIds.size === 0 ? 'no answer has a site_id' : `there are ${[...siteIds].join(', ')}`
    throw new ConfigError(`--site: name the site; ${found}`)
  }
  const siteId = site ?? ([...siteIds][0] as string)
  const own = all.filter(answer => (answer.siteId ?? siteId) === siteId)
  if (own.length < all.length) notes.push(`answers of other sites left out: ${all.length - own.length}`)
  const named = nameMembers(own, notes)
  const answers = lastOfEach(named, notes)
  notes.push('values that the sandbox computes, such as status and expired_at, are not in the seed')
  return { siteId, notes, toCapture: mask => toCapture(answers, mask) }
}

function answersIn({ name: file, text }: SavedFile, now: string, notes: string[]): SavedAnswer[] {
  const [, status = '200', body = text] = /^HTTP\/[\d.]+ (\d{3}).*?\r?\n\r?\n(.*)$/s.exec(text) ?? []
  const json = parseJson(body.replace(/^\uFEFF/, ''))
  if (isObject(json) && isObject(json.log) && Array.isArray(json.log.entries))
    return harAnswers(file, objectsIn(json.log.entries), now, notes)
  if (json === undefined) throw new ConfigError(`--from: ${file} is not JSON`)
  if (status !== '200' || (isObject(json) && 'errorCode' in json)) return []
  const operation = operationOf(json, emailIn(file) !== undefined)
  if (operation === undefined)
    throw new ConfigError(`--from: ${file} is neither an answer of the Journeys API nor a HAR`)
  const { identifier: kind } = operations[operation]
  const id = isObject(json) && typeof json.id === 'string' ? json.id : undefined
  const identifier = kind === 'email_id' ? emailIn(file) : kind === null ? undefined : id
  const question = { operation, at: momentOf(body) ?? now, ...(identifier !== undefined && { identifier }) }
  return [{ file, siteId: siteIdIn(json), exchange: toExchange(question, { status: 200, text: body }) }]
}

/** The operation that a body belongs to. The empty list of a member can belong to either operation about members. */
function operationOf(body: unknown, isOfMember: boolean): OperationId | undefined {
  if (isObject(body) && (Array.isArray(body.nodes) || Array.isArray(body.connections))) return 'getJourney'
  const journeys = isObject(body) ? body.journeys : body
  if (!Array.isArray(journeys)) return undefined
  const items = objectsIn(journeys)
  if (items.some(item => 'events' in item || 'rewards' in item)) return 'getMemberJourneys'
  if (items.some(item => 'journey_id' in item)) return 'getUserJourneysByEmail'
  return isOfMember ? 'getMemberJourneys' : 'getJourneys'
}

const EMAIL = Email()

/** The email in the name of a file. */
function emailIn(file: string): string | undefined {
  const name = basename(file).replace(/\.(json|http|txt)$/i, '')
  return Value.Check(EMAIL, name) ? name : undefined
}

function siteIdIn(body: unknown): string | undefined {
  const journeys = isObject(body) && Array.isArray(body.journeys) ? body.journeys : [body]
  return objectsIn(journeys.flat())
    .map(({ site_id }) => site_id)
    .find(id => typeof id === 'string')
}

const EVENT_TIMES =
  /"(?:(?:created|updated|started|completed|expired|blocked)_at|hold_start_datetime)"\s*:\s*"([^"]+)"/g

/** The latest time of a past event in a body, which is about the time of the answer. */
function momentOf(body: string): string | undefined {
  const times = [...body.matchAll(EVENT_TIMES)].map(([, time]) => time as string)
  const latest = times
    .filter(time => new RegExp(TIMESTAMP_PATTERN).test(time))
    .sort()
    .at(-1)
  return latest === undefined ? undefined : timestampOf(instantFrom(latest))
}

/** The answers to calls of the four operations in a HAR (http://www.softwareishard.com/blog/har-12-spec/). */
function harAnswers(file: string, entries: JsonObject[], now: string, notes: string[]): SavedAnswer[] {
  let others = 0
  const answers = entries.flatMap(({ request, response, startedDateTime }): SavedAnswer[] => {
    const { url, method, headers } = isObject(request) ? request : {}
    const { status, content } = isObject(response) ? response : {}
    const matched = method === 'GET' ? matchUrl(String(url)) : undefined
    const text = contentOf(content)
    const isUsable = status === 404 || status === 400 || (status === 200 && parseJson(text) !== undefined)
    if (!matched || !isUsable) {
      others++
      return []
    }
    const site = objectsIn(headers).find(({ name }) => String(name).toLowerCase() === 'x-annexcloud-site')
    const siteId = typeof site?.value === 'string' ? site.value : siteIdIn(parseJson(text))
    const question = { ...matched, at: timeOf(startedDateTime) ?? now }
    return [{ file, siteId, exchange: toExchange(question, { status, text }) }]
  })
  if (answers.length === 0) throw new ConfigError(`--from: ${file} has no answer of the four operations`)
  if (others > 0) notes.push(`${file}: other entries left out: ${others}`)
  return answers
}

/** The operation of a URL with any base path. */
function matchUrl(url: string): ReturnType<typeof matchOperation> {
  const path = URL.parse(url)?.pathname ?? ''
  const starts = [...path.matchAll(/\//g)].map(({ index }) => index)
  return starts.map(start => matchOperation(path.slice(start))).find(match => match !== undefined)
}

function contentOf(content: unknown): string {
  const { text, encoding } = isObject(content) ? content : {}
  return Buffer.from(String(text ?? ''), encoding === 'base64' ? 'base64' : 'utf8').toString()
}

const isOfMember = ({ operation }: Exchange): boolean => operations[operation].identifier === 'email_id'

/** Gives each answer about a member an email. Answers with a common participation belong to one member. */
function nameMembers(answers: SavedAnswer[], notes: string[]): SavedAnswer[] {
  const idsOf = (exchange: Exchange) => journeysIn(exchange).map(({ id }) => id)
  const ofMembers = answers.map(({ exchange }) => exchange).filter(isOfMember)
  const emailOf = new Map(
    ofMembers.flatMap(exchange => idsOf(exchange).map(id => [id, exchange.identifier] as const)),
  )
  let count = 0
  return answers.map(answer => {
    const { file, exchange } = answer
    if (!isOfMember(exchange) || exchange.identifier !== undefined) return answer
    const ids = idsOf(exchange)
    let identifier = ids.map(id => emailOf.get(id)).find(known => known !== undefined)
    if (identifier === undefined) {
      identifier = `member-${++count}@example.com`
      notes.push(
        `${file} does not show the email of the member, which is ${identifier} in the seed; name the file after the email`,
      )
    }
    for (const id of ids) emailOf.set(id, identifier)
    return { ...answer, exchange: { ...exchange, identifier } }
  })
}

/** One answer for each call. */
function lastOfEach(answers: SavedAnswer[], notes: string[]): Exchange[] {
  const callOf = ({ exchange: { operation, identifier = '' } }: SavedAnswer) =>
    `${operation} ${foldEmail(identifier)}`
  return [...Map.groupBy(answers, callOf).values()].map(group => {
    const { file, exchange } = group.at(-1) as SavedAnswer
    const { at: _, ...said } = exchange
    if (group.some(({ exchange: { at, ...other } }) => !isDeepStrictEqual(other, said)))
      notes.push(
        `${file}: of ${group.length} different answers to one call of ${exchange.operation}, the last one was taken`,
      )
    return exchange
  })
}

function toCapture(exchanges: Exchange[], mask: Mask): Capture {
  const members = Map.groupBy(exchanges.filter(isOfMember), ({ identifier = '' }) => foldEmail(identifier))
  const of = (operation: OperationId, all = exchanges) =>
    all.filter(exchange => exchange.operation === operation).map(mask.exchange)
  return {
    list: of('getJourneys')[0],
    journeys: of('getJourney'),
    members: [...members].map(([email, all]) => ({
      email: mask.email(all[0]?.identifier ?? email),
      user: of('getUserJourneysByEmail', all)[0],
      member: of('getMemberJourneys', all)[0],
    })),
  }
}
