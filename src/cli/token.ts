import { Command } from 'commander'
import { sign } from '../auth/sign.ts'
import { systemClock } from '../clock.ts'
import { ConfigError } from '../config.ts'
import { OPERATION_IDS, type OperationId } from '../contract/operations.ts'
import { credentialsFor } from '../sites/credentials.ts'
import { addBaseUrlOptions, type BaseUrlFlags, readBaseUrl } from './live-api.ts'
import { addSiteOptions, readSite, type SiteFlags } from './secret.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends SiteFlags, BaseUrlFlags {
  identifier?: string
  operation?: string
  expiresIn: string
  sub?: string
  curl?: boolean
  json?: boolean
}

/** Where a sandbox listens unless it is told otherwise. */
const LOCAL_URL = 'http://127.0.0.1:4300/api/3.0'

/** `journeys-sandbox token`: a token for one request, made without a server. */
export function tokenCommand(terminal: Terminal): Command {
  const command = new Command('token')
    .description('make a token for one request, without a server')
    .option(
      '--identifier <id or email>',
      'the journey id or email in the path; leave it out for GET /journeys',
    )
    .option('--operation <name>', `what the token is for, one of ${OPERATION_IDS.join(', ')}`)
    .option(
      '--expires-in <duration>',
      'seconds, or a number with s, m, h or d; negative for one that has expired',
      '1h',
    )
    .option('--sub <name>', 'the name of the client; any string')
    .option('--curl', 'print a call that works when pasted')
    .option('--json', 'print token, hmac, claims, headers and curl as JSON')
  return addSiteOptions(addBaseUrlOptions(command, 'where that call goes'))
    .addHelpText(
      'after',
      '\nPrints the token and nothing else, so that TOKEN=$(journeys-sandbox token …) works. The operation matters to curl\n' +
        'alone; without it, that is the one for a journey id, an email or none. Without --base-url and --environment,\n' +
        `the call goes to ${LOCAL_URL}. Exit codes: 0 done, 2 wrong use.`,
    )
    .action((flags: Flags) => {
      const made = make(flags, terminal)
      if (flags.json) terminal.print(JSON.stringify(made, null, 2))
      else terminal.print(flags.curl ? made.curl : made.token)
    })
}

/** @throws {ConfigError | Invalid} */
function make(flags: Flags, terminal: Terminal) {
  const { identifier, sub } = flags
  const baseUrl = readBaseUrl(flags) ?? LOCAL_URL
  const exp = Math.floor(systemClock.now() / 1000) + secondsOf(flags.expiresIn)
  const operation = operationFor(flags)
  const signed = sign({ ...readSite(flags, terminal), identifier, exp, sub })
  const { curl } = credentialsFor({ sign: () => signed }, baseUrl.replace(/\/+$/, ''), {
    operation,
    ...(identifier !== undefined && { identifier }),
  })
  const { token, claims, headers } = signed
  return { token, hmac: claims.hmac, claims, headers, curl }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function operationFor({ operation, identifier }: Flags): OperationId {
  if (operation === undefined) {
    if (identifier === undefined) return 'getJourneys'
    return UUID.test(identifier) ? 'getJourney' : 'getMemberJourneys'
  }
  const known = OPERATION_IDS.find(id => id === operation)
  if (!known) throw new ConfigError(`--operation: "${operation}" is none of ${OPERATION_IDS.join(', ')}`)
  return known
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 }

/** A duration in seconds. @throws {ConfigError} */
function secondsOf(text: string): number {
  const [, number, unit = 's'] = /^(-?\d{1,12})([smhd]?)$/.exec(text) ?? []
  if (number === undefined) {
    throw new ConfigError(`--expires-in: "${text}" is not a duration; write seconds, or 90s, 15m, 1h, 7d`)
  }
  return Number(number) * UNITS[(unit || 's') as keyof typeof UNITS]
}
