import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { ConfigError } from '../config.ts'
import type { Entry } from '../fidelity/entry.ts'
import type { Call } from '../verify/survey.ts'
import { readRate, readSiteId } from './input.ts'
import { startProgress } from './progress.ts'
import { addSecretOptions, readSecret, type SecretFlags } from './secret.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

interface Flags extends SecretFlags {
  baseUrl: string
  site: string
  email?: string[]
  journey?: string[]
  rate: string
  json?: boolean
  save?: string
  record?: string
}

const FASTEST = 100

/** `journeys-sandbox verify`: compares a server, the live one say, with the contract that the sandbox keeps. */
export function verifyCommand({ print }: Terminal): Command {
  const command = new Command('verify')
    .description('find out where a live server differs from the sandbox; only reads')
    .requiredOption(
      '--base-url <url>',
      'where its operations are, such as https://s15.socialannex.net/api/3.0',
    )
    .requiredOption('--site <id>', 'the site to call as')
  return addSecretOptions(command)
    .option('--email <emails...>', 'members to ask about; they never appear in the report')
    .option('--journey <ids...>', 'journeys to ask for; otherwise some of those that are listed')
    .option('--rate <number>', 'how many requests a second, at most', '2')
    .option('--json', 'print the report as JSON')
    .option('--save <folder>', 'write every answer there, as it came: it holds what members did')
    .option('--record <file>', 'add what was found to a file for serve --fidelity')
    .addHelpText(
      'after',
      '\nExit code: 0 nothing differs, 1 something does or there was no answer, 2 wrong use.',
    )
    .action(async (flags: Flags) => {
      const { verify, observationsOf } = await import('../verify/verify.ts')
      const { textOf } = await import('../verify/text.ts')
      const { readLedger } = await import('../fidelity/ledger.ts')
      const { email: emails = [], journey: journeys = [] } = flags
      const siteId = readSiteId(flags.site)
      const secret = readSecret(flags)
      const rate = readRate(flags.rate, FASTEST)
      const { openRemote } = await import('../remote/remote.ts')
      const remote = openRemote({ baseUrl: flags.baseUrl, siteId, secret, rate })
      const record = await openRecord(flags.record)
      const save = openFolder(flags.save)
      const bar = await startProgress('{value} of {total} requests')
      const watch = (call: Call, done: number, total: number) => {
        bar.setTotal(total)
        bar.update(done)
        save(call, done)
      }
      const report = await verify(remote, readLedger(), { emails, journeys, watch }).finally(() => bar.stop())
      print(flags.json ? JSON.stringify(report, null, 2) : textOf(report))
      record(observationsOf(report))
      const { differ } = report.summary
      if (differ > 0) throw new CommandFailed(`${differ} ${differ === 1 ? 'difference' : 'differences'}`)
    })
}

/** Does something to a file or a folder, or says on one line why that cannot be. */
function onDisk<T>(flag: string, work: () => T, Failed: typeof ConfigError | typeof CommandFailed): T {
  try {
    return work()
  } catch (error) {
    throw new Failed(`${flag}: ${(error as Error).message}`)
  }
}

/** Reads what was recorded before, and returns what adds to it. @throws {ConfigError} when that cannot work */
async function openRecord(file: string | undefined): Promise<(seen: Entry[]) => void> {
  if (file === undefined) return () => undefined
  const { readRecord, writeRecord } = await import('../fidelity/record.ts')
  onDisk('--record', () => accessSync(dirname(file), constants.W_OK), ConfigError)
  const before = existsSync(file) ? readRecord(file) : { entries: [] }
  return seen => {
    if (seen.length > 0) onDisk('--record', () => writeRecord(file, before, seen), CommandFailed)
  }
}

/** Makes the folder, and returns what writes an answer there: as it came, but for who was asked about. */
function openFolder(folder: string | undefined): (call: Call, n: number) => void {
  if (folder === undefined) return () => undefined
  onDisk('--save', () => mkdirSync(folder, { recursive: true, mode: 0o700 }), ConfigError)
  return ({ purpose, answer }, n) => {
    if (!answer) return
    const head = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`)
    const text = [`HTTP/1.1 ${answer.status}`, ...head, '', answer.text].join('\n')
    const file = join(folder, `${String(n).padStart(3, '0')}-${purpose.replaceAll(' ', '-')}.http`)
    onDisk('--save', () => writeFileSync(file, text, { mode: 0o600 }), CommandFailed)
  }
}
