import type { TSchema } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OperationId } from '../contract/operations.ts'
import type { Site } from '../sites/site.ts'
import { extending } from './extended.ts'
import { projection } from './projection.ts'

/**
 * What an operation answers, with or without more than its schema names, and the vendor timestamps at which that changes
 * by itself.
 */
export interface Body {
  body: object
  moments: Iterable<string | null>
}

export type BodyOf = (site: Site, identifier: string, now: string) => Body

/** Of every answer with a body. */
export const CONTENT_TYPE = 'application/json; charset=utf-8'

/**
 * The handler of an operation: sends what `success` names of what `bodyOf` makes of the calling site and the identifier
 * at a moment, and asks it only when no answer is ready. With `If-None-Match`, an answer that the client has already is a
 * 304 (I: the vendor says nothing of either).
 */
export function answer(operation: OperationId, success: TSchema, bodyOf: BodyOf) {
  const project = extending(projection(success), operation)
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { caller, entry, headers } = request
    const { url, identifier } = entry
    const { body, etag } = caller.answers.get({ url, operation, identifier }, now => {
      const { body, moments } = bodyOf(caller, identifier ?? '', now)
      return { text: JSON.stringify(project(body)), moments }
    })
    reply.header('etag', etag)
    // A fault in the body needs a body.
    if (!request.bodyFault && isKnown(headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.header('content-type', CONTENT_TYPE).send(body)
  }
}

/** Whether an `If-None-Match` names this entity tag; the comparison is the weak one of RFC 9110, section 13.1.2. */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag))
