import type { GraphRecord, MemberRecord } from '../contract/records.ts'
import type { Db } from './database.ts'
import type { JourneyTables } from './journeys.ts'
import type { MemberTables } from './members.ts'
import { atOnce, type Steps } from './turns.ts'

/** Journeys and members. When the same lists are given again, they are copied within the database. */
export interface SeedContent {
  journeys: GraphRecord[]
  members: MemberRecord[]
}

/** How many members are copied or removed in one step: a few milliseconds. */
const SLICE = 200

/**
 * How many templates are kept beside those that sites go back to: suites create a site for each test and remove it, from a
 * few seeds.
 */
const KEPT = 8

/** What a row takes beside its texts: its keys, and its places in the indexes. */
const ROW_BYTES = 100

/** Whether a site shows the content c, goes back to it, or keeps it as a snapshot. Each is asked of its index. */
const IS_REFERENCED = `(
  EXISTS (SELECT 1 FROM sites s WHERE s.content_key = c.content_key)
  OR EXISTS (SELECT 1 FROM sites s WHERE s.template_key = c.content_key)
  OR EXISTS (SELECT 1 FROM snapshots s WHERE s.content_key = c.content_key))`

/** The tables, each after those that it refers to. */
const GRAPH_TABLES = ['journeys', 'nodes', 'connections']
const MEMBER_TABLES = ['members', 'participations', 'completed_steps', 'rewards', 'member_events']

/** What a content is copied from, as it is now. The revision changes with it; without one, it never changes. */
export interface Original {
  content: number
  revision?: number
}

/** What a new content is filled with: records, or what a content has. */
export type Source = SeedContent | (() => Original)

/**
 * The statements of contents: journeys and members that a site shows, goes back to, or keeps as a snapshot. Each is filled
 * step by step before anything refers to it, and removed step by step when nothing does any more.
 */
export function contentTables(db: Db, journeys: JourneyTables, members: MemberTables) {
  const insertContent = db.prepare('INSERT INTO contents (content_key) VALUES (?)')
  const removeContent = db.prepare('DELETE FROM contents WHERE content_key = ?')
  const unreferenced = db
    .prepare<[], number>(`SELECT content_key FROM contents c WHERE NOT ${IS_REFERENCED}`)
    .pluck()
  const find = db
    .prepare<[number], number>(`SELECT ${IS_REFERENCED} FROM contents c WHERE content_key = ?`)
    .pluck()
  const documents = db
    .prepare<[], number>('SELECT content_key FROM contents WHERE document IS NOT NULL')
    .pluck()
  const document = db.prepare<[number], string>('SELECT document FROM contents WHERE content_key = ?').pluck()
  const removeDocument = db.prepare('UPDATE contents SET document = NULL WHERE content_key = ?')

  const statementsOf = (table: string, rows: string) => {
    const columns = db.pragma(`table_info(${table})`) as { name: string; type: string }[]
    const copied = columns.map(({ name }) => name).filter(name => name !== 'content_key')
    const texts = columns.filter(({ type }) => type === 'TEXT')
    const bytes = texts.map(({ name }) => `coalesce(octet_length(${name}), 0)`).join(' + ')
    return {
      copy: db.prepare(
        `INSERT INTO ${table} (content_key, ${copied}) SELECT @to, ${copied} FROM ${table} WHERE ${rows}`,
      ),
      remove: db.prepare(`DELETE FROM ${table} WHERE ${rows}`),
      bytes: db
        .prepare<object, number>(
          `SELECT coalesce(sum(${ROW_BYTES} + ${bytes}), 0) FROM ${table} WHERE ${rows}`,
        )
        .pluck(),
    }
  }
  const ofContent = 'content_key = @from'
  const graphTables = GRAPH_TABLES.map(table => statementsOf(table, ofContent))
  const memberTables = MEMBER_TABLES.map(table =>
    statementsOf(table, `${ofContent} AND member_key > @after AND member_key <= @last`),
  )

  // Counted here, as SQLite would give the key of a content that was rolled back to another one.
  let lastKey =
    db.prepare<[], number>('SELECT coalesce(max(content_key), 0) FROM contents').pluck().get() ?? 0
  /** Contents that may be unused. Whether they are is looked up before they are removed. */
  const released = new Set<number>(unreferenced.all())
  const known = new WeakMap<GraphRecord[], { members: MemberRecord[]; key: number }>()
  /** The templates that were used last, which are kept. */
  let recent: number[] = []

  const isUsed = (key: number): boolean => {
    const references = find.get(key)
    return references === 1 || (references === 0 && recent.includes(key))
  }

  function insert(): number {
    insertContent.run(++lastKey)
    return lastKey
  }

  function* insertRecords(to: number, content: SeedContent): Steps<void> {
    for (const journey of content.journeys) {
      journeys.insert(to, journey)
      yield
    }
    for (const member of content.members) {
      members.insert(to, member)
      yield
    }
  }

  function* copy(from: number, to: number): Steps<void> {
    for (const { copy } of graphTables) copy.run({ from, to })
    yield
    for (const slice of members.slices(from, SLICE)) {
      for (const { copy } of memberTables) copy.run({ from, to, ...slice })
      yield
    }
  }

  /** Fills a new content. What it returns gives its key, or that of another one where the source has changed meanwhile. */
  function* fill(source: Source, newKey: () => number): Steps<() => number> {
    const key = newKey()
    if (typeof source !== 'function') {
      yield* insertRecords(key, source)
      return () => key
    }
    const before = source()
    const isSame = ({ content, revision } = source()) =>
      content === before.content && revision === before.revision
    const steps = copy(before.content, key)
    while (isSame() && !steps.next().done) yield
    return () => {
      if (isSame()) return key
      const again = newKey()
      atOnce(copy(source().content, again))
      return again
    }
  }

  /** Fills a new content from each source, and then gives their keys to `use`, in one step. */
  function* fillAll<T>(sources: readonly Source[], use: (keys: number[]) => T): Steps<T> {
    const created: number[] = []
    const newKey = () => {
      const key = insert()
      created.push(key)
      return key
    }
    try {
      const filled: (() => number)[] = []
      for (const source of sources) filled.push(yield* fill(source, newKey))
      return use(filled.map(keyOf => keyOf()))
    } finally {
      for (const key of created) released.add(key)
    }
  }

  /** The same for one source. */
  const fillOne = <T>(source: Source, use: (key: number) => T): Steps<T> =>
    fillAll([source], ([key]) => use(key as number))

  /** The key of the template with this content, which is inserted when it is new. */
  function* template(content: SeedContent): Steps<number> {
    const found = known.get(content.journeys)
    const isKnown = found?.members === content.members && isUsed(found.key)
    const key = isKnown ? found.key : yield* fillOne(content, key => key)
    known.set(content.journeys, { members: content.members, key })
    recent = [key, ...recent.filter(other => other !== key)]
    for (const dropped of recent.splice(KEPT)) released.add(dropped)
    return key
  }

  function* remove(from: number): Steps<void> {
    for (const slice of members.slices(from, SLICE)) {
      for (const { remove } of memberTables.toReversed()) remove.run({ from, ...slice })
      yield
    }
    for (const { remove } of graphTables.toReversed()) remove.run({ from })
    removeContent.run(from)
    yield
  }

  return {
    fill: fillOne,
    fillAll,
    template,
    /** About how many bytes a content takes. */
    *bytes(from: number): Steps<number> {
      let sum = 0
      for (const { bytes } of graphTables) sum += bytes.get({ from }) as number
      for (const slice of members.slices(from, SLICE)) {
        yield
        for (const { bytes } of memberTables) sum += bytes.get({ from, ...slice }) as number
      }
      return sum
    },
    /** Has a content removed by the next `removeUnused`, unless something refers to it. */
    release: (key: number) => released.add(key),
    *removeUnused(): Steps<void> {
      for (const key of released) {
        const isGone = find.get(key) === undefined
        if (isGone || isUsed(key)) released.delete(key)
        else yield* remove(key)
      }
    },
    /** The contents that an older version has stored as documents. */
    documents: () => documents.all(),
    insertDocument(key: number, read: (document: string) => SeedContent): void {
      atOnce(insertRecords(key, read(document.get(key) as string)))
      removeDocument.run(key)
    },
  }
}
