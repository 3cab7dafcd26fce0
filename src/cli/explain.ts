import { Command } from 'commander'
import { type CheckReport, explain } from '../auth/explain.ts'
import { systemClock } from '../clock.ts'
import { ConfigError, prefixOf, readConfig, readVariable, settings } from '../config.ts'
import { matchOperationUrl } from '../contract/operations.ts'
import { readText } from './input.ts'
import { readPastedRequest } from './pasted-request.ts'
import { addSiteOptions, readSite, type SiteFlags } from './secret.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

interface Flags extends SiteFlags {
  identifier?: string
  basePath?: string
  json?: boolean
}

/** `journeys-sandbox explain`: every check of the authentication of a pasted request, without a server. */
export function explainCommand(terminal: Terminal): Command {
  const command = new Command('explain')
    .description('explain the authentication of a request check by check, without a server')
    .argument('[file]', 'file with a token, header lines or a curl command; - for standard input', '-')
    .option(
      '--identifier <id or email>',
      'journey id or email address that the token is for; a curl command has it in its URL',
    )
    .option(settings.basePath.flag, `${settings.basePath.description} (env: ${settings.basePath.env})`)
    .option('--json', 'print the result as JSON')
  return addSiteOptions(command)
    .addHelpText(
      'after',
      `
A token without a request is checked as if it was sent to the site of --site.
Without an identifier only the form of the hmac is checked, as for GET /journeys.
Exit codes: 0 accepted, 1 refused, 2 usage error.`,
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
          'only the form of the hmac was checked; name the journey id or email address with --identifier',
        )
      }
      if (failed.length > 0) throw new CommandFailed(`refused: ${failed.join(', ')}`)
    })
}

/** What of the pasted request is authenticated, and which operation it is for, as far as that is known. */
async function authRequest(text: string, siteId: string, { identifier, basePath }: Flags) {
  const { headers, url, method = 'GET' } = await readPastedRequest(text)
  const base = basePathOf(basePath)
  const found = url === undefined ? undefined : matchOperationUrl(url, base)
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
