import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Value } from '@sinclair/typebox/value'
import { Command } from 'commander'
import { ConfigError, readVariable } from '../config.ts'
import { Email, foldEmail } from '../contract/formats.ts'
import type { SeedDocument } from '../seed/schema.ts'
import type { Snapshot } from '../snapshot/take.ts'
import { readRate, readSiteId } from './input.ts'
import { startProgress } from './progress.ts'
import { addSecretOptions, readSecret, type SecretFlags } from './secret.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends SecretFlags {
  baseUrl: string
  site: string
  emails: string
  out: string
  rate: string
  anonymise?: boolean
  anonymiseKeyEnv?: string
  resume: boolean
  force?: boolean
  json?: boolean
}

const FASTEST = 1000

const DETAILS = `
It reads the journeys, and of each member both lists of journeys. What the sandbox does not know is kept under x-extra
and x-answers, and served again. The secret of the seed is sandbox-secret, and not the live one.

What was read is kept in OUT.partial until the seed is written. After an interruption, the same command goes on there.

With --anonymise, emails become made-up ones and all other texts placeholders, in OUT.partial too. Ids, times, the
numbers that the contract names and the names of properties stay: look through the seed before you hand it on.`

/** `journeys-sandbox snapshot`: reads a live site into a seed. */
export function snapshotCommand({ print }: Terminal): Command {
  const command = new Command('snapshot')
    .description('read a live site into a seed')
    .requiredOption('--base-url <url>', 'where its four operations are')
    .requiredOption('--site <id>', 'the site')
  return addSecretOptions(command)
    .requiredOption('--emails <file>', 'its members, an email a line; # begins a comment')
    .requiredOption('--out <file>', 'the seed to write')
    .option('--anonymise', 'keep no email and no free text')
    .option(
      '--anonymise-key-env <name>',
      'the same, with a key from this variable: the same key makes up the same',
    )
    .option('--rate <number>', 'how many requests a second at most', '2')
    .option('--resume', 'go on with what an interrupted run has read; so it is without the flag', true)
    .option('--no-resume', 'read everything anew')
    .option('--force', 'replace a seed that is there')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', DETAILS)
    .action(async (flags: Flags) => {
      const emails = readEmails(flags.emails)
      const { document, forget, ...snapshot } = await take(
        flags,
        emails.map(({ email }) => email),
      )
      const lines = snapshot.summary.unknown_emails.map(place => emails[place]?.line as number)
      const summary = { ...snapshot.summary, unknown_emails: lines }
      writeWhole(flags.out, document)
      forget()
      const { describe } = await import('../snapshot/summary.ts')
      print(flags.json ? JSON.stringify(summary) : `${flags.out}: ${describe(summary)}`)
    })
}

/** Whatever is wrong with how it is used is said before anything is asked or written. */
async function take(flags: Flags, emails: string[]): Promise<Snapshot> {
  const anonymise = readAnonymise(flags)
  const rate = readRate(flags.rate, FASTEST)
  const siteId = readSiteId(flags.site)
  if (existsSync(flags.out) && !flags.force)
    throw new ConfigError(`--out: ${flags.out} is there already; name another file, or give --force`)
  const { openLiveApi } = await import('../verify/live-api.ts')
  const { takeSnapshot } = await import('../snapshot/take.ts')
  const remote = openLiveApi({ baseUrl: flags.baseUrl, siteId, secret: readSecret(flags), rate })
  const bar = await startProgress('{value} of {total} requests, {eta} s left')
  try {
    return await takeSnapshot({
      remote,
      emails,
      anonymise,
      partial: `${flags.out}.partial`,
      resume: flags.resume,
      onProgress(done, total) {
        bar.setTotal(total)
        bar.update(done)
      },
    })
  } finally {
    bar.stop()
  }
}

/** The emails of a file with the numbers of their lines, each once. @throws {ConfigError} naming a line that is none */
function readEmails(file: string): { email: string; line: number }[] {
  const schema = Email()
  const found = new Map<string, { email: string; line: number }>()
  for (const [l, text] of readText(file).split(/\r?\n/).entries()) {
    const [email, line] = [
      text
        .replace(/^\uFEFF/, '')
        .replace(/(^|\s)#.*/, '')
        .trim(),
      l + 1,
    ]
    if (email === '') continue
    if (!Value.Check(schema, email))
      throw new ConfigError(`--emails: ${file}:${line} is not an email address`)
    if (!found.has(foldEmail(email))) found.set(foldEmail(email), { email, line })
  }
  return [...found.values()]
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`--emails: ${(error as Error).message}`)
  }
}

function readAnonymise({ anonymise = false, anonymiseKeyEnv: name }: Flags): boolean | string {
  if (name === undefined) return anonymise
  const key = readVariable(name)
  if (key === undefined)
    throw new ConfigError(
      `--anonymise-key-env: the variable ${name} is not set; put a long random text there`,
    )
  return key
}

/** Readable by nobody else, as it may hold what members do, and there whole or not at all. */
function writeWhole(file: string, document: SeedDocument): void {
  const unfinished = `${file}.unfinished`
  writeFileSync(unfinished, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 })
  renameSync(unfinished, file)
}
