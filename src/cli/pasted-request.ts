import { parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'

/** What someone pasted to have it explained. */
export interface PastedRequest {
  /** By name in lower case. */
  headers: Record<string, string>
  /** As it stood there; undefined when it did not. */
  address?: string
  method?: string
}

/**
 * Reads a token, header lines with or without the request line before them, or a curl command.
 * @throws {ConfigError} when it is none of these
 */
export async function readPastedRequest(text: string): Promise<PastedRequest> {
  const pasted = text.replace(/^\uFEFF/, '').trim()
  if (/^(\$ )?curl(\.exe)?\s/.test(pasted)) return readCurl(pasted.replace(/^\$ /, ''))
  const [, bare] = /^(?:Bearer\s+)?([^\s:]+)$/i.exec(pasted) ?? []
  if (bare !== undefined) return { headers: { authorization: `Bearer ${bare}` } }
  const lines = pasted.split(/\r?\n/)
  const [, method, address] = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(lines[0] ?? '') ?? []
  const headers = headersIn(address === undefined ? lines : lines.slice(1))
  if (Object.keys(headers).length === 0) {
    throw new ConfigError('there is no token, no header and no curl command in the input; paste one of them')
  }
  return { headers, ...(method && { method }), ...(address && { address }) }
}

function headersIn(lines: string[]): Record<string, string> {
  const found = lines.map(line => /^([\w-]+):\s*(.*?)\s*$/.exec(line)).filter(match => match !== null)
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name.toLowerCase(), value]))
}

async function readCurl(command: string): Promise<PastedRequest> {
  const { values, positionals } = parseArgs({
    args: await wordsOf(command),
    options: {
      header: { type: 'string', short: 'H', multiple: true },
      request: { type: 'string', short: 'X' },
      url: { type: 'string' },
    },
    // What curl has else is of no interest here.
    strict: false,
  })
  const words = positionals.slice(1)
  const address =
    values.url ??
    words.find(word => /^https?:\/\//i.test(word)) ??
    words.find(word => /^[\w.-]+(:\d+)?\//.test(word))
  const lines = (values.header ?? []).map(String)
  return {
    headers: headersIn(lines),
    ...(typeof address === 'string' && { address: address.replace(/^(?!https?:\/\/)/i, 'http://') }),
    ...(typeof values.request === 'string' && { method: values.request }),
  }
}

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
