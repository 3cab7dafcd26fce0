import type { FastifyInstance } from 'fastify'
import { depthIssue, MAX_DEPTH } from '../contract/json.ts'
import { HttpError, Invalid } from '../errors.ts'
import { ValidationError } from '../validation.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How deep the body may be nested. */
    bodyDepth?: number
  }
}

/** Less than of a seed, as what a body holds becomes a part of one: what can be written must fit into an export. */
export const MAX_BODY_DEPTH = MAX_DEPTH / 2

/** Reads JSON bodies. A call without a body may still name a content type, as many clients do on DELETE and POST. */
export function acceptBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      refuseCharset(request.headers['content-type'])
      const value = parseJson(bytes as Buffer)
      refuseDeep(value, request.routeOptions.config.bodyDepth ?? MAX_BODY_DEPTH)
      done(null, value)
    } catch (error) {
      done(error as Error)
    }
  })
  scope.addContentTypeParser('*', (request, payload, done) => {
    let isEmpty = true
    payload.on('data', () => {
      isEmpty = false
    })
    payload.on('end', () => {
      if (isEmpty) return done(null, undefined)
      const type = request.headers['content-type']
      done(new HttpError(415, `the body is ${type ?? 'of no content type'}; send application/json`))
    })
  })
}

function refuseCharset(contentType = ''): void {
  const charset = /charset="?([^";]+)/i.exec(contentType)?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset.trim()))
    throw new HttpError(415, `the body is encoded in ${charset}; send UTF-8`)
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Invalid('the body is not UTF-8; encode it so')
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    // V8 says where.
    throw new Invalid(`the body is not JSON: ${(error as Error).message}`)
  }
}

function refuseDeep(value: unknown, limit: number): void {
  const issue = depthIssue(value, limit)
  if (issue) throw new ValidationError('body', [issue])
}
