import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { type Folder, temporaryFolder } from '../support/folder.ts'
import { execute } from '../support/shell.ts'

/** The package as npm publishes and installs it, in an empty folder and without the scripts of its dependencies. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

let folder: Folder
const installed = (path = '') => folder.file(`node_modules/journeys-sandbox/${path}`)
const node = (file: string, env = {}) => execute(folder.path, [process.execPath, file], env)

/** How this machine reaches the registry: its proxy, and certificates of its own. */
const NETWORK = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(NODE_EXTRA_CA_CERTS|(https?|no)_proxy)$/i.test(name)),
) as Record<string, string>

beforeAll(async () => {
  folder = temporaryFolder()
  // Builds it too, and fails when publint or are-the-types-wrong finds anything.
  const packed = await execute(ROOT, ['npm', 'pack', '--silent', '--pack-destination', folder.path])
  expect(packed.code, packed.stderr + packed.stdout).toBe(0)
  const tarball = packed.stdout.trim().split('\n').at(-1) as string
  folder.file('package.json', '{}')
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  const done = await execute(folder.path, ['npm', 'install', ...flags, `./${tarball}`], NETWORK)
  expect(done.code, done.stderr).toBe(0)
})
afterAll(() => folder[Symbol.dispose]())

/** A program that starts a sandbox, and prints how it answers. */
const PROGRAM = `
async function main() {
  const sandbox = await startSandbox()
  const [site] = sandbox.sites()
  const response = await fetch(sandbox.url + '/user/ann@example.com/journeys', {
    headers: signRequest({ ...site, identifier: 'ann@example.com' }).headers,
  })
  console.log(response.status)
  await sandbox.close()
}
main()
`

describe('The installed package', () => {
  it('has the licences of everything it contains, and no sources', () => {
    expect(readFileSync(installed('LICENSE'), 'utf8')).toContain('MIT License')
    const licences = readFileSync(installed('dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
    expect(licences).toContain('\nfastify 5.')
    // It is contained, which makes the start quicker, and a dependency as well, for the types of the package.
    const both = '@sinclair/typebox'
    for (const name of Object.keys(packageJson.dependencies))
      expect(licences.includes(`\n${name} `), name).toBe(name === both)
    expect(existsSync(installed('src'))).toBe(false)
  })

  it('brings no packages but those that cannot be bundled, and what they need', () => {
    const names = readdirSync(folder.file('node_modules')).filter(name => !name.startsWith('.'))
    expect(names).toContain('better-sqlite3')
    expect(names.length).toBeLessThan(8)
  })

  it('is a command that serves the API, its pages, its documents and its pictures, and stops', async () => {
    const command = spawn(folder.file('node_modules/.bin/journeys-sandbox'), [], {
      cwd: folder.path,
      env: { PATH: `${join(process.execPath, '..')}:${process.env.PATH}`, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [banner] = await once(command.stdout.setEncoding('utf8'), 'data')
    const origin = /http:\/\/[^/]+/.exec(banner)?.[0]
    const journey = '_sandbox/sites/9991331/journeys/de04a64d-dc40-445f-8351-3dde7567d5c8'
    for (const path of [
      ...['', '_sandbox/health', 'openapi.json', 'openapi.yaml', '_sandbox/openapi.json'],
      ...['docs/', 'docs/static/swagger-ui-bundle.js', 'docs/static/swagger-ui.css', `${journey}.svg`],
    ])
      expect((await fetch(`${origin}/${path}`)).status, path).toBe(200)
    command.kill('SIGTERM')
    expect(await once(command, 'exit')).toEqual([0, null])
  })

  it.each([
    ['an ES module', 'program.mjs', "import { signRequest, startSandbox } from 'journeys-sandbox'"],
    ['CommonJS', 'program.cjs', "const { signRequest, startSandbox } = require('journeys-sandbox')"],
  ])('is a library for %s', async (_what, name, line) => {
    const file = folder.file(name, line + PROGRAM)
    expect(await node(file)).toEqual({ code: 0, stdout: '200\n', stderr: '' })
  })

  it.each([
    ['program.mjs', "import 'journeys-sandbox'"],
    ['program.cjs', "require('journeys-sandbox')"],
  ])('says which Node it needs on one that is too old, as a library in %s', async (name, text) => {
    const pretence = folder.file(
      'old.cjs',
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })",
    )
    const { code, stderr } = await node(folder.file(name, text), { NODE_OPTIONS: `--require ${pretence}` })
    expect(code).toBe(1)
    expect(stderr).toContain('\nError: journeys-sandbox needs Node 22.18 or newer; this is Node 20.1.0\n')
  })
})

describe('The types of the installed package', () => {
  const IMPORTING = `import { type Sandbox, type SandboxSite, SeedError, signRequest, startSandbox } from 'journeys-sandbox'`
  const REQUIRING = `import sandboxes = require('journeys-sandbox')
const { SeedError, signRequest, startSandbox } = sandboxes
type Sandbox = sandboxes.Sandbox
type SandboxSite = sandboxes.SandboxSite`
  const USING = `
export async function use(): Promise<string[]> {
  const sandbox: Sandbox = await startSandbox({ port: 0 })
  const site: SandboxSite = sandbox.createSite({ seed: 'demo' })
  const { headers } = signRequest({ site_id: site.site_id, secret: site.secret })
  // @ts-expect-error: there is no such setting
  await startSandbox({ prot: 0 }).catch(error => error instanceof SeedError)
  await sandbox.close()
  return Object.keys(headers)
}`

  it.each([
    ['an ES module, resolved as Node does', 'use.mts', IMPORTING, 'nodenext', 'nodenext'],
    ['CommonJS, resolved as Node does', 'use.cts', REQUIRING, 'node16', 'node16'],
    ['a bundler', 'use.ts', IMPORTING, 'esnext', 'bundler'],
  ])('are right for %s', async (_what, name, head, module, moduleResolution) => {
    const file = folder.file(name, head + USING)
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      module,
      moduleResolution,
      types: [],
    }
    folder.file('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }))
    expect(await node(TSC)).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})

describe('npm start', () => {
  it('leaves no server behind when npm is told to end', async () => {
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    npm.stdout.setEncoding('utf8').on('data', text => {
      printed += text
    })
    await expect.poll(() => printed).toMatch(/http:\/\/\S+/)
    const origin = new URL(/http:\/\/\S+/.exec(printed)?.[0] as string).origin
    expect((await fetch(`${origin}/_sandbox/health`)).status).toBe(200)
    npm.kill('SIGTERM')
    await once(npm, 'exit')
    const answers = () =>
      fetch(`${origin}/_sandbox/health`).then(
        () => true,
        () => false,
      )
    await expect.poll(answers).toBe(false)
  })
})
