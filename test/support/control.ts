import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'

/** Calls to the control API of an app, as a test suite in any language makes them. */
export const controlOf = (app: FastifyInstance) => ({
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await app.inject({
      method: method as 'GET',
      url: `/_sandbox${path}`,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const type = String(response.headers['content-type'] ?? '')
    return {
      status: response.statusCode,
      type,
      headers: response.headers,
      body: response.body === '' ? undefined : response.json(),
    }
  },
  /** The same, of which the status is known. */
  async expect(status: number, method: string, path: string, body?: unknown) {
    const answer = await this.call(method, path, body)
    expect(answer, `${method} ${path}`).toMatchObject({ status })
    if (status >= 400) expect(answer.type).toBe('application/problem+json; charset=utf-8')
    return answer.body
  },
})
