import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Value, type ValueError } from '@sinclair/typebox/value'
import { ConfigError } from '../config.ts'
import { type Entry, Ledger } from './entry.ts'
import { readLedger } from './ledger.ts'

/** @throws {ConfigError} saying on one line what is wrong with the file */
export function readRecord(file: string): Ledger {
  const refuse = (problem: string): never => {
    // What JSON.parse quotes may have line breaks.
    throw new ConfigError(
      `${file}: ${problem.replace(/\s+/g, ' ')}; it must be a file that verify --record wrote`,
    )
  }
  let record: unknown
  try {
    record = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return refuse((error as Error).message)
  }
  const fault = Value.Errors(Ledger, record).First()
  if (fault) return refuse(describe(fault))
  const { entries } = record as Ledger
  const known = new Set(readLedger().entries.map(({ id }) => id))
  for (const [i, { id, observation }] of entries.entries()) {
    if (!observation) return refuse(`/entries/${i} has no observation`)
    if (!known.has(id) && observation.verdict !== 'extra')
      return refuse(`/entries/${i}: there is no ${JSON.stringify(id)}`)
    if (entries.findIndex(entry => entry.id === id) !== i)
      return refuse(`/entries/${i} has an id that was there before`)
  }
  return record as Ledger
}

const describe = ({ path, message }: ValueError): string => `${path || 'the top'}: ${message.toLowerCase()}`

/** Ours with what a team has seen for itself, which outranks what the contract says; what only they have seen comes last. */
export function mergeRecord(ledger: Ledger, record: Ledger): Ledger {
  const seen = new Map(record.entries.map(entry => [entry.id, entry]))
  const entries = ledger.entries.map((entry): Entry => {
    const { provenance, observation } = seen.get(entry.id) ?? entry
    seen.delete(entry.id)
    return { ...entry, provenance, ...(observation && { observation }) }
  })
  return { entries: [...entries, ...seen.values()] }
}

/**
 * Adds what was seen to a file, in place of what it says of the same entries. A reader finds the old file or the new one.
 * @throws {Error} of the file system
 */
export function writeRecord(file: string, before: Ledger, seen: Entry[]): void {
  const entries = new Map([...before.entries, ...seen].map(entry => [entry.id, entry]))
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, `${JSON.stringify({ entries: [...entries.values()] }, null, 2)}\n`)
  renameSync(draft, file)
}
