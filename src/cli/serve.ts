import { existsSync } from 'node:fs'
import { Command, Option } from 'commander'
import { Config, ConfigError, readConfig, readVariable, type SettingName, settings } from '../config.ts'
import { type FinishedRequest, ListenError, startSandbox } from '../index.ts'
import { banner } from './banner.ts'
import { readJson } from './input.ts'
import { requestLine } from './request-line.ts'
import { seedWatch } from './seed-watch.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

type SettingFlags = Partial<Record<SettingName, string | true | string[]>>

interface Flags extends SettingFlags {
  watch?: boolean
  open?: string
}

/** `journeys-sandbox serve`: starts the server and, once it listens, prints its URLs. */
export function serveCommand(terminal: Terminal): Command {
  const { print, warn, onStop } = terminal
  const command = new Command('serve').description('start the server (the default command)')
  for (const [name, { flag, env, description }] of Object.entries(settings)) {
    const fallback = Config.properties[name as SettingName].default
    const otherwise = fallback === '' || fallback === false ? '' : `, default: ${fallback}`
    const option = new Option(flag, `${description} (env: ${env}${otherwise})`)
    if (Array.isArray(fallback))
      option.argParser<string[] | undefined>((value, before) => [...(before ?? []), value])
    command.addOption(option)
  }
  command.option('--watch', 'reload a seed file when it changes')
  command.option(
    '--open <capsule>',
    'start with the site of a capsule file, in place of --seed; - for standard input',
  )
  return command.action(async ({ watch, open, ...flags }: Flags) => {
    const capsule = open === undefined ? undefined : await readJson(open, terminal)
    const config = readConfig(flags)
    if (watch) refuseUnwatchable(config)
    const isSeedUnused =
      existsSync(config.db) && (flags.seed ?? readVariable(settings.seed.env)) !== undefined
    const follow = watch ? seedWatch(config.seed) : undefined
    const onResponse = logsJson(flags) ? undefined : requestPrinter(terminal)
    const sandbox = await startSandbox({ ...config, capsule, onResponse }).catch(error => {
      throw error instanceof ListenError ? new CommandFailed(explainListenError(error, flags)) : error
    })
    const unfollow = follow?.(sandbox, terminal)
    onStop(async () => {
      unfollow?.()
      await sandbox.close()
    })
    print(onResponse ? `${banner(sandbox, config)}\n` : banner(sandbox, config))
    if (isSeedUnused)
      warn(`warning: --seed is not used, as ${config.db} exists; remove that file to start from the seed`)
    const exposed = exposedBy(config)
    if (exposed) {
      warn(
        `warning: everyone who can reach ${config.host} can use the ${exposed.part}; set --control-token, or switch it off with ${exposed.off}`,
      )
    }
  })
}

/** Whether the log is JSON lines although a terminal shows it. */
const logsJson = ({ logLevel }: SettingFlags): boolean =>
  logLevel !== undefined || readVariable(settings.logLevel.env) !== undefined

/** Prints a line for each request; undefined when standard output is no terminal. */
function requestPrinter({ print, style }: Terminal) {
  return style && ((request: FinishedRequest) => print(requestLine(request, style)))
}

/** Names the flag to change, and the variable when the value came from there: some shells and tools set HOST. */
function explainListenError({ message, setting }: ListenError, flags: SettingFlags): string {
  const { flag, env } = settings[setting]
  const advice = `${message}, with ${flag.split(' ')[0]}`
  const fromVariable = flags[setting] === undefined && readVariable(env) !== undefined
  return fromVariable
    ? `${advice} (the environment variable ${env} is set to "${readVariable(env)}")`
    : advice
}

function refuseUnwatchable({ seed, db }: Config): void {
  if (seed.every(source => source === 'demo' || source === 'empty'))
    throw new ConfigError('--watch: there is no file to watch; name one with --seed')
  if (db !== ':memory:')
    throw new ConfigError('--watch: reloading replaces the data that --db keeps; leave one of them out')
}

/** What others may use who can reach the server, and the flag that switches it off. */
function exposedBy({ host, control, inspector, controlToken }: Config) {
  if (controlToken !== '' || isLoopback(host)) return undefined
  if (control === 'on') return { part: 'control API', off: '--control off' }
  return inspector === 'on' ? { part: 'inspector', off: '--inspector off' } : undefined
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.')
