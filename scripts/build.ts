import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'
import { openSeededStore } from '../src/seeding/seed.ts'

/**
 * Makes dist/, what the package runs: the sources and most of what they import in a few files, since opening and
 * linking a thousand small ones is most of a start; as CommonJS, since Node loads that sooner; and the demo as a
 * database that is ready. The declarations are made by tsc.
 */

// What has files of its own besides its code, or is loaded only when it is asked for; and the compilers that Fastify
// loads where a server does not name others, as all of ours do.
const LEFT_ALONE = [
  ...['better-sqlite3', '@fastify/swagger', '@fastify/swagger-ui'],
  ...['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler'],
]

const root = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

rmSync(root('dist'), { recursive: true, force: true })

// Fastify loads it with itself, for servers that are not ours; with all it stands on, that takes as long as Fastify.
const HTTP2 = 'node:http2'
const http2WhenAsked: Plugin = {
  name: 'http2-when-asked',
  resolveId: id => (id === HTTP2 ? `\0${HTTP2}` : undefined),
  load: id =>
    id === `\0${HTTP2}`
      ? `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule('${HTTP2}')[name] })`
      : undefined,
}

const bundle = await rolldown({
  cwd: root('.'),
  input: { main: 'src/main.ts', index: 'src/index.ts' },
  platform: 'node',
  external: LEFT_ALONE,
  plugins: [http2WhenAsked],
})
const names = '[name].cjs'
const { output } = await bundle.write({
  dir: 'dist',
  format: 'cjs',
  entryFileNames: names,
  chunkFileNames: names,
})
await bundle.close()

// Who imports the package finds its names here.
const exported = output.flatMap(chunk =>
  chunk.type === 'chunk' && chunk.name === 'index' ? chunk.exports : [],
)
writeFileSync(root('dist/index.js'), `export { ${exported.join(', ')} } from './index.cjs'\n`)

// Nothing of the demo depends on when it is loaded but the time of its site's creation, which is set when it is opened.
const store = openSeededStore(':memory:', 'demo', '1970-01-01T00:00:00.000000')
writeFileSync(root('dist/demo.db'), store.image())
store.close()
