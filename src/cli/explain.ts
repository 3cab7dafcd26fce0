import { Command } from 'commander'
import { type CheckReport, explain } from '../auth/explain.ts'
import { systemClock } from '../clock.ts'
import { ConfigError, prefixOf, readConfig, readVariable, settings } from '../config.ts'
import { matchAddress } from '../contract/operations.ts'
import { readText } from './input.ts'
import { readPastedRequest } from './pasted-request.ts'
import { addSiteOptions, readSite, type SiteFlags } from './secret.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

interface Flags extends SiteFlags {
  identifier?: string
  basePath?: string
  json?: boolean
}

/** `journeys-sandbox explain`: every check of the authentication of a pasted request, made without a server. */
export function explainCommand(terminal: Terminal): Command {
  const command = new Command('explain')
    .description('explain a token or a curl command, check by check, without a server')
    .argument('[file]', 'a token, header lines or a curl command; standard input without it', '-')
    .option('--identifier <id or email>', 'what the token is for; in a curl command it is part of the URL')
    .option(settings.basePath.flag, `${settings.basePath.description} (env: ${settings.basePath.env})`)
    .option('--json', 'print the result as JSON')
  return addSiteOptions(command)
    .addHelpText(
      'after',
      '\nA token alone is taken as sent for the site of --site. Without an identifier, hmac is checked as for GET /journeys:\n' +
        'by its form only. Exit codes: 0 the request would be accepted, 1 refused, 2 nothing to explain.',
    )
    .action(async (file: string, flags: Flags) => {
      const site = readSite(flags, terminal)
      const request = await authRequest(await readText(file, terminal), site.site_id, flags)
      const checks = explain(request, {
        findSite: id => (id === site.site_id ? site : undefined),
        now: systemClock.now() / 1000,
      })
      const failed = checks.filter(({ outcome }) => outcome === 'failed').map(({ check }) => check)
      const { operation, identifier } = request
      terminal.print(
        flags.json
          ? JSON.stringify({ accepted: failed.length === 0, operation, identifier, checks }, null, 2)
          : checks.map(inLines).join('\n'),
      )
      if (request.method !== 'GET') terminal.warn(`the method is ${request.method}; the API answers only GET`)
      if (request.identifier === null && operation !== 'getJourneys') {
        terminal.warn(
          'no identifier is known, so only the form of hmac was checked; give it with --identifier',
        )
      }
      if (failed.length > 0) throw new CommandFailed(`refused: ${failed.join(', ')}`)
    })
}

/** What of the pasted request is authenticated, and which operation it is for, as far as that is known. */
async function authRequest(text: string, siteId: string, { identifier, basePath }: Flags) {
  const { headers, url, method = 'GET' } = await readPastedRequest(text)
  const base = basePathOf(basePath)
  const found = url === undefined ? undefined : matchAddress(url, base)
  if (url !== undefined && !found && identifier === undefined) {
    throw new ConfigError(
      `${url} is none of the four operations under "${base}"; give its --base-path, or the --identifier`,
    )
  }
  return {
    method,
    authorization: headers.authorization,
    // A token or a header alone says nothing of the other headers; a whole request without this one lacks it.
    siteId: headers['x-annexcloud-site'] ?? (url === undefined ? siteId : undefined),
    identifier: identifier ?? found?.identifier ?? null,
    operation: found?.operation ?? null,
  }
}

/** Of all settings only this one matters here, so that no other can be wrong. @throws {ConfigError} */
function basePathOf(basePath: string | undefined): string {
  const { env } = settings.basePath
  return prefixOf(readConfig(basePath === undefined ? {} : { basePath }, { [env]: readVariable(env) }))
}

function inLines({ check, outcome, expected, actual, hint }: CheckReport): string {
  const head = `${outcome.padEnd(8)} ${check}`
  if (outcome === 'passed' || outcome === 'skipped') return head
  const details = Object.entries({ expected, actual, hint }).map(
    ([name, text]) => `${' '.repeat(9)}${name}: ${text}`,
  )
  return [head, ...details].join('\n')
}
