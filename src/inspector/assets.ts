import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { packageFile } from '../package-file.ts'

const { resolve } = createRequire(import.meta.url)

const folder = fileURLToPath(packageFile('assets/'))

/** Every file that the pages load, by its name. */
const FILES: Record<string, string> = {
  ...Object.fromEntries(readdirSync(folder).map(name => [name, join(folder, name)])),
  'htmx.min.js': resolve('htmx.org/dist/htmx.min.js'),
  'panzoom.es.js': resolve('@panzoom/panzoom/dist/panzoom.es.js'),
}

const hash = createHash('sha256')
for (const file of Object.values(FILES)) hash.update(readFileSync(file))

/** Changes with the content of the files, so that a browser may cache them for ever. */
const PREFIX = `/assets/${hash.digest('base64url').slice(0, 12)}/`

const asset = (name: string): string => `${PREFIX}${name}`

/** The paths of the files that every page names. */
export const ASSETS = {
  styles: ['base.css', 'shell.css', 'pages.css', 'canvas.css'].map(asset),
  htmx: asset('htmx.min.js'),
  script: asset('inspector.js'),
  icon: asset('icon.svg'),
}

/** Serves the files of the pages to everyone: they contain no data. */
export async function assetRoutes(scope: FastifyInstance): Promise<void> {
  scope.addHook('onRoute', route => {
    route.config = { ...route.config, open: true }
    route.schema = { ...route.schema, hide: true }
  })
  await scope.register(fastifyStatic, {
    root: [...new Set(Object.values(FILES).map(file => dirname(file)))],
    prefix: PREFIX,
    decorateReply: false,
    index: false,
    allowedPath: path => Object.hasOwn(FILES, path.replace(/^\//, '')),
    maxAge: '365d',
    immutable: true,
  })
}
