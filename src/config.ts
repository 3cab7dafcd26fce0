import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { OneOf } from './contract/formats.ts'
import { DURATION_PATTERN } from './contract/node-config.ts'

/** Every setting, with its flag and its environment variable. The flag wins. */
export const settings = {
  port: { flag: '--port <number>', env: 'PORT', description: 'port to listen on; 0 for any free port' },
  host: { flag: '--host <address>', env: 'HOST', description: 'IP address or host name to listen on' },
  db: {
    flag: '--db <file>',
    env: 'SANDBOX_DB',
    description: 'SQLite file that keeps the data; by default it is kept in memory',
  },
  seed: {
    flag: '--seed <path|demo|empty>',
    env: 'SANDBOX_SEED',
    description:
      'data of a new database: demo, empty, or a seed file in YAML or JSON, or a directory of them, each for a site; repeat the flag for more (the variable separates them by commas)',
  },
  now: {
    flag: '--now <time>',
    env: 'SANDBOX_NOW',
    description: 'time at which the clocks of all sites are frozen; by default they follow the system clock',
  },
  auth: {
    flag: '--auth <strict|off>',
    env: 'SANDBOX_AUTH',
    description: 'check the token of every request, or accept all requests',
  },
  basePath: {
    flag: '--base-path <path>',
    env: 'SANDBOX_BASE_PATH',
    description: 'path that the four operations are under',
  },
  control: {
    flag: '--control <on|off>',
    env: 'SANDBOX_CONTROL',
    description: 'serve the control API at /_sandbox',
  },
  inspector: {
    flag: '--inspector <on|off>',
    env: 'SANDBOX_INSPECTOR',
    description: 'serve the inspector, the web pages at /',
  },
  controlToken: {
    flag: '--control-token <token>',
    env: 'SANDBOX_CONTROL_TOKEN',
    description: 'bearer token that the control API and the inspector require; none by default',
  },
  allowHost: {
    flag: '--allow-host <names>',
    env: 'SANDBOX_ALLOW_HOST',
    description:
      'more host names for the control API and the inspector, separated by commas; IP addresses, localhost and names without a dot are always allowed',
  },
  clones: {
    flag: '--clones <on|off>',
    env: 'SANDBOX_CLONES',
    description: 'create a copy of the site <id> on a signed request with the site id <id>~<label>',
  },
  cloneTtl: {
    flag: '--clone-ttl <duration>',
    env: 'SANDBOX_CLONE_TTL',
    description: 'ISO 8601 duration after which an idle clone is removed',
  },
  maxClones: {
    flag: '--max-clones <number>',
    env: 'SANDBOX_MAX_CLONES',
    description: 'maximum number of clones; the one that was idle for longest is removed first',
  },
  cors: {
    flag: '--cors',
    env: 'SANDBOX_CORS',
    description: "allow web pages of any origin to call the vendor's API",
  },
  trustProxy: {
    flag: '--trust-proxy',
    env: 'SANDBOX_TRUST_PROXY',
    description: 'take protocol, host and path prefix from X-Forwarded-Proto, -Host and -Prefix',
  },
  tlsCert: {
    flag: '--tls-cert <file>',
    env: 'SANDBOX_TLS_CERT',
    description: 'certificate in PEM format, to serve https; requires --tls-key',
  },
  tlsKey: {
    flag: '--tls-key <file>',
    env: 'SANDBOX_TLS_KEY',
    description: 'private key in PEM format, to serve https; requires --tls-cert',
  },
  journal: {
    flag: '--journal <number>',
    env: 'SANDBOX_JOURNAL',
    description: 'requests that the request journal of each site keeps; 0 turns it off',
  },
  journalBytes: {
    flag: '--journal-bytes <number>',
    env: 'SANDBOX_JOURNAL_BYTES',
    description: 'bytes of responses that all request journals keep together; 0 keeps none',
  },
  bodyLimit: {
    flag: '--body-limit <number>',
    env: 'SANDBOX_BODY_LIMIT',
    description: 'most bytes of a body with data of a site: seeds, capsules and batches of events',
  },
  logLevel: {
    flag: '--log-level <level>',
    env: 'LOG_LEVEL',
    description: 'log JSON lines: fatal, error, warn, info (every request), debug, trace or silent',
  },
} as const satisfies Record<string, { flag: string; env: string; description: string }>

export type SettingName = keyof typeof settings

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Off unless it is given; its flag takes no value. */
const Flag = () => Type.Boolean({ default: false, expectation: 'on or off' })

export const Config = Type.Object({
  port: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 4300,
    expectation: 'a whole number from 0 to 65535',
  }),
  host: Type.String({ minLength: 1, default: '127.0.0.1', expectation: 'an address or a host name' }),
  db: Type.String({ minLength: 1, default: ':memory:', expectation: 'the path of a file' }),
  seed: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    default: ['demo'],
    expectation: 'demo, empty, or the path of a file or directory',
  }),
  now: Type.String({
    pattern: '^$|^\\d{4}-\\d{2}-\\d{2}([Tt ].+)?$',
    default: '',
    expectation: 'a date, or a time such as 2026-01-31T12:00:00Z',
  }),
  auth: OneOf(['strict', 'off'], { default: 'strict', expectation: 'strict or off' }),
  basePath: Type.String({
    pattern: '^/$|^(/[A-Za-z0-9._~-]+)+$',
    default: '/api/3.0',
    expectation: 'a path such as /api/3.0, without a slash at its end',
  }),
  control: OneOf(['on', 'off'], { default: 'on', expectation: 'on or off' }),
  inspector: OneOf(['on', 'off'], { default: 'on', expectation: 'on or off' }),
  controlToken: Type.String({
    pattern: '^[!-~]*$',
    default: '',
    expectation: 'a token of visible ASCII characters, without white space',
  }),
  allowHost: Type.String({
    pattern: '^(\\*\\.)?[A-Za-z0-9.-]+(,(\\*\\.)?[A-Za-z0-9.-]+)*$|^$',
    default: '',
    expectation: 'one or more host names such as a.example or *.example, separated by commas',
  }),
  clones: OneOf(['on', 'off'], { default: 'on', expectation: 'on or off' }),
  cloneTtl: Type.String({
    pattern: DURATION_PATTERN,
    default: 'PT1H',
    expectation: 'an ISO 8601 duration, such as PT1H',
  }),
  maxClones: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: 1000,
    expectation: 'a whole number from 1 to 100000',
  }),
  cors: Flag(),
  trustProxy: Flag(),
  tlsCert: Type.String({ default: '', expectation: 'the path of a file' }),
  tlsKey: Type.String({ default: '', expectation: 'the path of a file' }),
  journal: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 1000,
    expectation: 'a whole number from 0 to 1000000',
  }),
  journalBytes: Type.Integer({
    minimum: 0,
    maximum: 2 ** 40,
    default: 32 * 2 ** 20,
    expectation: 'a whole number from 0 to 1099511627776',
  }),
  bodyLimit: Type.Integer({
    minimum: 1_000_000,
    // The longest string that V8 can hold has about 2 ** 29 characters.
    maximum: 500_000_000,
    default: 32 * 2 ** 20,
    expectation: 'a whole number from 1000000 to 500000000',
  }),
  logLevel: OneOf(LOG_LEVELS, { default: 'error', expectation: `one of ${LOG_LEVELS.join(', ')}` }),
} satisfies Record<SettingName, TProperties[string]>)
export type Config = Readonly<Static<typeof Config>>

/** The base path as a prefix of paths: empty when the operations are at the root. */
export const prefixOf = ({ basePath }: Config): string => (basePath === '/' ? '' : basePath)

/** What the sites may keep and create. */
export const limitsOf = ({ journal, journalBytes, clones, cloneTtl, maxClones }: Config) => ({
  journalSize: journal,
  journalBytes,
  clones: clones === 'on' ? { ttl: cloneTtl, max: maxClones } : undefined,
})

/** Whether every request is logged. */
export const logsRequests = ({ logLevel }: Config): boolean => ['info', 'debug', 'trace'].includes(logLevel)

/** A setting with a bad value: one line that says which one, and what it should be. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * The configuration from flags, the environment and defaults, in this order. An empty environment variable counts as unset.
 * @throws {ConfigError} naming the flag or the variable of the first bad value
 */
export function readConfig(
  flags: Partial<Record<SettingName, string | true | string[]>> = {},
  env = process.env,
): Config {
  const given = Object.entries(settings).flatMap(([name, { flag, env: variable }]) => {
    const fromFlag = flags[name as SettingName]
    // An empty flag is usually an unset shell variable. Guessing what was meant could switch a protection off.
    if (fromFlag === '' || (Array.isArray(fromFlag) && fromFlag.includes('')))
      throw new ConfigError(`${flag.split(' ')[0]}: "" is not ${expectationOf(name)}`)
    const value = fromFlag === true ? 'on' : (fromFlag ?? (env[variable] || undefined))
    return value === undefined
      ? []
      : [{ name, value, origin: fromFlag === undefined ? variable : (flag.split(' ')[0] as string) }]
  })
  const origins = new Map(given.map(({ name, origin }) => [name, origin]))
  return checkConfig(Object.fromEntries(given.map(({ name, value }) => [name, parse(name, value)])), origins)
}

/** An environment variable that a command reads itself. An empty one counts as unset. */
export const readVariable = (name: string): string | undefined => process.env[name] || undefined

const expectationOf = (name: string): string => Config.properties[name as SettingName].expectation

/** The configuration from values of the right types, as an embedding program gives them. @throws {ConfigError} */
export function checkConfig(
  values: Partial<Config>,
  origins: ReadonlyMap<string, string> = new Map(),
): Config {
  const config = Value.Default(Config, { ...values })
  for (const { path, value, schema } of Value.Errors(Config, config)) {
    const [, name = ''] = path.split('/')
    throw new ConfigError(
      `${origins.get(name) ?? name}: ${JSON.stringify(value)} is not ${schema.expectation ?? expectationOf(name)}`,
    )
  }
  return Object.freeze(config as Config)
}

/** Text as the type of its setting. What is not of that type stays text, and is then refused. */
function parse(name: string, value: string | string[]): string | string[] | number | boolean {
  const { type } = Config.properties[name as SettingName] as TSchema
  if (Array.isArray(value)) return value
  if (type === 'array') return value.split(',')
  if (type === 'integer' && /^\d+$/.test(value)) return Number(value)
  if (name === 'logLevel') return value.toLowerCase()
  if (type === 'boolean' && /^(on|off|true|false)$/i.test(value)) return /^(on|true)$/i.test(value)
  return value
}
