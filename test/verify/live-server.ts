import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Sandbox } from '../../src/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: bodies are changed here, not used by their type
export type Body = any

/** How a server differs from the sandbox. */
export interface Change {
  /** Changes the body of a 200. */
  body?: (body: Body, path: string) => Body
  /** Changes the body of an error. */
  error?: (body: Body, path: string) => Body
  status?: (status: number, path: string) => number
}

const same = <T>(value: T): T => value

/** Answers as the sandbox does, with one change. */
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
    const changed = answer.ok ? body(json, url) : error(json, url)
    response
      .writeHead(status(answer.status, url), { 'content-type': 'application/json' })
      .end(JSON.stringify(changed))
  }
