import { readFileSync } from 'node:fs'
import { packageFile } from '../package-file.ts'
import { openStore, type SiteStore, type Store } from '../store/store.ts'
import { checkSeed } from './check.ts'
import { toDocument } from './export.ts'
import { type Issue, SeedError } from './issues.ts'
import { toRecords } from './records.ts'
import type { SeedDocument } from './schema.ts'

/** The well-known credentials of the demo site. They open nothing but a sandbox. */
export const DEMO_SITE = { site_id: '9991331', name: 'demo-site', secret: 'sandbox-secret' } as const

const DEMO_FILE = packageFile('seed/demo.json')

/**
 * Reads a seed: the demo, an empty demo site, or a file.
 * @throws {SeedError} with every issue, when the file cannot be read or is not a good seed
 */
export function readSeed(source: string): SeedDocument {
  if (source === 'empty') return { site: DEMO_SITE, journeys: [], members: [] }
  return source === 'demo' ? readDemo() : parseSeed(readText(source), source)
}

let demo: SeedDocument | undefined

/** Read and checked once, as every test that creates a site of its own starts from it. */
function readDemo(): SeedDocument {
  demo ??= parseSeed(readText(DEMO_FILE), 'seed/demo.json')
  return demo
}

function readText(source: string | URL): string {
  try {
    return readFileSync(source, 'utf8')
  } catch (error) {
    throw new SeedError(String(source), [
      { pointer: '', message: `cannot be read: ${(error as Error).message}` },
    ])
  }
}

/**
 * Opens the store in a file or in memory; one that is new starts with a seed. `now` is a vendor timestamp.
 * @throws {StoreError}; {SeedError} with every issue
 */
export function openSeededStore(file: string, seed: string, now: string): Store {
  const store = openStore(file)
  try {
    if (store.sites().length === 0) loadSeed(store, readSeed(seed), now)
    return store
  } catch (error) {
    store.close()
    throw error
  }
}

/** @throws {SeedError} naming `source`, with every issue */
export function parseSeed(text: string, source: string): SeedDocument {
  const read = parseJson(text.replace(/^\uFEFF/, ''))
  if ('issue' in read) throw new SeedError(source, [read.issue])
  const issues = checkSeed(read.document)
  if (issues.length > 0) throw new SeedError(source, issues)
  return read.document as SeedDocument
}

/** What a text says as JSON, or that it is none. */
export function parseJson(text: string): { document: unknown } | { issue: Issue } {
  try {
    return { document: JSON.parse(text) }
  } catch (error) {
    return { issue: { pointer: '', message: `is not JSON: ${(error as Error).message}` } }
  }
}

/**
 * Creates the site of a checked document with all its content, or nothing; it is what the site goes back to on a reset.
 * `now` is a vendor timestamp, `ttl` an ISO 8601 duration after which the unused site may be removed.
 */
export function loadSeed(
  store: Store,
  document: SeedDocument,
  now: string,
  ttl: string | null = null,
): SiteStore {
  const { journeys, members } = toRecords(document, now)
  const origin = JSON.stringify(toDocument(document.site, journeys, members))
  return store.createSite(document.site, journeys, members, { origin, created_at: now, ttl })
}
