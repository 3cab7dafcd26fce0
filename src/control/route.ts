import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyRequest, FastifySchemaCompiler, InjectOptions, LightMyRequestResponse } from 'fastify'
import { originOf } from '../origin.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'
import { validatorCompiler } from '../validation.ts'

/** The options of every group of control routes. */
export interface ControlOptions {
  sites: Sites
  /** Without a slash at its end. */
  basePath: string
  /** The most bytes of a body that may hold a whole site. */
  bodyLimit: number
  /** Sends a request to the server itself. */
  inject(options: InjectOptions): Promise<LightMyRequestResponse>
}

export const SiteParams = Type.Object({
  site_id: Type.String({ description: 'The id of a site', examples: ['9991331'] }),
})

/** For a body that its handler validates itself, and more thoroughly. */
export const uncheckedBody: FastifySchemaCompiler<unknown> = route =>
  route.httpPart === 'body' ? () => true : validatorCompiler(route as never)

/** The site that the path names. @throws {NotFound} */
export const siteOf = (sites: Sites, request: FastifyRequest): Site =>
  sites.get((request.params as { site_id: string }).site_id)

/** The API's base URL as the caller of this request reaches it. */
export const baseUrlOf = (request: FastifyRequest, basePath: string): string =>
  `${originOf(request)}${basePath}`

/** The responses of a route: its own, and the problem document of every error. */
export const responses = (success: Record<number, TSchema>) => ({
  ...success,
  '4xx': problem('The call was refused; the detail says why'),
  '5xx': problem('The server failed, or its database cannot be written; nothing was changed'),
})

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Type.Ref('Problem#') } },
})

export const Nothing = Type.Null({ description: 'Done' })
