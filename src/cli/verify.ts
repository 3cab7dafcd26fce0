import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { countOf } from '../text.ts'
import type { Call } from '../verify/survey.ts'
import { addLiveApiOptions, type LiveApiFlags, orFail, readLiveApi } from './site-options.ts'
import { CommandFailed, onDisk, startProgress, type Terminal } from './terminal.ts'

interface Flags extends LiveApiFlags {
  email?: string[]
  emailWithoutJourneys?: string
  journey?: string[]
  json?: boolean
  save?: string
}

const FASTEST = 100

/** `journeys-sandbox verify`: compares a live server with the contract. */
export function verifyCommand({ print }: Terminal): Command {
  const command = new Command('verify').description(
    'compare a live server with the contract of the sandbox (read-only)',
  )
  return addLiveApiOptions(command)
    .option('--email <emails...>', 'members to request; the report does not contain them')
    .option('--email-without-journeys <email>', 'a member who is in no journey')
    .option('--journey <ids...>', 'journeys to request; by default some of the listed ones')
    .option('--json', 'print the report as JSON')
    .option('--save <folder>', 'write every response to this folder, unchanged: they contain member data')
    .addHelpText(
      'after',
      `
Name the server with --base-url or --environment.
Exit codes: 0 no difference, 1 differences or no answer, 2 usage error.`,
    )
    .action(async (flags: Flags) => {
      const api = await readLiveApi(flags, FASTEST)
      const save = openFolder(flags.save)
      const { reportText, verify } = await import('../verify/report.ts')
      const bar = await startProgress('{value} of {total} requests')
      const report = await orFail(
        verify(api, {
          emails: flags.email ?? [],
          emailWithoutJourneys: flags.emailWithoutJourneys,
          journeys: flags.journey ?? [],
          watch(call, done, total) {
            bar.setTotal(total)
            bar.update(done)
            save(call, done)
          },
        }),
      ).finally(() => bar.stop())
      print(flags.json ? JSON.stringify(report, null, 2) : reportText(report))
      const { differ } = report.summary
      if (differ > 0) throw new CommandFailed(countOf(differ, 'difference'))
    })
}

/** Creates the folder, and returns a function that writes an answer there, without its identifier. */
function openFolder(folder: string | undefined): (call: Call, n: number) => void {
  if (folder === undefined) return () => undefined
  onDisk('--save', () => mkdirSync(folder, { recursive: true, mode: 0o700 }))
  return ({ purpose, answer }, n) => {
    if (!answer) return
    const head = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`)
    const text = [`HTTP/1.1 ${answer.status}`, ...head, '', answer.text].join('\n')
    const file = join(folder, `${String(n).padStart(3, '0')}-${purpose.replaceAll(' ', '-')}.http`)
    onDisk('--save', () => writeFileSync(file, text, { mode: 0o600 }), CommandFailed)
  }
}
