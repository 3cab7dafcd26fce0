import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Value } from '@sinclair/typebox/value'
import { Command } from 'commander'
import { systemClock, timestampOf } from '../clock.ts'
import { ConfigError, readVariable } from '../config.ts'
import { Email, foldEmail } from '../contract/formats.ts'
import type { SeedDocument } from '../seed/schema.ts'
import type { CapturedSeed } from '../verify/snapshot.ts'
import { addLiveApiOptions, type LiveApiFlags, orFail, readLiveApi, readSiteId } from './site-options.ts'
import { onDisk, startProgress, type Terminal } from './terminal.ts'

interface Flags extends LiveApiFlags {
  from?: string[]
  emails?: string
  out: string
  anonymise?: boolean
  anonymiseKeyEnv?: string
  resume: boolean
  force?: boolean
  json?: boolean
}

const FASTEST = 1000

const DETAILS = `
Name a live site with --base-url or --environment, or saved responses with
--from. From a live site, snapshot reads the journeys and, for each member in
--emails, both lists of journeys. Properties that the contract does not have are
kept as extra. The seed is then loaded into a sandbox, and the summary lists
what that sandbox answers differently. The secret in the seed is sandbox-secret.

While it reads a live site, snapshot keeps the responses in OUT.partial. After
an interruption, the same command continues there.

With --anonymise, pseudonyms replace email addresses and all other texts, in
OUT.partial too. Ids, times, the numbers of the contract and property names are
kept: review the seed before you share it.

A file for --from is a HAR, or the body of one response as JSON. A body does not
name its member: name the file after the email address, such as
ann@example.com.json.

Exit codes: 0 success, 1 no answer or a refusal, 2 usage error.`

/** `journeys-sandbox snapshot`: captures a site as a seed. */
export function snapshotCommand({ print }: Terminal): Command {
  const command = new Command('snapshot').description('capture a live site, or saved responses, as a seed')
  return addLiveApiOptions(command)
    .option(
      '--emails <file>',
      'file with the members of a live site, one email address per line; # starts a comment',
    )
    .option('--from <files...>', 'saved responses in place of a live site')
    .requiredOption('--out <file>', 'seed file to write')
    .option('--anonymise', 'replace email addresses and free text by pseudonyms')
    .option(
      '--anonymise-key-env <name>',
      'the same, with the key in this environment variable: one key always gives the same pseudonyms',
    )
    .option('--no-resume', 'read everything again, instead of continuing an interrupted run')
    .option('--force', 'overwrite an existing file')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', DETAILS)
    .action(async (flags: Flags) => {
      if (existsSync(flags.out) && !flags.force)
        throw new ConfigError(`--out: ${flags.out} exists; name another file, or give --force`)
      const { document, summary, notes, finish } = flags.from
        ? await fromFiles(flags, flags.from)
        : await fromLiveSite(flags)
      writeAtomically(flags.out, document)
      finish()
      const { describeSummary } = await import('../verify/snapshot.ts')
      print(
        flags.json
          ? JSON.stringify({ ...summary, notes })
          : [`${flags.out}: ${describeSummary(summary)}`, ...notes].join('\n'),
      )
    })
}

interface Taken extends CapturedSeed {
  notes: string[]
  finish(): void
}

async function fromLiveSite(flags: Flags): Promise<Taken> {
  const anonymise = readAnonymise(flags)
  if (flags.emails === undefined) throw new ConfigError('--emails: name a file with the members, or --from')
  const emails = readEmails(flags.emails)
  const api = await readLiveApi(flags, FASTEST)
  const { takeSnapshot } = await import('../verify/snapshot.ts')
  const bar = await startProgress('{value} of {total} requests, {eta} s left')
  const taking = takeSnapshot({
    ...{ api, emails: emails.map(({ email }) => email), anonymise },
    ...{ partial: `${flags.out}.partial`, resume: flags.resume },
    onProgress(done, total) {
      bar.setTotal(total)
      bar.update(done)
    },
  })
  const { forget, document, summary } = await orFail(taking).finally(() => bar.stop())
  const lines = summary.unknown_emails.map(place => emails[place]?.line as number)
  return { document, summary: { ...summary, unknown_emails: lines }, notes: [], finish: forget }
}

async function fromFiles(flags: Flags, names: string[]): Promise<Taken> {
  const live = ['baseUrl', 'environment', 'emails', 'secretEnv', 'secretFile'] as const
  const given = live.find(name => flags[name] !== undefined)
  if (given !== undefined) {
    const flag = given.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    throw new ConfigError(`--from: leave it out, or --${flag}, which is for a live site`)
  }
  const files = names.map(name => ({ name, text: readText('--from', name) }))
  const { readSavedAnswers } = await import('../verify/saved-answers.ts')
  const { maskFor, toSnapshot } = await import('../verify/snapshot.ts')
  const site = flags.site === undefined ? undefined : readSiteId(flags.site)
  const saved = readSavedAnswers(files, site, timestampOf(systemClock.now()))
  const { mask } = maskFor(readAnonymise(flags), saved.siteId)
  const snapshot = await toSnapshot(saved.siteId, saved.toCapture(mask))
  return { ...snapshot, notes: saved.notes, finish: () => undefined }
}

/** The emails in a file, each once, with its line. @throws {ConfigError} naming a line that is not an email */
function readEmails(file: string): { email: string; line: number }[] {
  const schema = Email()
  const found = new Map<string, { email: string; line: number }>()
  const lines = readText('--emails', file)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
  for (const [l, text] of lines.entries()) {
    const email = text.replace(/(^|\s)#.*/, '').trim()
    if (email === '') continue
    if (!Value.Check(schema, email))
      throw new ConfigError(`--emails: ${file}:${l + 1} is not an email address`)
    if (!found.has(foldEmail(email))) found.set(foldEmail(email), { email, line: l + 1 })
  }
  return [...found.values()]
}

const readText = (flag: string, file: string): string => onDisk(flag, () => readFileSync(file, 'utf8'))

function readAnonymise({ anonymise = false, anonymiseKeyEnv: name }: Flags): boolean | string {
  if (name === undefined) return anonymise
  const key = readVariable(name)
  if (key === undefined)
    throw new ConfigError(
      `--anonymise-key-env: the variable ${name} is not set; put a long random text there`,
    )
  return key
}

/** Writes the whole file or none. Only the user can read it, as it may hold data of members. */
function writeAtomically(file: string, document: SeedDocument): void {
  const unfinished = `${file}.unfinished`
  writeFileSync(unfinished, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 })
  renameSync(unfinished, file)
}
