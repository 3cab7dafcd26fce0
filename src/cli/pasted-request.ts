import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'

/** What someone pasted to have it explained. */
export interface PastedRequest {
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
export async function readPastedRequest(text: string): Promise<PastedRequest> {
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
const WITH_VALUE: Record<string, string> = {
  ...{ url: '', 'oauth2-bearer': '', request: 'X', data: 'd', form: 'F', 'upload-file': 'T', json: '' },
  ...{ 'data-raw': '', 'data-binary': '', 'data-ascii': '', 'data-urlencode': '', 'form-string': '' },
  ...{
    'user-agent': 'A',
    cookie: 'b',
    'cookie-jar': 'c',
    'continue-at': 'C',
    'dump-header': 'D',
    referer: 'e',
  },
  ...{
    cert: 'E',
    config: 'K',
    'max-time': 'm',
    output: 'o',
    quote: 'Q',
    range: 'r',
    user: 'u',
    'proxy-user': 'U',
  },
  ...{
    'write-out': 'w',
    proxy: 'x',
    'speed-time': 'y',
    'speed-limit': 'Y',
    'time-cond': 'z',
    'ftp-port': 'P',
  },
  ...{ preproxy: '', socks4: '', socks4a: '', socks5: '', 'socks5-hostname': '', noproxy: '', 'doh-url': '' },
  ...{ 'connect-to': '', resolve: '', interface: '', 'unix-socket': '', cacert: '', capath: '', key: '' },
  ...{ 'connect-timeout': '', retry: '', 'retry-delay': '', 'max-redirs': '', trace: '', 'trace-ascii': '' },
}

const CURL_OPTIONS: ParseArgsOptionsConfig = {
  header: { type: 'string', short: 'H', multiple: true },
  head: { type: 'boolean', short: 'I' },
  get: { type: 'boolean', short: 'G' },
  ...Object.fromEntries(
    Object.entries(WITH_VALUE).map(([name, short]) => [name, { type: 'string', ...(short && { short }) }]),
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
