import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'
import { openSeededStore } from '../src/seed/seed.ts'

// What has files of its own besides its code, or is loaded only when it is asked for; and the compilers that Fastify
// loads where a server does not name others, as all of ours do.
const LEFT_ALONE = [
  ...['better-sqlite3', '@fastify/swagger', '@fastify/swagger-ui'],
  ...['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler'],
]

const root = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

// What is loaded with a library, and seldom used: with all that these stand on, they are a tenth of a start.
const WHEN_ASKED = ['fs/promises', 'http2', 'https', 'readline', 'stream/consumers']
const REQUIRED = new RegExp(`\\brequire\\("(?:node:)?(${WHEN_ASKED.join('|')})"\\)`, 'g')

// Stands for a module of Node's until something of it is used.
const STAND_IN =
  'const whenAsked = name => new Proxy({}, { get: (_, key) => process.getBuiltinModule(name)[key] })\n'

const builtinsWhenAsked: Plugin = {
  name: 'builtins-when-asked',
  renderChunk: code => {
    const changed = code.replace(REQUIRED, "whenAsked('$1')")
    return changed === code ? null : STAND_IN + changed
  },
}

/**
 * Makes dist/, what the package runs: the sources and most of what they import in a few files, since opening and
 * linking a thousand small ones is most of a start; as CommonJS, since Node loads that sooner; and the demo as a
 * database that is ready. The declarations are made by tsc.
 */
export async function build(dist: string): Promise<void> {
  rmSync(dist, { recursive: true, force: true })
  const bundle = await rolldown({
    cwd: root('.'),
    input: { main: 'src/main.ts', index: 'src/index.ts' },
    platform: 'node',
    external: LEFT_ALONE,
    plugins: [builtinsWhenAsked],
  })
  const names = '[name].cjs'
  const { output } = await bundle.write({
    dir: dist,
    format: 'cjs',
    entryFileNames: names,
    chunkFileNames: names,
  })
  await bundle.close()

  // Who imports the package finds its names here.
  const exported = output.flatMap(chunk =>
    chunk.type === 'chunk' && chunk.name === 'index' ? chunk.exports : [],
  )
  writeFileSync(join(dist, 'index.js'), `export { ${exported.join(', ')} } from './index.cjs'\n`)

  // Nothing of the demo depends on when it is loaded but the time of its site's creation, which is set when it is opened.
  const store = openSeededStore(':memory:', 'demo', '1970-01-01T00:00:00.000000')
  writeFileSync(join(dist, 'demo.db'), store.image())
  store.close()
}

if (import.meta.main) await build(root('dist'))
