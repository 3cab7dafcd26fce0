import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { Command } from 'commander'
import { type CheckReport, explain } from '../auth/verify.ts'
import { systemClock } from '../clock.ts'
import { ConfigError, prefixOf, readConfig, readVariable, settings } from '../config.ts'
import { matchOperationUrl } from '../contract/operations.ts'
import { addSiteOptions, readSite, type SiteFlags } from './site-options.ts'
import { CommandFailed, readText, type Terminal } from './terminal.ts'

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

/** The parts of the pasted request that are authenticated, and its operation, if that is known. */
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
    // Beside a token or a header alone, the other headers are not known; a whole request without this header lacks it.
    siteId: headers['x-annexcloud-site'] ?? (url === undefined ? siteId : undefined),
    identifier: identifier ?? found?.identifier ?? null,
    operation: found?.operation ?? null,
  }
}

/** Reads this setting alone, so that a bad value of another does not matter. @throws {ConfigError} */
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

/** A pasted request, or a part of one. */
interface PastedRequest {
  /** By name in lower case; one that was sent several times has its values joined by commas. */
  headers: Record<string, string>
  /** As it was pasted; undefined without one. */
  url?: string
  method?: string
}

/**
 * Reads a token, header lines with or without the request line before them, or a curl command.
 * @throws {ConfigError} when it is none of these
 */
async function readPastedRequest(text: string): Promise<PastedRequest> {
  const pasted = text.trim()
  if (/^(\$ )?curl(\.exe)?\s/.test(pasted)) return readCurl(pasted.replace(/^\$ /, ''))
  const [, bare] = /^(?:Bearer\s+)?([^\s:]+)$/i.exec(pasted) ?? []
  if (bare !== undefined) return { headers: { authorization: `Bearer ${bare}` } }
  const lines = pasted.split(/\r?\n/)
  const [, method, url] = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(lines[0] ?? '') ?? []
  const headers = headersIn(url === undefined ? lines : lines.slice(1))
  if (Object.keys(headers).length === 0) {
    throw new ConfigError('there is no token, no header and no curl command in the input; paste one of them')
  }
  return { headers, ...(method && { method }), ...(url && { url }) }
}

/** As Node's server reads them: of several values the first for `Authorization`, and all for any other header. */
function headersIn(lines: string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value = ''] = /^([\w-]+):\s*(.*?)\s*$/.exec(line) ?? []
    const key = name?.toLowerCase()
    if (key === undefined) continue
    const before = found[key]
    if (before === undefined) found[key] = value
    else if (key !== 'authorization') found[key] = `${before}, ${value}`
  }
  return found
}

/** The options of curl whose value could be mistaken for the URL, with their short names. */
const WITH_VALUE = [
  'url oauth2-bearer request:X data:d form:F upload-file:T json data-raw data-binary data-ascii data-urlencode',
  'form-string user-agent:A cookie:b cookie-jar:c continue-at:C dump-header:D referer:e cert:E config:K max-time:m',
  'output:o quote:Q range:r user:u proxy-user:U write-out:w proxy:x speed-time:y speed-limit:Y time-cond:z',
  'ftp-port:P preproxy socks4 socks4a socks5 socks5-hostname noproxy doh-url connect-to resolve interface',
  'unix-socket cacert capath key connect-timeout retry retry-delay max-redirs trace trace-ascii',
]

const CURL_OPTIONS: ParseArgsOptionsConfig = {
  header: { type: 'string', short: 'H', multiple: true },
  head: { type: 'boolean', short: 'I' },
  get: { type: 'boolean', short: 'G' },
  ...Object.fromEntries(
    WITH_VALUE.flatMap(line => line.split(' ')).map(option => {
      const [name, short] = option.split(':')
      return [name, { type: 'string', ...(short && { short }) }]
    }),
  ),
}

async function readCurl(command: string): Promise<PastedRequest> {
  const { values, positionals } = parseArgs({
    args: (await wordsOf(command)).slice(1),
    options: CURL_OPTIONS,
    // Options without a value do not matter here.
    strict: false,
  })
  const textOf = (name: string) => values[name]?.toString()
  const url =
    textOf('url') ??
    positionals.find(word => /^https?:\/\//i.test(word)) ??
    positionals.find(word => /^[\w.-]+(:\d+)?\//.test(word))
  const bearer = textOf('oauth2-bearer')
  const headers = headersIn([
    ...[values.header ?? []].flat().map(String).flatMap(asSent),
    ...(bearer === undefined ? [] : [`Authorization: Bearer ${bearer}`]),
  ])
  const isPost = Object.keys(values).some(name => /^(data|json|form)/.test(name)) && !values.get
  const method = textOf('request') ?? (values.head ? 'HEAD' : isPost ? 'POST' : undefined)
  return {
    headers,
    ...(url !== undefined && { url: url.replace(/^(?!https?:\/\/)/i, 'http://') }),
    ...(method !== undefined && { method }),
  }
}

/** curl sends no header for `Name:`, and an empty one for `Name;`. */
const asSent = (line: string): string[] =>
  /^[\w-]+:\s*$/.test(line) ? [] : [line.replace(/^([\w-]+);\s*$/, '$1:')]

/** The words of a command line for a POSIX shell, or for that of Windows, which escapes by `^`. */
async function wordsOf(command: string): Promise<string[]> {
  const { parse } = await import('shell-quote')
  const windows = /\^\s*(["\n]|\r\n)/.test(command)
  const unescaped = windows ? command.replace(/\^\r?\n/g, ' ').replace(/\^(.)/g, '$1') : command
  const entries = parse(unescaped.replace(/\\\r?\n/g, ' '), name => {
    throw new ConfigError(`the command has $${name} in it; paste it with the value in its place`)
  })
  return entries.flatMap(entry => {
    if (typeof entry === 'string') return [entry]
    return 'pattern' in entry ? [entry.pattern] : []
  })
}
