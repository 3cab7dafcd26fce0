import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'

/** The arrows of DESIGN.md, "Who may import whom": every part of src with the parts it may import from. */
const BELOW_PLANES = [
  'guard',
  'errors',
  'sites',
  'store',
  'seed',
  'fidelity',
  'auth',
  'engine',
  'diagram',
  'config',
  'clock',
  'version',
  'package-file',
  'http',
  'contract',
]
const PLANES = ['api', 'control', 'openapi', 'inspector']
const ARROWS: Record<string, string[]> = {
  contract: [],
  http: [],
  'package-file': [],
  version: ['package-file'],
  clock: [],
  guard: [],
  config: ['contract'],
  auth: ['contract'],
  engine: ['contract'],
  diagram: ['contract'],
  drift: ['contract', 'config'],
  remote: ['contract', 'auth', 'config', 'clock'],
  fidelity: ['contract', 'auth', 'config', 'version', 'package-file'],
  verify: ['remote', 'fidelity', 'contract', 'auth', 'clock', 'version'],
  snapshot: ['app', 'remote', ...BELOW_PLANES],
  store: ['contract', 'config', 'clock', 'version', 'package-file'],
  errors: [],
  seed: ['store', 'engine', 'contract', 'config', 'clock', 'version', 'package-file'],
  sites: BELOW_PLANES.filter(part => part !== 'sites' && part !== 'guard'),
  ...Object.fromEntries(PLANES.map(plane => [plane, BELOW_PLANES])),
  server: ['api', 'config'],
  app: ['server', ...PLANES, ...BELOW_PLANES],
  router: ['app', 'server', ...PLANES, ...BELOW_PLANES],
  listening: [],
  entrance: ['router', 'app', 'api', 'listening', ...BELOW_PLANES],
  index: ['entrance', ...PLANES, ...BELOW_PLANES],
  cli: ['index', 'remote', 'drift', 'snapshot', 'verify', ...PLANES, ...BELOW_PLANES],
  main: ['cli', 'index', 'remote', 'drift', 'snapshot', 'verify', ...PLANES, ...BELOW_PLANES],
}

const ROOT = fileURLToPath(new URL('../src', import.meta.url))

interface SourceFile {
  /** Relative to src, as in `api/errors.ts`. */
  path: string
  /** The folder, or for a file directly in src its name. */
  part: string
  text: string
  /** What it says but for comments. */
  code: string
  /** Relative to src. */
  files: string[]
  packages: string[]
  /** Of all it names, what is loaded with it: no types, and nothing that is imported when it is needed. */
  loads: string[]
}

const files: SourceFile[] = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => read(path.replaceAll('\\', '/')))

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const { module, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(entry => entry.moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1)),
    // A type can be imported in place, too.
    ...[...text.matchAll(/\bimport\('([^']+)'\)/g)].map(match => match[1] as string),
  ]
  const loads = module.staticImports
    .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
    .map(({ moduleRequest }) => moduleRequest.value)
  const [local, packages] = [
    // The check of the Node version is beside the command, and is no part of src.
    named.filter(name => name.startsWith('.') && name !== '../bin/check-node.js'),
    named.filter(name => !name.startsWith('.')),
  ]
  const code = comments.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text)
  return {
    path,
    part: partOf(path),
    text,
    code,
    files: [...new Set(local.map(name => posix.join(dirname(path), name)))],
    packages: [...new Set(packages)],
    loads: loads.map(name => (name.startsWith('.') ? posix.join(dirname(path), name) : name)),
  }
}

function partOf(path: string): string {
  const [first = ''] = path.split('/')
  return first.replace(/\.ts$/, '')
}

const inPart = (...parts: string[]) => files.filter(({ part }) => parts.includes(part))
const packagesOf = (...parts: string[]) =>
  [...new Set(inPart(...parts).flatMap(({ packages }) => packages))].sort()
const mentioning = (pattern: RegExp) => files.filter(({ code }) => pattern.test(code)).map(({ path }) => path)

describe('Of the house', () => {
  it('every part has its place in the table of arrows', () => {
    expect(new Set(files.map(({ part }) => part)).difference(new Set(Object.keys(ARROWS)))).toEqual(new Set())
    expect(files.length).toBeGreaterThan(40)
  })

  it.each(Object.entries(ARROWS).filter(([part]) => inPart(part).length > 0))(
    'the part %s imports only from those below it',
    (part, allowed) => {
      const wrong = inPart(part).flatMap(file =>
        file.files
          .filter(target => partOf(target) !== part && !allowed.includes(partOf(target)))
          .map(target => `${file.path} → ${target}`),
      )
      expect(wrong).toEqual([])
    },
  )

  it('no file imports, over however many others, itself', () => {
    const imports = new Map(files.map(file => [file.path, file.files]))
    const cycles = new Set<string>()
    const done = new Set<string>()
    const follow = (path: string, way: string[]): void => {
      if (way.includes(path)) cycles.add(way.slice(way.indexOf(path)).sort().join(' ↔ '))
      if (done.has(path) || way.includes(path)) return
      for (const next of imports.get(path) ?? []) follow(next, [...way, path])
      done.add(path)
    }
    for (const { path } of files) follow(path, [])
    expect([...cycles]).toEqual([])
  })

  it('every import leads to a file that exists', () => {
    const known = new Set(files.map(({ path }) => path))
    const missing = files.flatMap(({ path, files }) =>
      files
        .filter(target => target.endsWith('.ts') && !known.has(target))
        .map(target => `${path} → ${target}`),
    )
    expect(missing).toEqual([])
  })
})

describe('Of other people’s code', () => {
  it('contract takes TypeBox only', () => {
    expect(packagesOf('contract')).toEqual(['@sinclair/typebox'])
  })

  it('auth takes node:crypto only', () => {
    expect(packagesOf('auth')).toEqual(['node:crypto'])
  })

  it('engine takes nothing that does input or output', () => {
    expect(
      packagesOf('engine').filter(name => /^(fastify|@fastify|better-sqlite3|node:)/.test(name)),
    ).toEqual([])
  })

  it('only store takes SQLite', () => {
    const users = files.filter(({ packages }) => packages.includes('better-sqlite3')).map(({ part }) => part)
    expect(new Set(users)).toEqual(new Set(['store']))
  })

  it('only app and the planes take Fastify', () => {
    const users = files
      .filter(({ packages }) => packages.some(name => /^@?fastify/.test(name)))
      .map(({ part }) => part)
    expect(new Set(users).difference(new Set(['app', 'entrance', 'router', 'server', ...PLANES]))).toEqual(
      new Set(),
    )
  })

  it('what listens starts without Fastify, which would take a third of the time', () => {
    const loaded = new Set(['entrance.ts'])
    for (const name of loaded)
      for (const next of files.find(({ path }) => path === name)?.loads ?? []) loaded.add(next)
    expect(loaded.size).toBeGreaterThan(20)
    expect([...loaded].filter(name => /^@?fastify/.test(name))).toEqual([])
  })

  it('only cli and main take what concerns the command line', () => {
    const users = files
      .filter(({ packages }) => packages.some(name => ['commander', 'close-with-grace'].includes(name)))
      .map(({ part }) => part)
    expect(new Set(users)).toEqual(new Set(['cli', 'main']))
  })
})

describe('There is one place', () => {
  it('for the time: the clock', () => {
    expect(mentioning(/\bDate\.now\(|\bnew Date\(|\bDate\(\)|\bTemporal\.Now\b|performance\.now/)).toEqual([
      'clock.ts',
    ])
  })

  it('for the environment: the configuration', () => {
    expect(mentioning(/\bprocess\.env\b/)).toEqual(['config.ts'])
  })

  it('for the names of HTTP: to import node:http, types aside, would slow the start', () => {
    expect(mentioning(/^import (?!type\b).*'node:http'/m)).toEqual([])
  })

  it('for the process: main', () => {
    expect(mentioning(/\bprocess\.exit|\bconsole\b|\bprocess\.(stdout|stderr|on)\b/)).toEqual(['main.ts'])
  })

  it('for SQL: the store', () => {
    const sql =
      /['"`]\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|PRAGMA|WITH)\s|\.(pragma|prepare)\(/
    expect(inPart('store').some(({ code }) => sql.test(code))).toBe(true)
    expect(mentioning(sql).filter(path => !path.startsWith('store/'))).toEqual([])
  })
})
