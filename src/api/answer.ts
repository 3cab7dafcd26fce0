import type { TSchema } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OperationId } from '../contract/operations.ts'
import type { Answer } from '../sites/answers.ts'
import type { Site } from '../sites/site.ts'
import { writer } from './writing.ts'

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

/** Answers an operation for a site. @throws {Failure} when there is no such journey or member */
export type AnswerTo = (site: Site, identifier: string | undefined) => Answer

/** Makes what answers an operation: what `success` names of what `bodyOf` makes, which is asked only when no answer is ready. */
export function answering(operation: OperationId, success: TSchema, bodyOf: BodyOf): AnswerTo {
  const write = writer(success)
  return (site, identifier = '') =>
    site.answers.get(operation, identifier, now => {
      const { body, moments } = bodyOf(site, identifier, now)
      return { ...write(body), moments }
    })
}

/**
 * The handler of an operation. With `If-None-Match`, an answer that the client has already is a 304 (I: the vendor says
 * nothing of either).
 */
export const handlerOf =
  (answerTo: AnswerTo) =>
  (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { caller, entry, headers } = request
    const { body, etag } = answerTo(caller, entry.identifier)
    reply.header('etag', etag)
    // A fault in the body needs a body.
    if (!request.bodyFault && isKnown(headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.header('content-type', CONTENT_TYPE).send(body)
  }

/** Whether an `If-None-Match` names this entity tag; the comparison is the weak one of RFC 9110, section 13.1.2. */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag))
