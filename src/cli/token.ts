import { Command } from 'commander'
import { sign } from '../auth/sign.ts'
import { systemClock } from '../clock.ts'
import { ConfigError } from '../config.ts'
import { OPERATION_IDS, type OperationId } from '../contract/operations.ts'
import { isUuid } from '../seed/ids.ts'
import { credentialsFor } from '../sites/credentials.ts'
import {
  addBaseUrlOptions,
  addSiteOptions,
  type BaseUrlFlags,
  readBaseUrl,
  readSite,
  type SiteFlags,
} from './site-options.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends SiteFlags, BaseUrlFlags {
  identifier?: string
  operation?: string
  expiresIn: string
  sub?: string
  curl?: boolean
  json?: boolean
}

/** Where a sandbox listens by default. */
const LOCAL_URL = 'http://127.0.0.1:4300/api/3.0'

/** `journeys-sandbox token`: creates a token for one request, without a server. */
export function tokenCommand(terminal: Terminal): Command {
  const command = new Command('token')
    .description('create a token for one request, without a server')
    .option(
      '--identifier <id or email>',
      'journey id or email address in the path; leave it out for GET /journeys',
    )
    .option('--operation <name>', `operation that --curl calls: ${OPERATION_IDS.join(', ')}`)
    .option(
      '--expires-in <duration>',
      'lifetime in seconds, or such as 90s, 15m, 1h, 7d; negative for an expired token',
      '1h',
    )
    .option('--sub <name>', 'claim sub, the name of the client')
    .option('--curl', 'print a curl command in place of the token')
    .option('--json', 'print token, hmac, claims, headers and curl command as JSON')
  return addSiteOptions(addBaseUrlOptions(command, 'base URL that --curl calls'))
    .addHelpText(
      'after',
      `
The output is the token alone: TOKEN=$(journeys-sandbox token)
The default operation is getJourney for a UUID, getMemberJourneys for an email
address and getJourneys without an identifier. The default base URL is
${LOCAL_URL}.
Exit codes: 0 success, 2 usage error.`,
    )
    .action((flags: Flags) => {
      const created = createToken(flags, terminal)
      if (flags.json) terminal.print(JSON.stringify(created, null, 2))
      else terminal.print(flags.curl ? created.curl : created.token)
    })
}

/** @throws {ConfigError | Invalid} */
function createToken(flags: Flags, terminal: Terminal) {
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

function operationFor({ operation, identifier }: Flags): OperationId {
  if (operation === undefined) {
    if (identifier === undefined) return 'getJourneys'
    return isUuid(identifier.toLowerCase()) ? 'getJourney' : 'getMemberJourneys'
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
