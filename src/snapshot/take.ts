import { createHmac, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type Clock, systemClock } from '../clock.ts'
import type { SeedDocument } from '../seed/schema.ts'
import type { LiveApi } from '../verify/live-api.ts'
import { keyedMask, noMask } from './mask.ts'
import { readSite } from './reading.ts'
import { type Header, openRecording, readHeader } from './recording.ts'
import { toSeed } from './seed.ts'
import { type Summary, summarise } from './summary.ts'

export interface SnapshotOptions {
  remote: LiveApi
  /** No two that differ in case only. */
  emails: readonly string[]
  /** Where to keep what was read until the end; what an interrupted run has left there is not asked again. */
  partial: string
  /** Whether to go on with what is there. */
  resume: boolean
  /** Keeps no email and no free text; `true` takes a key that nobody knows. */
  anonymise: boolean | string
  clock?: Clock
  onProgress?: (done: number, total: number) => void
}

export interface Snapshot {
  document: SeedDocument
  summary: Summary
  /** Ends what an interrupted run would need; call it when the document is safe. */
  forget(): void
}

/**
 * Reads a site into a seed.
 * @throws {RemoteError} when the server gives no answer, or refuses; {ConfigError} when what is there is of another snapshot
 */
export async function takeSnapshot({
  remote,
  emails,
  partial,
  resume,
  anonymise,
  clock = systemClock,
  onProgress = () => undefined,
}: SnapshotOptions): Promise<Snapshot> {
  if (!resume) rmSync(partial, { force: true })
  const { key, mark } = keyFor(anonymise, partial)
  const header: Header = { base_url: remote.baseUrl, site_id: remote.siteId, mask: mark }
  const recording = openRecording(partial, header)
  const mask = key === undefined ? noMask : keyedMask(key, remote.siteId)
  const read = await readSite({ remote, emails, recording, mask, clock, onProgress })
  const seeded = await toSeed(remote.siteId, read)
  return { document: seeded.document, summary: summarise(read, seeded), forget: recording.remove }
}

/** The key, and what a recording says of it: a given one is told by a mark, one that is made up stands there. */
function keyFor(anonymise: boolean | string, partial: string): { key?: Buffer; mark: Header['mask'] } {
  if (anonymise === false) return { mark: null }
  if (anonymise === true) {
    const mask = readHeader(partial)?.mask
    const mark = mask && 'key' in mask ? mask : { key: randomBytes(32).toString('hex') }
    return { key: Buffer.from(mark.key, 'hex'), mark }
  }
  const key = Buffer.from(anonymise, 'utf8')
  return { key, mark: { of: createHmac('sha256', key).update('the mark of this key').digest('hex') } }
}
