import { type Static, Type } from '@sinclair/typebox'
import { isObject, objectsIn } from '../contract/json.ts'
import { checkSeedInSteps } from '../seed/check.ts'
import { SeedError } from '../seed/issues.ts'
import { type SeedRecords, SeedSite } from '../seed/schema.ts'
import type { SeedInput } from '../seed/schema-input.ts'
import { readSeed } from '../seed/seed.ts'
import type { Steps } from '../store/turns.ts'

const newSettings = {
  site_id: Type.Optional(SeedSite.properties.site_id),
  name: Type.Optional(SeedSite.properties.name),
  secret: Type.Optional(SeedSite.properties.secret),
  ttl: Type.Optional(
    Type.String({
      description: 'An ISO 8601 duration; the site expires when it is idle for that long (never)',
    }),
  ),
}

const closed = { additionalProperties: false }

/** Everything but the seed, which is checked for more than its form. */
export const SiteSettings = Type.Object(newSettings, closed)

/** A seed in any form, which is checked when it is loaded; its own site gives the name and nothing else. */
const SiteContent = Type.Unsafe<SeedInput>(
  Type.Object({}, { description: 'A seed in the short form or the long one' }),
)

export const NewSite = Type.Object(
  {
    ...newSettings,
    seed: Type.Optional(
      Type.Union([Type.Literal('demo'), Type.Literal('empty'), SiteContent], {
        description: 'What the site starts with, and goes back to on a reset (demo)',
      }),
    ),
  },
  {
    ...closed,
    title: 'NewSite',
    description: 'A site to create; id, name and secret are generated when left out',
    examples: [{ name: 'orders-test', ttl: 'PT1H' }],
  },
)
export type NewSite = Static<typeof NewSite>

/** Seeds that are remembered as checked: so many, each up to so many members and characters. */
const MOST_ACCEPTED = 8
const MOST_MEMBERS = 1000
const LONGEST_ACCEPTED = 1024 * 1024

/** A time that is relative to now, in a seed as JSON. */
const RELATIVE_TIME = /"[+-]P/

/** Reads the seeds of new sites: suites create a site for each test from a few of them, and each is checked once. */
export function newSeeds(): (seed: unknown, now: string) => Steps<SeedRecords> {
  const accepted = new Map<string, SeedRecords>()

  return function* (seed, now) {
    if (!isObject(seed) || objectsIn(seed.members).length > MOST_MEMBERS) return yield* readNewSeed(seed, now)
    const text = JSON.stringify(seed)
    const key = RELATIVE_TIME.test(text) ? `${now} ${text}` : text
    const records = accepted.get(key) ?? (yield* readNewSeed(seed, now))
    accepted.delete(key)
    if (key.length > LONGEST_ACCEPTED) return records
    accepted.set(key, records)
    const [oldest] = accepted.keys()
    if (oldest !== undefined && accepted.size > MOST_ACCEPTED) accepted.delete(oldest)
    return records
  }
}

/** The records of a new site. @throws {SeedError} with every issue, as a pointer into the new site */
function* readNewSeed(seed: unknown, now: string): Steps<SeedRecords> {
  if (seed === 'demo' || seed === 'empty') return readSeed(seed, now)
  if (!isObject(seed)) {
    const message = `${JSON.stringify(seed)} is neither "demo" nor "empty" nor a seed document`
    throw new SeedError('site', [{ pointer: '/seed', message }])
  }
  const { value, issues } = yield* checkSeedInSteps(seed, now)
  if (value) return value
  throw new SeedError(
    'site',
    issues.map(issue => ({ ...issue, pointer: `/seed${issue.pointer}` })),
  )
}
