import type { FastifyInstance, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** The path prefix under which a proxy serves the sandbox; empty for none. No slash at its end. */
    pathPrefix: string
  }
}

/** Reads the path prefix of a proxy from `X-Forwarded-Prefix`, if it is to be trusted. */
export function readPathPrefix(app: FastifyInstance, trusted: boolean): void {
  app.decorateRequest('pathPrefix', '')
  if (!trusted) return
  app.addHook('onRequest', (request, _reply, done) => {
    const prefix = request.headers['x-forwarded-prefix']?.toString() ?? ''
    if (/^(\/[\w.~-]+)+\/?$/.test(prefix)) request.pathPrefix = prefix.replace(/\/$/, '')
    done()
  })
}

/** The URL of the server as the caller of a request reaches it, without a slash at its end. */
export const originOf = ({ protocol, host, pathPrefix }: FastifyRequest): string =>
  `${protocol}://${host}${pathPrefix}`
