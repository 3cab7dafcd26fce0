import { existsSync } from 'node:fs'
import { Command, Option } from 'commander'
import { Config, ConfigError, readConfig, readVariable, type SettingName, settings } from '../config.ts'
import { type FinishedRequest, ListenError, type Sandbox, startSandbox } from '../index.ts'
import { toCurl } from '../sites/credentials.ts'
import { seedWatch } from './seed-watch.ts'
import { CommandFailed, readJson, type Terminal } from './terminal.ts'

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
    const follow = watch ? seedWatch(config.seed, config.now) : undefined
    const onResponse = logsJson(flags) ? undefined : requestPrinter(terminal)
    const warnings: string[] = []
    const onWarning = (line: string) => void warnings.push(line)
    const sandbox = await startSandbox({ ...config, capsule, onResponse, onWarning }).catch(error => {
      throw error instanceof ListenError ? new CommandFailed(explainListenError(error, flags)) : error
    })
    const unfollow = follow?.(sandbox, terminal)
    onStop(async () => {
      unfollow?.()
      await sandbox.close()
    })
    print(onResponse ? `${banner(sandbox, config)}\n` : banner(sandbox, config))
    for (const line of firstOf(warnings)) warn(line)
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

const MOST_WARNINGS = 5

/** The first warnings about the seeds, and how many more there are. */
function firstOf(warnings: string[]): string[] {
  const more = warnings.length - MOST_WARNINGS
  if (more <= 0) return warnings
  return [...warnings.slice(0, MOST_WARNINGS), `warning: ${more} more; list them with the command check`]
}

const MONTH_S = 30 * 24 * 3600

/** What a first call needs: the URLs, the site with its secret, and a curl command that works when pasted. */
export function banner(
  sandbox: Sandbox,
  { inspector, tlsCert }: Pick<Config, 'inspector' | 'tlsCert'>,
): string {
  const { url, origin } = sandbox
  const lines = [
    `Journeys API  ${url}`,
    ...(inspector === 'on' ? [`Inspector     ${origin}/`] : []),
    `Docs          ${origin}/docs`,
    `Health        ${origin}/_sandbox/health`,
  ]
  const [site] = sandbox.sites()
  if (!site) return lines.join('\n')
  const { site_id, name, secret } = site
  const curl = toCurl(`${url}/journeys`, site.headersFor(undefined, MONTH_S))
  return [
    ...lines,
    `Site          ${site_id} (${name}), secret: ${secret}`,
    '',
    // A certificate for development is rarely one that curl trusts.
    tlsCert === '' ? curl : curl.replace('curl', 'curl -k'),
  ].join('\n')
}

/** Whether the log is JSON lines although a terminal shows it. */
const logsJson = ({ logLevel }: SettingFlags): boolean =>
  logLevel !== undefined || readVariable(settings.logLevel.env) !== undefined

/** Prints a line for each request; undefined when standard output is no terminal. */
const requestPrinter = ({ print, style }: Terminal) =>
  style && ((request: FinishedRequest) => print(requestLine(request, style)))

type Style = NonNullable<Terminal['style']>

/** A request to the vendor's API on one line: method, path, status, duration, site and, if it was refused, why. */
function requestLine(request: FinishedRequest, style: Style): string {
  const { method, url, status, milliseconds, siteId, explanation, fault } = request
  const reason = explanation ?? (fault && `fault: ${fault.kind}`)
  return [
    style('bold', method),
    printable(url),
    styleStatus(status, style),
    style('dim', `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`),
    style('dim', siteId === undefined ? 'no site' : `site ${printable(siteId)}`),
    ...(reason === undefined ? [] : [style('yellow', reason)]),
  ].join('  ')
}

function styleStatus(status: number | undefined, style: Style): string {
  if (status === undefined) return style('red', 'no response')
  if (status >= 500) return style('red', `${status}`)
  return style(status >= 400 ? 'yellow' : 'green', `${status}`)
}

/** A client chooses this text, and a terminal obeys control characters. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?')

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
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.')
  if (controlToken !== '' || isLoopback) return undefined
  if (control === 'on') return { part: 'control API', off: '--control off' }
  return inspector === 'on' ? { part: 'inspector', off: '--inspector off' } : undefined
}
