import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'

/** Small files at the top of src that any part but `contract`, `auth` and `engine` may import. */
const LEAVES = ['clock', 'config', 'errors', 'guard', 'http', 'package-file', 'text']
const APIS = ['api', 'control', 'openapi', 'inspector']
const BELOW_APIS = [
  'sites',
  'seed',
  'store',
  'engine',
  'auth',
  'diagram',
  'validation',
  'origin',
  'contract',
  ...LEAVES,
]

/** Every part of src with the parts that it may import from, as in CONTRIBUTING.md. */
const ARROWS: Record<string, string[]> = {
  contract: [],
  ...Object.fromEntries(LEAVES.map(leaf => [leaf, ['contract', ...LEAVES]])),
  auth: ['contract', 'errors'],
  engine: ['contract', 'clock'],
  diagram: ['contract', 'errors'],
  store: ['contract', ...LEAVES],
  seed: ['store', 'engine', 'contract', ...LEAVES],
  validation: ['seed', 'contract', 'errors'],
  sites: BELOW_APIS.filter(part => part !== 'sites'),
  ...Object.fromEntries(APIS.map(api => [api, BELOW_APIS])),
  connections: [],
  origin: [],
  app: [...APIS, 'connections', ...BELOW_APIS],
  index: ['app', ...BELOW_APIS],
  verify: ['index', ...BELOW_APIS],
  cli: ['index', 'verify', ...BELOW_APIS],
  main: ['cli', 'index', 'verify', ...BELOW_APIS],
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

describe('Imports', () => {
  it('know every part of src', () => {
    expect(new Set(files.map(({ part }) => part)).difference(new Set(Object.keys(ARROWS)))).toEqual(new Set())
    expect(files.length).toBeGreaterThan(40)
  })

  it.each(Object.entries(ARROWS).filter(([part]) => inPart(part).length > 0))(
    'of %s are only from the parts below it',
    (part, allowed) => {
      const wrong = inPart(part).flatMap(file =>
        file.files
          .filter(target => partOf(target) !== part && !allowed.includes(partOf(target)))
          .map(target => `${file.path} → ${target}`),
      )
      expect(wrong).toEqual([])
    },
  )

  it('form no circle', () => {
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

  it('lead to files that exist', () => {
    const known = new Set(files.map(({ path }) => path))
    const missing = files.flatMap(({ path, files }) =>
      files
        .filter(target => target.endsWith('.ts') && !known.has(target))
        .map(target => `${path} → ${target}`),
    )
    expect(missing).toEqual([])
  })
})

describe('Packages', () => {
  it('contract imports TypeBox only', () => {
    expect(packagesOf('contract')).toEqual(['@sinclair/typebox'])
  })

  it('auth imports TypeBox and node:crypto only', () => {
    expect(packagesOf('auth')).toEqual(['@sinclair/typebox', 'node:crypto'])
  })

  it('engine imports nothing that does I/O', () => {
    expect(
      packagesOf('engine').filter(name => /^(fastify|@fastify|better-sqlite3|node:)/.test(name)),
    ).toEqual([])
  })

  it('only store imports SQLite', () => {
    const users = files.filter(({ packages }) => packages.includes('better-sqlite3')).map(({ part }) => part)
    expect(new Set(users)).toEqual(new Set(['store']))
  })

  it('only app and what it registers import Fastify', () => {
    const users = files
      .filter(({ packages }) => packages.some(name => /^@?fastify/.test(name)))
      .map(({ part }) => part)
    const allowed = new Set(['app', 'index', 'connections', 'origin', 'validation', ...APIS])
    expect(new Set(users).difference(allowed)).toEqual(new Set())
  })

  it('only cli and main import command-line libraries', () => {
    const users = files
      .filter(({ packages }) => packages.some(name => ['commander', 'close-with-grace'].includes(name)))
      .map(({ part }) => part)
    expect(new Set(users)).toEqual(new Set(['cli', 'main']))
  })
})

describe('One place only', () => {
  it('reads the time: the clock', () => {
    expect(mentioning(/\bDate\.now\(|\bnew Date\(|\bDate\(\)|\bTemporal\.Now\b|performance\.now/)).toEqual([
      'clock.ts',
    ])
  })

  it('reads the environment: the configuration', () => {
    expect(mentioning(/\bprocess\.env\b/)).toEqual(['config.ts'])
  })

  it('prints and exits: main', () => {
    expect(mentioning(/\bprocess\.exit|\bconsole\b|\bprocess\.(stdout|stderr|on)\b/)).toEqual(['main.ts'])
  })

  it('has SQL: the store', () => {
    const sql =
      /['"`]\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|PRAGMA|WITH)\s|\.(pragma|prepare)\(/
    expect(inPart('store').some(({ code }) => sql.test(code))).toBe(true)
    expect(mentioning(sql).filter(path => !path.startsWith('store/'))).toEqual([])
  })
})
