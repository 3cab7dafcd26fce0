import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isoOf, parseTime } from '../clock.ts'
import { isObject, objectsIn } from '../contract/json.ts'
import { Conflict, Invalid } from '../errors.ts'
import { version } from '../package-file.ts'
import { checkSeed } from '../seed/check.ts'
import { exportSite, fromDocument } from '../seed/export.ts'
import { type Issue, schemaIssues } from '../seed/issues.ts'
import { SeedDocument, SeedSite } from '../seed/schema.ts'
import type { ContentReader } from '../store/store.ts'
import { atOnce, type Steps } from '../store/turns.ts'
import { ValidationError } from '../validation.ts'
import { ActiveFault } from './fault-rule.ts'
import { toActiveFault, toFaultRecord } from './faults.ts'
import { RequestRecord } from './journal.ts'
import type { Site, SiteState } from './site.ts'
import { ClockReading, readStoredClock, toStoredClock } from './site-clock.ts'
import { SnapshotName } from './snapshots.ts'

/** The version of the format; a capsule of a newer one is refused. */
const CAPSULE_VERSION = 1

const { secret, ...site } = SeedSite.properties

/** A seed document whose site may be without its secret. */
const Document = Type.Unsafe<SeedDocument>(
  Type.Object(
    {
      ...SeedDocument.properties,
      site: Type.Object({ ...site, secret: Type.Optional(secret) }, { additionalProperties: false }),
    },
    {
      additionalProperties: false,
      title: 'CapsuleData',
      description: 'A seed document; the secret of its site may be left out',
    },
  ),
)

const CapsuleState = Type.Object(
  {
    data: Document,
    clock: Type.Union([ClockReading, Type.Null()], {
      description: 'The clock of the site; null when it follows the system clock',
    }),
    faults: Type.Array(ActiveFault, { description: 'The fault rules, with their counters' }),
    faults_added: Type.Integer({ minimum: 0, description: 'How many rules were ever added' }),
  },
  { additionalProperties: false, title: 'SiteState', description: 'The state of a site' },
)
type CapsuleState = Static<typeof CapsuleState>

export const Capsule = Type.Object(
  {
    capsule: Type.Integer({ minimum: 1, description: 'The version of the format' }),
    created_at: Type.String({ description: 'RFC 3339, by the system clock' }),
    created_by: Type.String({ description: 'The sandbox that wrote it, with its version' }),
    site_time: Type.String({ description: 'The time of the site, RFC 3339 in UTC' }),
    seed: Type.Union([Document, Type.Null()], { description: 'What a reset goes back to; null for nothing' }),
    state: CapsuleState,
    snapshots: Type.Array(
      Type.Object(
        { name: SnapshotName, taken_at: Type.String(), state: CapsuleState },
        { additionalProperties: false },
      ),
    ),
    requests: Type.Array(RequestRecord, { description: 'The request journal, newest first' }),
    dropped: Type.Integer({ minimum: 0, description: 'How many older requests the journal no longer had' }),
  },
  {
    additionalProperties: false,
    title: 'Capsule',
    description: 'A site in one file: data, clock, fault rules, snapshots and request journal',
  },
)
export type Capsule = Static<typeof Capsule>

/**
 * Packs a site. Without `secrets` its secret is left out; signatures always are. `now` is the system clock, in milliseconds since the
 * epoch.
 */
export function packSite(site: Site, now: number, secrets: boolean): Capsule {
  const shown = (document: SeedDocument): SeedDocument => (secrets ? document : withoutSecret(document))
  const toState = (
    { site, clock, faults, fault_count }: SiteState,
    content: ContentReader,
  ): CapsuleState => ({
    data: shown(exportSite({ ...content, site })),
    clock: readStoredClock(clock, now),
    faults: faults.map(toActiveFault),
    faults_added: fault_count,
  })
  const { store } = site
  const template = store.template()
  return {
    capsule: CAPSULE_VERSION,
    created_at: isoOf(now),
    created_by: `journeys-sandbox ${version}`,
    site_time: `${site.now()}Z`,
    seed: template ? shown(exportSite({ ...store.reader(template.content), site: template.site })) : null,
    state: toState(site.state.save(), store),
    snapshots: store.snapshots().map(({ name, taken_at, state, content }) => ({
      name,
      taken_at,
      state: toState(JSON.parse(state), store.reader(content)),
    })),
    requests: site.requests.list(),
    dropped: site.requests.dropped,
  }
}

function withoutSecret(document: SeedDocument): SeedDocument {
  const { secret: _secret, ...site } = document.site
  return { ...document, site: site as SeedDocument['site'] }
}

/**
 * Checks a capsule, whole. @returns it with `secret` wherever it has none
 * @throws {Invalid} for a newer version, or for what is no capsule; {ValidationError} with every issue
 */
export function readCapsule(value: unknown, secret: string): Capsule {
  const found = isObject(value) ? value.capsule : undefined
  if (typeof found !== 'number')
    throw new Invalid('this is not a capsule; GET /_sandbox/sites/{site_id}/capsule gives one')
  if (found > CAPSULE_VERSION)
    throw new Invalid(
      `this capsule has version ${found}, and this program reads up to ${CAPSULE_VERSION}; use a newer journeys-sandbox`,
    )
  const capsule = Value.Clone(value) as Capsule
  const states = [capsule.state, ...objectsIn(capsule.snapshots).map(({ state }) => state as CapsuleState)]
  for (const document of [capsule.seed, ...states.map(state => state?.data)])
    if (isObject(document?.site)) document.site.secret ??= secret
  const issues = schemaIssues(Capsule, capsule)
  if (issues.length === 0) issues.push(...contentIssues(capsule))
  if (issues.length > 0) throw new ValidationError('capsule', issues)
  return capsule
}

function contentIssues({ seed, state, snapshots, site_time }: Capsule): Issue[] {
  const now = parseTime(site_time)
  const states = [
    { pointer: '/state', state },
    ...snapshots.map(({ state }, i) => ({ pointer: `/snapshots/${i}/state`, state })),
  ]
  const documents = [
    ...(seed ? [{ pointer: '/seed', document: seed }] : []),
    ...states.map(({ pointer, state }) => ({ pointer: `${pointer}/data`, document: state.data })),
  ]
  const { site_id } = state.data.site
  return documents.flatMap(({ pointer, document }) => [
    ...checkSeed(document, now).issues.map(issue => ({ ...issue, pointer: pointer + issue.pointer })),
    ...(document.site.site_id === site_id
      ? []
      : [{ pointer: `${pointer}/site/site_id`, message: `is not "${site_id}", the site of the capsule` }]),
  ])
}

/**
 * Sets a site to what a capsule holds but for its requests, step by step. A running clock goes on from the time of the capsule.
 * `now` is the system clock, in milliseconds since the epoch.
 */
export function* unpackSite(site: Site, capsule: Capsule, now: number): Steps<void> {
  const { seed, state, snapshots, site_time } = capsule
  const { site_id } = state.data.site
  if (site_id !== site.site_id)
    throw new Conflict(`the capsule is of the site ${site_id}, and not of ${site.site_id}`)
  const { store } = site
  const toStored = ({ data, clock, faults, faults_added }: CapsuleState): SiteState => ({
    site: data.site,
    clock: clock && toStoredClock(clock, now),
    faults: faults.map(toFaultRecord),
    fault_count: faults_added,
  })
  const clock = state.clock ?? { now: site_time, frozen: false, tokens: false }
  const sources = [state.data, ...(seed ? [seed] : []), ...snapshots.map(({ state }) => state.data)]
  yield* store.fillAll(sources.map(fromDocument), ([shown, ...others]) => {
    site.state.load(toStored({ ...state, clock }), shown as number)
    store.setTemplate(seed && { content: others.shift() as number, site: seed.site })
    for (const { name } of store.snapshots()) store.removeSnapshot(name)
    for (const { name, taken_at, state } of snapshots) {
      const content = others.shift() as number
      const stored = JSON.stringify(toStored(state))
      const bytes = atOnce(store.contentBytes(content)) + stored.length
      store.addSnapshot({ name, taken_at, content, state: stored, bytes })
    }
  })
}
