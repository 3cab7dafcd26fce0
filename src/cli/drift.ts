import { readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { ConfigError } from '../config.ts'
import type { Difference } from '../drift/difference.ts'
import type { Part } from '../drift/document.ts'
import { packageFile } from '../package-file.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

const OUR_DOCUMENT = packageFile('openapi/journeys.openapi.json')

interface Flags {
  emitPatch?: string | true
  json?: boolean
}

/** `journeys-sandbox drift FILE|URL`: how the vendor's OpenAPI document differs from ours in the four operations. */
export function driftCommand({ print }: Terminal): Command {
  return new Command('drift')
    .description("compare the vendor's OpenAPI document with ours")
    .argument('<source>', 'a file or URL: OpenAPI 3.0 or 3.1, JSON or YAML')
    .option(
      '--emit-patch [file]',
      'write what would have to change in openapi/journeys.openapi.json, a JSON Patch (RFC 6902); without a file, print it',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nOf the four operations it compares path, operationId, security, parameters, responses, bodies, and of their schemas\n' +
        'properties, required, type, nullable, format and enum. "missing" is what only the vendor has, "extra" what only we\n' +
        'have. Each difference is tagged with how we know what ours says; what we only inferred comes first.\n' +
        'Exit codes: 0 no difference, 1 differences, 2 no document to compare.',
    )
    .action(async (source: string, { emitPatch, json }: Flags) => {
      const { compareDocuments } = await import('../drift/compare.ts')
      const [ours, theirs] = await readBoth(source)
      const differences = compareDocuments(ours, theirs)
      const patch = emitPatch && (await import('../drift/revise.ts')).patchFor(ours, theirs)
      const patchText = JSON.stringify(patch, null, 2)
      if (typeof emitPatch === 'string') write(emitPatch, `${patchText}\n`)
      if (json) print(JSON.stringify({ source, differences, ...(emitPatch === true && { patch }) }, null, 2))
      else print(emitPatch === true ? patchText : report(source, differences))
      if (differences.length > 0) throw new CommandFailed(`${source}: ${counted(differences.length)}`)
    })
}

/** Our document and the one that is to be compared with it. @throws {ConfigError} when that has nothing to compare */
async function readBoth(source: string): Promise<[Part, Part]> {
  const [{ readOpenApi }, { findOperations }] = await Promise.all([
    import('./openapi-file.ts'),
    import('../drift/operation.ts'),
  ])
  const theirs = await readOpenApi(source)
  if (findOperations(theirs).size === 0) {
    throw new ConfigError(
      `${source} has none of the four operations; is it the document of the Journeys API?`,
    )
  }
  return [JSON.parse(readFileSync(OUR_DOCUMENT, 'utf8')), theirs]
}

const counted = (count: number): string => `${count} ${count === 1 ? 'difference' : 'differences'}`

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new ConfigError(`--emit-patch: ${(error as Error).message}`)
  }
}

function report(source: string, differences: Difference[]): string {
  if (differences.length === 0) return `${source}: no difference from our contract`
  return [...Map.groupBy(differences, ({ provenance }) => provenance)]
    .map(([provenance, group]) => [`${provenance ?? 'not in our contract'}:`, ...group.map(line)].join('\n'))
    .join('\n\n')
}

function line({ kind, aspect, places: [place, ...more], ours, theirs }: Difference): string {
  const elsewhere = more.length > 0 ? ` (and ${more.length} more)` : ''
  return `  ${kind.padEnd(7)} ${aspect.padEnd(11)} ${place}${elsewhere}: ${said(kind, ours, theirs)}`
}

function said(kind: Difference['kind'], ours: unknown, theirs: unknown): string {
  if (kind === 'missing') return `the vendor has ${show(theirs)}`
  if (kind === 'extra') return `we have ${show(ours)}`
  return `${show(ours)} here, ${show(theirs)} there`
}

const show = (value: unknown): string => {
  if (value === null) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
