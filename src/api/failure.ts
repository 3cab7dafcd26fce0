import type { FastifyReply } from 'fastify'
import { type Finding, toHeaderLine } from '../auth/verdict.ts'
import { type CatalogueEntry, type ErrorCode, errorCatalogue } from '../contract/errors.ts'

/** The header that explains what the vendor's body leaves unsaid. */
export const EXPLAIN_HEADER = 'x-sandbox-explain'

/** A request that is refused as the vendor would: thrown by hooks and handlers, answered by `sendFailure`. */
export class Failure extends Error {
  override name = 'Failure'
  readonly entry: CatalogueEntry
  /** One line of ASCII for `X-Sandbox-Explain`. */
  readonly explanation: string | undefined

  constructor(code: ErrorCode, explanation?: string) {
    super(errorCatalogue[code].errorMessage)
    this.entry = errorCatalogue[code]
    this.explanation = explanation
  }
}

/** What an authentication refusal amounts to on the wire (CONTRACT.md section 4). */
export const authFailure = (finding: Finding): Failure => new Failure('UNAUTHORIZED', toHeaderLine(finding))

/** Answers with the vendor's error body: CONTRACT.md section 4. */
export function sendFailure(reply: FastifyReply, { entry, explanation }: Failure): FastifyReply {
  if (explanation !== undefined) reply.header(EXPLAIN_HEADER, explanation)
  const { status, errorCode, errorMessage } = entry
  return reply.code(status).send({ errorCode, errorMessage })
}
