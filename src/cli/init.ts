import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { packageFile } from '../package-file.ts'
import { parseSeedText } from '../seed/text.ts'
import type { Terminal } from './terminal.ts'

const STARTER = packageFile('seed/starter.yaml')
const SCHEMA = './node_modules/journeys-sandbox/seed/seed.schema.json'

/** `journeys-sandbox init`: prints a seed to start from, which runs as it is. */
export function initCommand({ print }: Pick<Terminal, 'print'>): Command {
  return new Command('init')
    .description('print a small seed file to start from')
    .addOption(new Option('--yaml', 'print YAML with comments (the default)').conflicts('json'))
    .addOption(new Option('--json', 'print JSON with the schema for editors'))
    .addHelpText(
      'after',
      '\nFor example: journeys-sandbox init > seed.yaml\nExit codes: 0 success, 2 usage error.',
    )
    .action(({ json }: { json?: boolean }) => {
      const text = readFileSync(STARTER, 'utf8')
      if (!json) return print(text)
      const seed = parseSeedText(text, { format: 'yaml', name: 'seed/starter.yaml' })
      return print(JSON.stringify({ $schema: SCHEMA, ...(seed as object) }, null, 2))
    })
}
