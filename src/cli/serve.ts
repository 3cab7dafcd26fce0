import { Command, Option } from 'commander'
import { systemClock } from '../clock.ts'
import { Config, readConfig, type SettingName, settings } from '../config.ts'
import { startSandbox } from '../index.ts'
import { banner } from './banner.ts'
import type { Terminal } from './terminal.ts'

/** `journeys-sandbox serve`: starts the server and, once it really listens, says where. */
export function serveCommand({ print, warn, onStop }: Terminal): Command {
  const command = new Command('serve').description('start the server; what runs when no command is named')
  for (const [name, { flag, env, description }] of Object.entries(settings)) {
    const fallback = Config.properties[name as SettingName].default
    const otherwise = fallback === '' ? '' : `, default: ${fallback}`
    command.addOption(new Option(flag, `${description} (env: ${env}${otherwise})`))
  }
  return command.action(async (flags: Partial<Record<SettingName, string>>) => {
    const config = readConfig(flags)
    const sandbox = await startSandbox(config)
    onStop(sandbox.close)
    print(banner(sandbox, systemClock.now()))
    if (isExposed(config)) {
      warn(
        `warning: the control plane is open to whoever reaches ${config.host}; give it a --control-token, or turn it --control off`,
      )
    }
  })
}

const isExposed = ({ host, control, controlToken }: Config): boolean =>
  control === 'on' &&
  controlToken === '' &&
  host !== 'localhost' &&
  host !== '::1' &&
  !host.startsWith('127.')
