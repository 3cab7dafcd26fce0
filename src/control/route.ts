import { type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { schemaIssues } from '../seed/issues.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'
import { InvalidParts } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a route belongs into the document of the control plane. */
    control?: boolean
  }
}

/** What the routes of the control plane are given. */
export interface ControlOptions {
  sites: Sites
  /** Without a slash at its end. */
  basePath: string
}

export const SiteParams = Type.Object({ site_id: Type.String({ description: 'The id of a site' }) })

const PARTS: Record<string, string> = {
  body: 'body',
  querystring: 'query',
  params: 'address',
  headers: 'headers',
}

/** Validates by TypeBox and reports every fault with a JSON pointer. Only what is text by nature is converted. */
export const validatorCompiler: FastifySchemaCompiler<unknown> = ({ schema, httpPart = 'body' }) => {
  return (data: unknown) => {
    const value = httpPart === 'body' ? data : Value.Convert(schema as TSchema, data)
    const faults = schemaIssues(schema as TSchema, value)
    return faults.length === 0 ? { value } : { error: new InvalidParts(faults, PARTS[httpPart] ?? httpPart) }
  }
}

/** For a body that what handles it checks by itself, and more thoroughly. */
export const uncheckedBody: FastifySchemaCompiler<unknown> = route =>
  route.httpPart === 'body' ? () => true : validatorCompiler(route)

/** The site that the address names. @throws {NotFound} */
export const siteOf = (sites: Sites, request: FastifyRequest): Site =>
  sites.get((request.params as { site_id: string }).site_id)

/** The API's base URL as the caller of this request reaches it. */
export const baseUrlOf = (request: FastifyRequest, basePath: string): string =>
  `${request.protocol}://${request.host}${basePath}`

/** The responses of a route: what it answers when all is well, and the problems that any may answer. */
export const responses = (success: Record<number, TSchema>) => ({
  ...success,
  '4xx': Type.Ref('Problem#', { description: 'What is asked for cannot be done; the detail says why' }),
})

export const Nothing = Type.Null({ description: 'Done' })
