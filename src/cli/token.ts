import { Command } from 'commander'
import { requestHeaders } from '../auth/sign.ts'
import { parseToken } from '../auth/token.ts'
import { systemClock } from '../clock.ts'
import { ConfigError } from '../config.ts'
import { OPERATION_IDS, type OperationId } from '../contract/operations.ts'
import { Invalid } from '../errors.ts'
import { credentialsFor } from '../sites/credentials.ts'
import { addBaseUrlOptions, type BaseUrlFlags, readBaseUrl } from './live-api.ts'
import { addSecretOptions, readSecret, type SecretFlags } from './secret.ts'
import type { Terminal } from './terminal.ts'

interface Flags extends SecretFlags, BaseUrlFlags {
  site: string
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
export function tokenCommand({ print }: Terminal): Command {
  const command = new Command('token')
    .description('make a token for one request, without a server')
    .requiredOption('--site <id>', 'the calling site')
    .option('--identifier <id or email>', 'what the request is about; none for GET /journeys')
    .option('--operation <name>', `what the token is for, one of ${OPERATION_IDS.join(', ')}`)
    .option(
      '--expires-in <duration>',
      'seconds, or a number with s, m, h or d; negative for one that has expired',
      '1h',
    )
    .option('--sub <name>', 'the name of the client, which may be any')
    .option('--curl', 'print a call that works when pasted')
    .option('--json', 'print token, hmac, claims, headers and curl as JSON')
  return addSecretOptions(addBaseUrlOptions(command, 'where that call goes'))
    .addHelpText(
      'after',
      '\nPrints the token and nothing else, so that TOKEN=$(journeys-sandbox token …) works. The operation matters to curl\n' +
        'alone; without it, that is the one for a journey id, an email or none. Without --base-url and --environment,\n' +
        `the call goes to ${LOCAL_URL}. Exit codes: 0 done, 2 wrong use.`,
    )
    .action((flags: Flags) => {
      const made = make(flags)
      if (flags.json) print(JSON.stringify(made, null, 2))
      else print(flags.curl ? made.curl : made.token)
    })
}

function make(flags: Flags) {
  const { site: site_id, identifier, sub } = flags
  const baseUrl = readBaseUrl(flags) ?? LOCAL_URL
  const secret = readSecret(flags)
  const seconds = secondsOf(flags.expiresIn)
  const exp = Math.floor(systemClock.now() / 1000) + seconds
  const site = { headersFor: () => requestHeaders({ site_id, secret, identifier, exp, sub }) }
  const credentials = wrongUse(() =>
    credentialsFor(site, baseUrl.replace(/\/+$/, ''), {
      operation: operationFor(flags),
      ...(identifier !== undefined && { identifier }),
    }),
  )
  const parsed = parseToken(credentials.headers.Authorization)
  const claims = 'claims' in parsed ? parsed.claims : {}
  return { ...credentials, hmac: claims.hmac, claims }
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
    throw new ConfigError(`--expires-in: "${text}" is no duration; write seconds, or 90s, 15m, 1h, 7d`)
  }
  return Number(number) * UNITS[(unit || 's') as keyof typeof UNITS]
}

/** What the control plane refuses as invalid is wrong use here. */
function wrongUse<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof Invalid) throw new ConfigError(error.message)
    throw error
  }
}
