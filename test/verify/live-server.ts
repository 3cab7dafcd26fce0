import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Sandbox } from '../../src/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: bodies are changed here, not used by their type
export type Body = any

/** What a server does otherwise than the sandbox. */
export interface Change {
  /** Changes the body of a 200. */
  body?: (body: Body, path: string) => Body
  /** Changes the body of an error. */
  error?: (body: Body, path: string) => Body
  status?: (status: number, path: string) => number
}

const same = <T>(value: T): T => value

/** Answers as the sandbox does, with the vendor's statuses and codes (CONTRACT.md section 4), but for a change. */
export const liveServer =
  (sandbox: Sandbox, { body = same, error = same, status = same }: Change = {}) =>
  async ({ url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = Object.fromEntries(
      ['authorization', 'x-annexcloud-site'].flatMap(name =>
        headers[name] ? [[name, String(headers[name])]] : [],
      ),
    )
    const answer = await fetch(`${sandbox.origin}${url}`, { headers: sent })
    const json = (await answer.json()) as Body
    const vendorStatus = answer.status === 403 ? 401 : answer.status
    const text = answer.ok ? body(json, url) : error({ ...json, errorCode: codeFor(vendorStatus, url) }, url)
    response
      .writeHead(status(vendorStatus, url), { 'content-type': 'application/json' })
      .end(JSON.stringify(text))
  }

const CODES: Record<number, string> = { 400: 'AC1007', 401: 'AC1002', 404: 'AC1005', 405: 'AC1003' }

const codeFor = (status: number, path: string): string =>
  path.endsWith('/nothing') ? 'AC1001' : (CODES[status] ?? 'AC1001')
