import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import spdxLicenses from 'spdx-license-list/full.js'
import { defineConfig, type UserConfig } from 'tsdown'

/**
 * Builds dist/, what the package runs. The libraries are bundled, except for `dependencies` in package.json: Jest loads
 * no package that is ESM only, and in its jsdom environment it takes the browser's variant of a package.
 */

const PACKAGE = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/

/** Writes down the licence of everything in dist/ that is not ours. */
const licences: UserConfig['plugins'] = {
  name: 'licences',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap(chunk => (chunk.type === 'chunk' ? chunk.moduleIds : []))
    const folders = new Set(modules.flatMap(id => PACKAGE.exec(id)?.[0] ?? []))
    const packages = [...folders].map(licenceOf)
    // Comes as a file of @fastify/swagger-ui.
    packages.push(`swagger-ui (Apache-2.0)\n\nCopyright SmartBear Software Inc.\n\n${textOf('Apache-2.0')}`)
    const source = packages.sort().join(`\n\n${'-'.repeat(80)}\n\n`)
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source })
  },
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).filter(file => /^(licen[cs]e|notice)/i.test(file))
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim())
  return [`${name} ${version} (${license})`, ...(texts.length > 0 ? texts : [textOf(license)])].join('\n\n')
}

function textOf(license: string): string {
  const text = spdxLicenses[license]?.licenseText
  if (!text) throw new Error(`there is no text of the licence ${license}`)
  return text.trim()
}

/** Swagger UI reads its files by `path.join(__dirname, …)`; in dist/ they are in a folder of the package's name. */
const SWAGGER_UI = '@fastify/swagger-ui'
const swaggerUiFiles: UserConfig['plugins'] = {
  name: 'swagger-ui-files',
  transform: {
    filter: { id: /@fastify[\\/]swagger-ui[\\/].*\.js$/, code: '__dirname' },
    handler(code, id) {
      const folder = posix.join(SWAGGER_UI, dirname(id.replaceAll('\\', '/')).split(SWAGGER_UI)[1] ?? '')
      return code.replaceAll('__dirname', `path.join(__dirname, '${folder}')`)
    },
  },
}

const common: UserConfig = {
  // The public types import those of TypeBox, which therefore is one of `dependencies`. Its code is bundled all the same:
  // its 266 files take a tenth of the start to load.
  deps: {
    alwaysBundle: /^@sinclair\/typebox/,
    onlyBundle: false,
    dts: { alwaysBundle: [], neverBundle: true },
  },
  plugins: [swaggerUiFiles],
  // What the types of a bundled library import is left out where the public types do not need it.
  treeshake: { moduleSideEffects: [{ external: true, sideEffects: false }] },
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  shims: true,
  checks: { legacyCjs: false, pluginTimings: false },
  report: false,
}

export default defineConfig([
  {
    ...common,
    entry: ['src/index.ts', 'src/main.ts'],
    format: 'esm',
    dts: { entry: 'src/index.ts' },
    plugins: [swaggerUiFiles, licences],
    copy: ({ outDir }) => ({ from: `node_modules/${SWAGGER_UI}/static`, to: join(outDir, SWAGGER_UI) }),
    publint: { level: 'error' },
    attw: { profile: 'strict', level: 'error' },
  },
  {
    ...common,
    entry: 'src/index.ts',
    format: 'cjs',
    dts: true,
    // Globals of Node that Jest's jsdom environment does not have. It has no structuredClone either, nor fetch.
    inputOptions: {
      transform: {
        inject: {
          setImmediate: ['node:timers', 'setImmediate'],
          TextDecoder: ['node:util', 'TextDecoder'],
          TextEncoder: ['node:util', 'TextEncoder'],
        },
      },
    },
  },
])
