import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { Converter } from '@apiture/openapi-down-convert'
import type { FastifyInstance } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { buildApp } from '../src/app.ts'
import { sign } from '../src/auth/sign.ts'
import { buildProgram } from '../src/cli/program.ts'
import { frozenClock, timestampOf } from '../src/clock.ts'
import { checkConfig } from '../src/config.ts'
import { OPERATION_IDS, type OperationId, operationPath } from '../src/contract/operations.ts'
import { OPENAPI_30_FILE, toYaml } from '../src/openapi/documents.ts'
import { EXAMPLES_FILE, type Examples } from '../src/openapi/vendor-document.ts'
import { SeedInput } from '../src/seed/schema-input.ts'
import { DEMO_SITE, loadSeed, readSeed } from '../src/seed/seed.ts'
import { openSites } from '../src/sites/sites.ts'
import { openStore } from '../src/store/store.ts'
import { FACTS } from '../src/verify/facts.ts'
import { toPostmanCollection } from './postman.ts'

/** Writes the files that are made from the sources and committed; a test fails when they are stale. */

/** The examples of the OpenAPI document. */
const SUBJECTS: Record<OperationId, { name: string; summary: string; identifier?: string }[]> = {
  getJourneys: [{ name: 'demo', summary: 'The journeys of the demo site' }],
  getJourney: [
    {
      name: 'documented',
      summary: "The journey of the vendor's own example",
      identifier: 'de04a64d-dc40-445f-8351-3dde7567d5c8',
    },
  ],
  getUserJourneysByEmail: [
    { name: 'started', summary: 'A member who has just started', identifier: 'ann@example.com' },
    { name: 'none', summary: 'A member without journeys', identifier: 'new@example.com' },
  ],
  getMemberJourneys: [
    { name: 'started', summary: 'A member who has just started', identifier: 'ann@example.com' },
    { name: 'held', summary: 'A reward is held', identifier: 'held@example.com' },
    { name: 'blocked', summary: 'A reward was blocked during its hold', identifier: 'blocked@example.com' },
    { name: 'issued', summary: 'A reward was issued when its hold ended', identifier: 'issued@example.com' },
    { name: 'none', summary: 'A member without journeys', identifier: 'new@example.com' },
  ],
}

const clock = frozenClock(Date.UTC(2026, 0, 1))

const OPENAPI = new URL('../openapi/', import.meta.url)
const CLI_PAGE = new URL('../docs/cli.md', import.meta.url)
const FIDELITY_PAGE = new URL('../docs/fidelity.md', import.meta.url)
const POSTMAN = new URL('../examples/journeys.postman_collection.json', import.meta.url)
const SEED_SCHEMA = new URL('../seed/seed.schema.json', import.meta.url)

/** Every generated file with its content. The examples of the document are answers about the demo. */
export async function generate(): Promise<Map<URL, string>> {
  const store = openStore(':memory:')
  loadSeed(store, readSeed('demo'), timestampOf(clock.now()))
  const sites = openSites({ store, clock, journalSize: 0, journalBytes: 0 })
  const demoApp = await buildApp({ config: checkConfig({}), sites })
  const examples = await collectExamples(demoApp)
  const app = await buildApp({ config: checkConfig({}), sites, examples: () => examples })
  const files = new Map([
    [EXAMPLES_FILE, json(examples)],
    [new URL('journeys.openapi.json', OPENAPI), json(app.swagger())],
    [new URL('journeys.openapi.yaml', OPENAPI), toYaml(app.swagger())],
    [POSTMAN, json(toPostmanCollection(app.swagger() as OpenAPIV3_1.Document))],
    [OPENAPI_30_FILE, json(toOpenApi30(app.swagger()))],
    [new URL('control.openapi.json', OPENAPI), json(app.controlDocument())],
    [new URL('control.openapi.yaml', OPENAPI), toYaml(app.controlDocument())],
    [CLI_PAGE, cliPage()],
    [FIDELITY_PAGE, fidelityPage()],
    [SEED_SCHEMA, json({ $schema: 'http://json-schema.org/draft-07/schema#', ...SeedInput })],
  ])
  await Promise.all([demoApp.close(), app.close()])
  store.close()
  return files
}

/** The same document in OpenAPI 3.0.3. */
function toOpenApi30(document: object): object {
  const converted = new Converter(structuredClone(document), { allOfTransform: true }).convert() as {
    info: object
  }
  // 3.0 identifies a license by its URL.
  const license = { name: 'MIT', url: 'https://opensource.org/license/mit' }
  return { ...converted, info: { ...converted.info, license } }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const HELP_WIDTH = 100

/** `docs/cli.md` as it is, with the help of each command in the block that is marked for it. */
function cliPage(): string {
  return readFileSync(CLI_PAGE, 'utf8').replace(
    /(^<!-- help: (\S+) -->\n```text\n).*?(?=^```$)/gms,
    (_block, head, name) => head + helpOf(name),
  )
}

/** What `--help` prints. */
function helpOf(name: string): string {
  const program = buildProgram({
    print: () => undefined,
    warn: () => undefined,
    readInput: () => Promise.reject(new Error('no command is run')),
    onStop: () => undefined,
  })
  const command = program.commands.find(command => command.name() === name)
  if (!command) throw new Error(`docs/cli.md: there is no command ${name}`)
  let help = ''
  command.configureOutput({
    writeOut: text => {
      help += text
    },
    getOutHelpWidth: () => HELP_WIDTH,
  })
  command.outputHelp()
  return help
}

/** `docs/fidelity.md`: everything that the contract says, and how surely it is known. */
function fidelityPage(): string {
  const groups = Map.groupBy(FACTS, ({ id, kind }) =>
    kind === 'operation' || kind === 'parameter' || kind === 'property' ? id.split(/[.{]/, 1)[0] : kind,
  )
  const sections = [...groups].flatMap(([name, facts]) => {
    const hasExpected = facts.some(({ expected }) => expected !== null)
    const rows = facts.map(({ id, provenance, expected, what }) => [
      ...[`\`${id}\``, provenance, ...(hasExpected ? [expected ?? ''] : []), what],
    ])
    const head = ['', 'provenance', ...(hasExpected ? ['expected'] : []), 'description']
    const table = [head, head.map(() => '---'), ...rows].map(
      cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`,
    )
    return [`## ${TITLES[name as string] ?? name}`, '', ...table, '']
  })
  return [FIDELITY_INTRODUCTION, ...sections].join('\n')
}

const TITLES: Record<string, string> = {
  authentication: 'Authentication',
  rule: 'Rules',
  ApiError: 'The body of an error',
  code: 'Error codes',
  error: 'Errors of the operations',
}

const FIDELITY_INTRODUCTION = `# How surely everything is known

The vendor has no public sandbox, so the contract is known from three sources, which each line names:

- **documented**: the vendor's documentation says so
- **observed**: code that calls the live API relies on it
- **inferred**: neither says so, and this is the sandbox's reading

\`journeys-sandbox verify\` compares each line with a live server, and \`journeys-sandbox drift\` compares the OpenAPI document with the
vendor's. In the OpenAPI document the same words are under \`x-provenance\`. \`npm run generate\` writes this page from the sources.
`

async function collectExamples(app: FastifyInstance): Promise<Examples> {
  const entries = OPERATION_IDS.map(async operation => {
    const named = SUBJECTS[operation].map(async ({ name, summary, identifier }) => {
      return [name, { summary, value: await ask(app, operation, identifier) }] as const
    })
    return [operation, Object.fromEntries(await Promise.all(named))] as const
  })
  return Object.fromEntries(await Promise.all(entries)) as Examples
}

async function ask(app: FastifyInstance, operation: OperationId, identifier?: string): Promise<unknown> {
  const url = `/api/3.0${operationPath(operation, identifier)}`
  const exp = clock.now() / 1000 + 60
  const response = await app.inject({ url, headers: sign({ ...DEMO_SITE, identifier, exp }).headers })
  if (response.statusCode !== 200) throw new Error(`${url} answers ${response.statusCode}: ${response.body}`)
  return response.json()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [file, content] of await generate()) writeFileSync(file, content)
}
