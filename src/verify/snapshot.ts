import { createHmac, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { isInContract } from '../contract/schemas.ts'
import { extensibleObjects } from '../seed/check.ts'
import type { SeedDocument } from '../seed/schema.ts'
import { countOf } from '../text.ts'
import {
  type Capture,
  type Exchange,
  type Mask,
  memberStatus,
  openRecording,
  type ReadOptions,
  type RecordingHeader,
  readHeader,
  readSite,
} from './capture.ts'
import { addExtra, count, type Differences } from './capture-extra.ts'
import { toSeed } from './capture-seed.ts'
import { keyedMask, noMask } from './mask.ts'

export interface SnapshotOptions extends ReadOptions {
  /** The file for the answers so far. An interrupted run leaves it, and the next run continues with it. */
  partial: string
  /** Whether to continue with that file. */
  resume: boolean
  /** Whether to replace emails and free text by pseudonyms: with a random key, or with this key. */
  anonymise: boolean | string
}

/** Counts of what is in a snapshot, without a value from it. */
interface Summary {
  journeys: number
  members: number
  participations: number
  /** The indexes of the emails that the site does not know. */
  unknown_emails: number[]
  /** The number of members who are blocked or opted out, by status. */
  refused: Record<string, number>
  /** The number of properties beyond the contract, by object and property. */
  extra: Record<string, number>
  /** The number of values that replace those of the sandbox, by object and property. */
  replaced: Record<string, number>
  /** The number of differences between the answers of the site and of a sandbox with this seed, by operation and path. */
  different: Differences
  /** The numbers that are rounded in the seed, as JavaScript cannot represent them exactly, by answer and JSON pointer. */
  rounded: string[]
}

export interface CapturedSeed {
  document: SeedDocument
  summary: Summary
}

/**
 * Reads a live site into a seed. Call `forget` when the seed is stored: until then, an interrupted run can be continued.
 * @throws {LiveApiError} when the server gives no answer, or refuses; {ConfigError} when `partial` belongs to another snapshot
 */
export async function takeSnapshot(options: SnapshotOptions): Promise<CapturedSeed & { forget(): void }> {
  const { api, partial, resume, anonymise } = options
  if (!resume) rmSync(partial, { force: true })
  const { mask, mark } = maskFor(anonymise, api.siteId, partial)
  const recording = openRecording(partial, { base_url: api.baseUrl, site_id: api.siteId, mask: mark })
  const capture = await readSite(options, recording, mask)
  return { ...(await toSnapshot(api.siteId, capture)), forget: recording.remove }
}

/** The seed of a capture, tested in a sandbox, and its summary. */
export async function toSnapshot(siteId: string, capture: Capture): Promise<CapturedSeed> {
  const site = toSeed(siteId, capture)
  const different = await addExtra(capture, site)
  const { document } = site
  const statuses = capture.members.map(memberStatus)
  const extra = extensibleObjects(document).flatMap(({ kind, object }) =>
    Object.keys(object.extra ?? {}).map(name => ({
      name: `${kind} ${name}`,
      isKnown: isInContract(kind, name),
    })),
  )
  return {
    document,
    summary: {
      journeys: document.journeys.length,
      members: document.members.length,
      participations: document.members.flatMap(({ participations = [] }) => participations).length,
      unknown_emails: statuses.flatMap((status, m) => (status === undefined ? [m] : [])),
      refused: count(statuses.filter(status => status === 'blocked' || status === 'opted_out')),
      extra: count(extra.filter(({ isKnown }) => !isKnown).map(({ name }) => name)),
      replaced: count(extra.filter(({ isKnown }) => isKnown).map(({ name }) => name)),
      different,
      rounded: roundedNumbers(capture),
    },
  }
}

function roundedNumbers({ list, journeys, members }: Capture): string[] {
  const places = (exchange: Exchange | undefined, of: string) =>
    (exchange?.inexact ?? []).map(pointer => `${exchange?.operation}${of} ${pointer}`)
  return [
    ...places(list, ''),
    ...journeys.flatMap(journey => places(journey, ` ${journey.identifier}`)),
    // A summary shows no email.
    ...members.flatMap(({ user, member }, m) =>
      [user, member].flatMap(exchange => places(exchange, ` of member ${m + 1}`)),
    ),
  ]
}

/** The mask, and how a recording identifies it: by a digest of a given key, or by the random key itself. */
export function maskFor(
  anonymise: boolean | string,
  siteId: string,
  partial?: string,
): { mask: Mask; mark: RecordingHeader['mask'] } {
  if (anonymise === false) return { mask: noMask, mark: null }
  if (anonymise === true) {
    const known = partial === undefined ? undefined : readHeader(partial)?.mask
    const mark = known && 'key' in known ? known : { key: randomBytes(32).toString('hex') }
    return { mask: keyedMask(Buffer.from(mark.key, 'hex'), siteId), mark }
  }
  const key = Buffer.from(anonymise, 'utf8')
  const of = createHmac('sha256', key).update('the mark of this key').digest('hex')
  return { mask: keyedMask(key, siteId), mark: { of } }
}

/** A summary for people. */
export function describeSummary(summary: Summary): string {
  const { journeys, members, participations, unknown_emails: unknown } = summary
  const section = (title: string, lines: string[]) =>
    lines.length === 0 ? [] : [title, ...lines.map(line => `  ${line}`)]
  const counts = (title: string, counted: Record<string, number>) =>
    section(
      title,
      Object.entries(counted).map(([name, times]) => `${name} (${times})`),
    )
  const unknownEmails = `${countOf(unknown.length, 'email')} that the site does not know, line ${unknown.join(', ')}`
  return [
    `${countOf(journeys, 'journey')}, ${countOf(members, 'member')}, ${countOf(participations, 'participation')}`,
    ...(unknown.length === 0 ? [] : [unknownEmails]),
    ...counts('Members who are blocked or opted out:', summary.refused),
    ...counts('Properties beyond the contract, served unchanged:', summary.extra),
    ...counts('Values that replace those of the sandbox, served unchanged:', summary.replaced),
    ...counts('A sandbox with this seed answers differently:', summary.different),
    ...section('Numbers that are rounded, as JavaScript cannot represent them exactly:', summary.rounded),
  ].join('\n')
}
