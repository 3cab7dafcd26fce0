import type { FastifyInstance } from 'fastify'

/** What was filled in, by the names of the fields. */
export type Form = Partial<Record<string, string>>

/** Lets the pages' forms be read. */
export function readForms(scope: FastifyInstance): void {
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 256 * 1024 },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
}
