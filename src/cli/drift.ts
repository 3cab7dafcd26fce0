import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { ConfigError } from '../config.ts'
import { packageFile } from '../package-file.ts'
import { countOf } from '../text.ts'
import type { Difference } from '../verify/openapi-compare.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

const OUR_DOCUMENT = fileURLToPath(packageFile('openapi/journeys.openapi.json'))

/**
 * `journeys-sandbox drift [FILE|URL]`: compares the vendor's OpenAPI document with ours in the four operations. `published` is the
 * document when none is named.
 */
export function driftCommand({ print, warn }: Terminal, published?: string): Command {
  return new Command('drift')
    .description("compare the vendor's OpenAPI document with the sandbox's")
    .argument(
      '[source]',
      'file or URL of an OpenAPI 3.0 or 3.1 document, JSON or YAML; by default the one that the vendor publishes',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Drift compares the four operations: path, operationId, security, parameters,
responses, bodies and, in their schemas, properties, required, type, nullable,
format and enum. "missing" is what only the vendor has, "extra" what only the
sandbox has. The differences are grouped by provenance, inferred first.
Exit codes: 0 no difference, 1 differences, 2 the documents cannot be compared.`,
    )
    .action(async (given: string | undefined, { json }: { json?: boolean }) => {
      const { isUrl, VENDOR_DOCUMENT } = await import('../verify/openapi-document.ts')
      const source = given ?? published ?? VENDOR_DOCUMENT
      if (isUrl(source)) warn(`downloading ${source}`)
      const differences = await compare(source)
      print(json ? JSON.stringify({ source, differences }, null, 2) : report(source, differences))
      if (differences.length > 0)
        throw new CommandFailed(`${source}: ${countOf(differences.length, 'difference')}`)
    })
}

/** @throws {ConfigError} when the document cannot be compared */
async function compare(source: string): Promise<Difference[]> {
  const { readOpenApi } = await import('../verify/openapi-document.ts')
  const { compareDocuments } = await import('../verify/openapi-compare.ts')
  const { readOperations } = await import('../verify/openapi-operations.ts')
  const theirs = await readOpenApi(source)
  if (readOperations(theirs).size === 0) {
    throw new ConfigError(
      `${source} has none of the four operations; is it the document of the Journeys API?`,
    )
  }
  return compareDocuments(await readOpenApi(OUR_DOCUMENT), theirs)
}

function report(source: string, differences: Difference[]): string {
  if (differences.length === 0) return `${source}: no difference from our contract`
  return [...Map.groupBy(differences, ({ provenance }) => provenance)]
    .map(([provenance, group]) => [`${provenance ?? 'not in our contract'}:`, ...group.map(line)].join('\n'))
    .join('\n\n')
}

function line({ kind, aspect, places: [place, ...more], ours, theirs }: Difference): string {
  const elsewhere = more.length > 0 ? ` (and ${more.length} more)` : ''
  return `  ${kind.padEnd(7)} ${aspect.padEnd(11)} ${place}${elsewhere}: ${explain(kind, ours, theirs)}`
}

function explain(kind: Difference['kind'], ours: unknown, theirs: unknown): string {
  if (kind === 'missing') return `the vendor has ${show(theirs)}`
  if (kind === 'extra') return `the sandbox has ${show(ours)}`
  return `${show(ours)} here, ${show(theirs)} there`
}

const show = (value: unknown): string => {
  if (value === null) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
