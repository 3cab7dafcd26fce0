import type { FastifyInstance } from 'fastify'
import { MAX_DEPTH } from '../contract/json.ts'
import { HttpError } from '../errors.ts'
import { parseSeedText, type SeedFormat } from '../seed/text.ts'
import { decodeText } from '../text.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How deep the body may be nested. */
    bodyDepth?: number
  }
}

/** The most bytes of a body, unless it holds data of a site: those have a setting. */
export const MAX_BODY_BYTES = 64 * 1024

/** Less than of a seed, as what a body holds becomes a part of one: what can be written must fit into an export. */
export const MAX_BODY_DEPTH = MAX_DEPTH / 2

const TYPES: Record<string, SeedFormat> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'text/yaml': 'yaml',
}

/** Reads bodies in JSON or YAML. A call without a body may still name a content type, as many clients do on DELETE and POST. */
export function acceptBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  for (const [type, format] of Object.entries(TYPES)) {
    scope.addContentTypeParser(type, { parseAs: 'buffer' }, (request, bytes, done) => {
      try {
        refuseCharset(request.headers['content-type'])
        const maxDepth = request.routeOptions.config.bodyDepth ?? MAX_BODY_DEPTH
        const isEmpty = bytes.length === 0
        done(
          null,
          isEmpty ? undefined : parseSeedText(decodeText(bytes as Buffer, 'the body'), { format, maxDepth }),
        )
      } catch (error) {
        done(error as Error)
      }
    })
  }
  scope.addContentTypeParser('*', (request, payload, done) => {
    let isEmpty = true
    payload.on('data', () => {
      isEmpty = false
    })
    payload.on('end', () => {
      if (isEmpty) return done(null, undefined)
      const type = request.headers['content-type']
      done(
        new HttpError(
          415,
          `the body is ${type ?? 'of no content type'}; send application/json or application/yaml`,
        ),
      )
    })
  })
}

function refuseCharset(contentType = ''): void {
  const charset = /charset="?([^";]+)/i.exec(contentType)?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset.trim()))
    throw new HttpError(415, `the body is encoded in ${charset}; send UTF-8`)
}
