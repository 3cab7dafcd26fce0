import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { packageFile } from '../package-file.ts'

const FOLDER = packageFile('assets/')

const TYPES = {
  'inspector.css': 'text/css; charset=utf-8',
  'inspector.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

/** By address, which changes with the content, so that a browser may keep what it has for ever. */
const files = new Map(
  Object.entries(TYPES).map(([name, type]) => {
    const content = readFileSync(new URL(name, FOLDER))
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12)
    return [`/assets/${hash}/${name}`, { name, type, content }]
  }),
)

const addressOf = (wanted: keyof typeof TYPES): string =>
  [...files].find(([, { name }]) => name === wanted)?.[0] as string

/** The addresses of the files that the pages need. */
export const ASSETS = {
  style: addressOf('inspector.css'),
  script: addressOf('inspector.js'),
  icon: addressOf('icon.svg'),
}

/** The files that the pages need; they say nothing of the data, and so are open to all. */
export async function assetRoutes(scope: FastifyInstance): Promise<void> {
  for (const [url, { type, content }] of files) {
    scope.get(url, { config: { open: true }, schema: { hide: true } }, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(content),
    )
  }
}
