import { Command, Option } from 'commander'
import { Config, ConfigError, readConfig, type SettingName, settings } from '../config.ts'
import { startSandbox } from '../index.ts'
import { banner } from './banner.ts'
import { readJson } from './input.ts'
import { seedWatch } from './seed-watch.ts'
import type { Terminal } from './terminal.ts'

/** `journeys-sandbox serve`: starts the server and, once it really listens, says where. */
export function serveCommand(terminal: Terminal): Command {
  const { print, warn, onStop } = terminal
  const command = new Command('serve').description('start the server; what runs when no command is named')
  for (const [name, { flag, env, description }] of Object.entries(settings)) {
    const fallback = Config.properties[name as SettingName].default
    const otherwise = fallback === '' || fallback === false ? '' : `, default: ${fallback}`
    const option = new Option(flag, `${description} (env: ${env}${otherwise})`)
    if (Array.isArray(fallback))
      option.argParser<string[] | undefined>((value, before) => [...(before ?? []), value])
    command.addOption(option)
  }
  command.option('--watch', 'reload a file of --seed whenever it changes')
  command.option('--open <capsule>', 'start with the site of a capsule, in place of --seed')
  return command.action(
    async ({ watch, open, ...flags }: Partial<Record<SettingName, string | true | string[]>> & Watch) => {
      const capsule = open === undefined ? undefined : await readJson(open, terminal)
      const config = readConfig(flags)
      if (watch) refuseUnwatchable(config)
      const follow = watch ? seedWatch(config.seed) : undefined
      const sandbox = await startSandbox({ ...config, capsule })
      const unfollow = follow?.(sandbox, terminal)
      onStop(async () => {
        unfollow?.()
        await sandbox.close()
      })
      print(banner(sandbox, config))
      const exposed = exposedBy(config)
      if (exposed) {
        warn(
          `warning: the ${exposed.plane} is open to whoever reaches ${config.host}; give it a --control-token, or turn it ${exposed.off}`,
        )
      }
    },
  )
}

interface Watch {
  watch?: boolean
  open?: string
}

function refuseUnwatchable({ seed, db }: Config): void {
  if (seed.every(source => source === 'demo' || source === 'empty'))
    throw new ConfigError('--watch: there is no file to watch; name one with --seed')
  if (db !== ':memory:')
    throw new ConfigError('--watch: it would replace what --db is there to keep; leave one of the two out')
}

/** What others may do or see that concerns nobody but whoever started the server. */
function exposedBy({ host, control, inspector, controlToken }: Config) {
  if (controlToken !== '' || isLoopback(host)) return undefined
  if (control === 'on') return { plane: 'control plane', off: '--control off' }
  return inspector === 'on' ? { plane: 'inspector', off: '--inspector off' } : undefined
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.')
