import { Command, Option } from 'commander'
import { systemClock } from '../clock.ts'
import { Config, readConfig, type SettingName, settings } from '../config.ts'
import { startSandbox } from '../index.ts'
import { banner } from './banner.ts'
import type { Terminal } from './program.ts'

/** `journeys-sandbox serve`: starts the server and, once it really listens, says where. */
export function serveCommand({ print, onStop }: Terminal): Command {
  const command = new Command('serve').description('start the server; what runs when no command is named')
  for (const [name, { flag, env, description }] of Object.entries(settings)) {
    const fallback = Config.properties[name as SettingName].default
    const otherwise = fallback === '' ? '' : `, default: ${fallback}`
    command.addOption(new Option(flag, `${description} (env: ${env}${otherwise})`))
  }
  return command.action(async (flags: Partial<Record<SettingName, string>>) => {
    const sandbox = await startSandbox(readConfig(flags))
    onStop(sandbox.close)
    print(banner(sandbox, systemClock.now()))
  })
}
