import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, timestampOf } from '../clock.ts'
import { packageFile } from '../package-file.ts'
import { openStore, type SiteStore, type Store } from '../store/store.ts'
import { decodeText } from '../text.ts'
import { checkSeed } from './check.ts'
import type { Checked } from './checked.ts'
import { type PlacedIssue, SeedError, warningLine } from './issues.ts'
import type { SeedRecords } from './schema.ts'
import { DEMO_SITE, type SeedInput } from './schema-input.ts'
import { formatOf, readSeedText } from './text.ts'

export { DEMO_SITE } from './schema-input.ts'

/** What a seed may be given as: `demo`, `empty`, the path of a file or of a directory of files, or a document. */
export type SeedSource = string | SeedInput

/** Called with each line about what is probably a mistake in a seed that is accepted. */
export type OnWarning = (line: string) => void

const ignore: OnWarning = () => undefined

const DEMO_FILE = packageFile('seed/demo.json')
const SEED_FILE = /\.(json|ya?ml)$/i

/**
 * Reads seeds, each of which is a site: one for each source, and one for each file of a directory.
 * @throws {SeedError} with every issue of all of them, when one cannot be read, is not good, or has the site id of another
 */
function readSeeds(sources: readonly SeedSource[], now: string, onWarning?: OnWarning): SeedRecords[] {
  const named = sources
    .flatMap((source): SeedSource[] => (typeof source === 'string' ? filesOf(source) : [source]))
    .map((source, i) => ({ source, name: typeof source === 'string' ? source : `seed ${i + 1}` }))
  const errors: SeedError[] = []
  const owners = new Map<string, string>()
  const seeds = named.flatMap(({ source, name }) => {
    try {
      const seed =
        typeof source === 'string'
          ? readSeed(source, now, onWarning)
          : accept(checkSeed(source, now), name, onWarning)
      const { site_id } = seed.site
      const owner = owners.get(site_id)
      if (owner !== undefined)
        throw new SeedError(name, [
          { pointer: '/site/site_id', message: `"${site_id}" is taken by ${owner}` },
        ])
      owners.set(site_id, name)
      return [seed]
    } catch (error) {
      if (!(error instanceof SeedError)) throw error
      errors.push(error)
      return []
    }
  })
  if (errors.length > 0) throw SeedError.of(errors)
  return seeds
}

/** The seeds of a directory, in the order of their names; anything else is one. @throws {SeedError} when it has none */
export function filesOf(source: string): string[] {
  if (!statSync(source, { throwIfNoEntry: false })?.isDirectory()) return [source]
  const files = readdirSync(source).filter(name => SEED_FILE.test(name) && !name.endsWith('.schema.json'))
  if (files.length > 0) return files.sort().map(name => join(source, name))
  throw new SeedError(source, [
    { pointer: '', message: 'is a directory without a .yaml, .yml or .json file' },
  ])
}

/**
 * Reads a seed: the demo, an empty demo site, or a file. `now` is a vendor timestamp, to which relative times are added.
 * @throws {SeedError} with every issue, when the file cannot be read or is not a good seed
 */
export function readSeed(
  source: string,
  now = timestampOf(systemClock.now()),
  onWarning?: OnWarning,
): SeedRecords {
  if (source === 'empty') return { site: { ...DEMO_SITE }, journeys: [], members: [] }
  return source === 'demo' ? readDemo() : parseSeed(readText(source), source, now, onWarning)
}

let demo: SeedRecords | undefined

/** Read and checked once, as every test that creates a site of its own starts from it. */
function readDemo(): SeedRecords {
  demo ??= parseSeed(readText(DEMO_FILE), 'seed/demo.json')
  return demo
}

function readText(source: string | URL): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(source)
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`
    throw new SeedError(String(source), [{ pointer: '', message }])
  }
  return decodeText(bytes, String(source))
}

/**
 * Opens the store in a file or in memory; one that is new starts with these seeds. `now` is a vendor timestamp.
 * @throws {StoreError}; {SeedError} with every issue
 */
export function openSeededStore(
  file: string,
  seed: SeedSource | readonly SeedSource[],
  now: string,
  onWarning?: OnWarning,
): Store {
  const store = openStore(file)
  try {
    if (store.sites().length === 0)
      for (const each of readSeeds([seed].flat(), now, onWarning)) loadSeed(store, each, now)
    return store
  } catch (error) {
    store.close()
    throw error
  }
}

/** Checks a text; issues have their line and column. @throws {SeedError} naming it, when it is neither JSON nor YAML */
export function checkSeedText(
  text: string,
  { name, now }: { name: string; now: string },
): Checked<SeedRecords, PlacedIssue> {
  const { value: input, place } = readSeedText(text, { format: formatOf(name, text), name })
  const { issues, warnings, value } = checkSeed(input, now)
  const inOrder = (found: typeof issues) =>
    found.map(place).sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  return { issues: inOrder(issues), warnings: inOrder(warnings), value }
}

/** @throws {SeedError} naming `source`, with every issue and its place in the text */
export const parseSeed = (
  text: string,
  source: string,
  now = timestampOf(systemClock.now()),
  onWarning?: OnWarning,
): SeedRecords => accept(checkSeedText(text, { name: source, now }), source, onWarning)

/** The value that was checked. @throws {SeedError} naming `source`, with every issue */
export function accept<T>(
  { value, issues, warnings }: Checked<T, PlacedIssue>,
  source: string,
  onWarning = ignore,
): T {
  if (value === undefined) throw new SeedError(source, issues)
  for (const warning of warnings) onWarning(warningLine(source, warning))
  return value
}

/**
 * Creates the site of a checked seed with all its content, or nothing; it is what the site goes back to on a reset.
 * `now` is a vendor timestamp, `ttl` an ISO 8601 duration after which the unused site may be removed.
 */
export function loadSeed(store: Store, seed: SeedRecords, now: string, ttl: string | null = null): SiteStore {
  return store.createSite(seed.site, seed.journeys, seed.members, { created_at: now, ttl })
}
