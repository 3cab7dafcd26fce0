import { describe, expect, it } from 'vitest'
import { ConfigError, checkConfig, readConfig, type SettingName, settings } from '../../src/config.ts'
import { startSandbox } from '../../src/index.ts'

interface Row {
  name: SettingName
  flag: string
  variable: string
  otherwise: unknown
  /** Good values as text, with what they mean. */
  good: [string, unknown][]
  bad: string[]
}

const same = (...texts: string[]): [string, string][] => texts.map(text => [text, text])
const NO_INTEGERS = ['many', '-1', '80.5', '0x50', '1e3', ' 80', '+80']

const flag = (name: SettingName, flag: string, variable: string): Row => ({
  ...{ name, flag, variable },
  otherwise: false,
  good: [
    ['on', true],
    ['true', true],
    ['off', false],
  ],
  bad: ['yes', '1', 'maybe'],
})

const table: Row[] = [
  {
    name: 'port',
    flag: '--port',
    variable: 'PORT',
    otherwise: 4300,
    good: [
      ['8080', 8080],
      ['0', 0],
      ['65535', 65535],
    ],
    bad: ['', '65536', ...NO_INTEGERS],
  },
  {
    name: 'host',
    flag: '--host',
    variable: 'HOST',
    otherwise: '127.0.0.1',
    good: same('::1', '0.0.0.0', 'localhost'),
    bad: [''],
  },
  {
    name: 'db',
    flag: '--db',
    variable: 'SANDBOX_DB',
    otherwise: ':memory:',
    good: same('a.db', '/tmp/b c.db'),
    bad: [''],
  },
  {
    name: 'seed',
    flag: '--seed',
    variable: 'SANDBOX_SEED',
    otherwise: ['demo'],
    good: [
      ['empty', ['empty']],
      ['a.yaml,b/', ['a.yaml', 'b/']],
    ],
    bad: ['', 'a.yaml,'],
  },
  {
    name: 'now',
    flag: '--now',
    variable: 'SANDBOX_NOW',
    otherwise: '',
    good: same('2026-03-01', '2026-03-01T12:00:00Z'),
    bad: ['', 'soon', '-P3D', '12:00'],
  },
  {
    name: 'auth',
    flag: '--auth',
    variable: 'SANDBOX_AUTH',
    otherwise: 'strict',
    good: same('off', 'strict'),
    bad: ['', 'on', 'OFF', 'none', 'false'],
  },
  {
    name: 'basePath',
    flag: '--base-path',
    variable: 'SANDBOX_BASE_PATH',
    otherwise: '/api/3.0',
    good: same('/', '/v1/loyalty', '/a.b_c~d-e'),
    bad: ['', 'api', '/api/', '//', '/a//b', '/a b', '/:id', '/*', '/%41', '/a?b', 'http://x/api'],
  },
  {
    name: 'control',
    flag: '--control',
    variable: 'SANDBOX_CONTROL',
    otherwise: 'on',
    good: same('off', 'on'),
    bad: ['', 'no', 'ON'],
  },
  {
    name: 'inspector',
    flag: '--inspector',
    variable: 'SANDBOX_INSPECTOR',
    otherwise: 'on',
    good: same('off', 'on'),
    bad: ['', 'yes', 'OFF'],
  },
  {
    name: 'controlToken',
    flag: '--control-token',
    variable: 'SANDBOX_CONTROL_TOKEN',
    otherwise: '',
    good: same('t0ken', '{"a":1}'),
    bad: ['a b', 'a\nb', 'tökèn'],
  },
  {
    name: 'allowHost',
    flag: '--allow-host',
    variable: 'SANDBOX_ALLOW_HOST',
    otherwise: '',
    good: same('sandbox.example.com', 'a.example,b.example', '*.example.test,a.example'),
    bad: ['http://a', 'a b', '*', 'a.*', ',a'],
  },
  {
    name: 'clones',
    flag: '--clones',
    variable: 'SANDBOX_CLONES',
    otherwise: 'on',
    good: same('off', 'on'),
    bad: ['', 'no', 'ON'],
  },
  {
    name: 'cloneTtl',
    flag: '--clone-ttl',
    variable: 'SANDBOX_CLONE_TTL',
    otherwise: 'PT1H',
    good: same('PT5M', 'P1D'),
    bad: ['', '5', '1h', '-PT1H'],
  },
  {
    name: 'maxClones',
    flag: '--max-clones',
    variable: 'SANDBOX_MAX_CLONES',
    otherwise: 1000,
    good: [
      ['1', 1],
      ['50', 50],
    ],
    bad: ['', '0', ...NO_INTEGERS],
  },
  flag('cors', '--cors', 'SANDBOX_CORS'),
  flag('trustProxy', '--trust-proxy', 'SANDBOX_TRUST_PROXY'),
  {
    name: 'tlsCert',
    flag: '--tls-cert',
    variable: 'SANDBOX_TLS_CERT',
    otherwise: '',
    good: same('cert.pem'),
    bad: [''],
  },
  {
    name: 'tlsKey',
    flag: '--tls-key',
    variable: 'SANDBOX_TLS_KEY',
    otherwise: '',
    good: same('key.pem'),
    bad: [''],
  },
  {
    name: 'journal',
    flag: '--journal',
    variable: 'SANDBOX_JOURNAL',
    otherwise: 1000,
    good: [
      ['0', 0],
      ['5', 5],
    ],
    bad: ['', '1000001', ...NO_INTEGERS],
  },
  {
    name: 'journalBytes',
    flag: '--journal-bytes',
    variable: 'SANDBOX_JOURNAL_BYTES',
    otherwise: 33554432,
    good: [
      ['0', 0],
      ['1048576', 1048576],
    ],
    bad: ['', '32MB', '1099511627777', ...NO_INTEGERS],
  },
  {
    name: 'bodyLimit',
    flag: '--body-limit',
    variable: 'SANDBOX_BODY_LIMIT',
    otherwise: 33554432,
    good: [['1000000', 1_000_000]],
    bad: ['', '32MB', '999999', '500000001', ...NO_INTEGERS],
  },
  {
    name: 'logLevel',
    flag: '--log-level',
    variable: 'LOG_LEVEL',
    otherwise: 'error',
    good: [...same('silent', 'debug'), ['INFO', 'info']],
    bad: ['', 'loud', 'warning'],
  },
]
const DEFAULTS = Object.fromEntries(table.map(({ name, otherwise }) => [name, otherwise]))

it('These are all the settings there are, with their flags and variables', () => {
  const known = Object.entries(settings).map(([name, { flag, env }]) => [name, flag.split(' ')[0], env])
  expect(known).toEqual(table.map(({ name, flag, variable }) => [name, flag, variable]))
})

it('Without flags and variables each has its default', () => {
  expect(readConfig({}, {})).toEqual(DEFAULTS)
})

it('An empty variable counts as unset', () => {
  expect(readConfig({}, Object.fromEntries(table.map(({ variable }) => [variable, ''])))).toEqual(DEFAULTS)
})

const good = table.flatMap(row => row.good.map(([text, value]) => ({ ...row, text, value })))
const bad = table.flatMap(row => row.bad.map(text => ({ ...row, text })))

describe('A good value is taken', () => {
  it.each(good)('from the flag $flag: $text', ({ name, text, value }) => {
    expect(readConfig({ [name]: text }, {})).toEqual({ ...DEFAULTS, [name]: value })
  })

  it.each(good)('from the variable $variable: $text', ({ name, variable, text, value }) => {
    expect(readConfig({}, { [variable]: text })).toEqual({ ...DEFAULTS, [name]: value })
  })

  it.each(good)('from the flag $flag rather than from the variable $variable: $text', row => {
    const [other = ''] = row.good.map(([text]) => text).filter(text => text !== row.text)
    expect(readConfig({ [row.name]: row.text }, { [row.variable]: other })[row.name]).toEqual(row.value)
    expect(readConfig({ [row.name]: row.text }, { [row.variable]: 'no good' })[row.name]).toEqual(row.value)
  })
})

describe('A bad value is refused in one line', () => {
  /** The line, but for how the value is quoted. */
  const line = (origin: string) => new RegExp(`^${origin}: .+ is not [a-z][^\\n]+$`)

  it.each(bad)('that names the flag $flag: $text', ({ name, flag, text }) => {
    const read = () => readConfig({ [name]: text }, {})
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(line(flag))
    expect(read).toThrow(JSON.stringify(text.split(',').at(-1)).slice(1, -1))
  })

  it.each(bad.filter(({ text }) => text !== ''))('that names the variable $variable: $text', row => {
    const read = () => readConfig({}, { [row.variable]: row.text })
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(line(row.variable))
  })
})

it('The configuration cannot be changed afterwards', () => {
  const config = readConfig({}, {})
  expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError)
})

it('For an embedding program, the error names the option', () => {
  expect(() => checkConfig({ port: '80' as never })).toThrow(
    'port: "80" is not a whole number from 0 to 65535',
  )
})

it('Seeds that are given one by one are taken as they are, with whatever commas', () => {
  expect(readConfig({ seed: ['a,b.yaml', 'demo'] }, {}).seed).toEqual(['a,b.yaml', 'demo'])
  expect(() => readConfig({ seed: ['a.yaml', ''] }, {})).toThrow(/^--seed: /)
})

describe('In process', () => {
  it.each([
    ['prot', 'did you mean "port"?'],
    ['sead', 'did you mean "seed"?'],
    ['logLevle', 'did you mean "logLevel"?'],
  ])('the unknown option %s is refused with a suggestion', async (name, suggestion) => {
    const starting = startSandbox({ [name]: 'x', logLevel: 'silent' })
    await expect(starting).rejects.toThrow(`${name} is not an option; ${suggestion}`)
    await expect(starting).rejects.toBeInstanceOf(ConfigError)
  })
})
