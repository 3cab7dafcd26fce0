import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { sign } from '../../src/auth/sign.ts'
import { ConfigError } from '../../src/config.ts'
import { LiveApiError, type LiveApiOptions, openLiveApi } from '../../src/verify/live-api.ts'
import { serverOf } from '../support/server.ts'

const apiOf = (baseUrl: string, more: Partial<LiveApiOptions> = {}) =>
  openLiveApi({ baseUrl, siteId: '9991331', secret: 'sandbox-secret', rate: 1000, ...more })

const json = (response: ServerResponse, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"journeys":[]}')

describe('A call', () => {
  test.each(['', '/', '/api/3.0', '/api/3.0/'])('goes below the base URL that ends in "%s"', async end => {
    const seen: string[] = []
    await using server = await serverOf(({ url = '' }, response) => {
      seen.push(url)
      json(response)
    })
    const answer = await apiOf(`${server.url}${end}`).get('/journeys')
    expect(seen).toEqual([`${end.replace(/\/$/, '')}/journeys`])
    expect(answer).toMatchObject({ status: 200, text: '{"journeys":[]}', json: { journeys: [] } })
    expect(answer.headers['content-type']).toBe('application/json')
  })

  test('has signed headers, or those that the caller gives', async () => {
    const seen: IncomingMessage['headers'][] = []
    await using server = await serverOf(({ headers }, response) => {
      seen.push(headers)
      json(response)
    })
    const api = apiOf(server.url, { clock: { now: () => 1_000_000 } })
    await api.get('/user/a/journeys', { identifier: 'a' })
    await api.get('/journeys', { headers: ({ site_id, exp }) => ({ 'x-wrong': `${site_id} ${exp}` }) })
    const right = sign({ site_id: '9991331', secret: 'sandbox-secret', identifier: 'a', exp: 1300 }).headers
    expect(seen[0]).toMatchObject({ authorization: right.Authorization, 'x-annexcloud-site': '9991331' })
    expect(seen[1]).toMatchObject({ 'x-wrong': '9991331 1300' })
    expect(seen[1]).not.toHaveProperty('authorization')
  })

  test('waits, so that the rate is kept', async () => {
    const sent: number[] = []
    const fetch = async () => {
      sent.push(performance.now())
      return Response.json({ journeys: [] })
    }
    const api = apiOf('http://a.example', { rate: 20, fetch })
    await Promise.all(Array.from({ length: 4 }, () => api.get('/journeys')))
    // Three pauses of 50 ms, of which a timer may cut off a millisecond.
    expect((sent[3] as number) - (sent[0] as number)).toBeGreaterThan(145)
  })
})

describe('A server that asks to wait', () => {
  /** Turns the first calls away, and notes when each came. */
  const busy = (times: number, status: number, headers: () => object) => {
    const arrivals: number[] = []
    return {
      arrivals,
      answer: (_request: IncomingMessage, response: ServerResponse) => {
        arrivals.push(performance.now())
        json(response, arrivals.length > times ? 200 : status, headers())
      },
    }
  }

  test.concurrent.each([
    ['seconds', 429, () => '1', 950],
    ['a date', 503, () => new Date(Date.now() + 2000).toUTCString(), 900],
    ['nothing', 503, () => undefined, 450],
    ['text that is neither', 429, () => 'soon', 450],
  ])('by %s is asked again then', async (_way, status, retryAfter, least) => {
    const { arrivals, answer } = busy(1, status, () => ({ 'retry-after': retryAfter() ?? [] }))
    await using server = await serverOf(answer)
    expect(await apiOf(server.url).get('/journeys')).toMatchObject({ status: 200 })
    expect(arrivals).toHaveLength(2)
    expect((arrivals[1] as number) - (arrivals[0] as number)).toBeGreaterThan(least)
  })

  test('again and again is given up after a few attempts, with its answer', async () => {
    const { arrivals, answer } = busy(Number.POSITIVE_INFINITY, 429, () => ({ 'retry-after': '0' }))
    await using server = await serverOf(answer)
    expect(await apiOf(server.url).get('/journeys')).toMatchObject({ status: 429 })
    expect(arrivals).toHaveLength(5)
  })

  test('for hours is not asked again', async () => {
    const { arrivals, answer } = busy(1, 503, () => ({ 'retry-after': '7200' }))
    await using server = await serverOf(answer)
    expect(await apiOf(server.url).get('/journeys')).toMatchObject({ status: 503 })
    expect(arrivals).toHaveLength(1)
  })
})

describe('There is an error in one line when', () => {
  const failureOf = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      error => error,
    )
    expect(error).toBeInstanceOf(LiveApiError)
    expect(error.message).not.toMatch(/\n|ann@|sandbox-secret/)
    return { reason: error.reason, message: error.message }
  }
  const ask = (url: string, more = {}) =>
    failureOf(apiOf(url, more).get('/user/ann@example.com/journeys', { identifier: 'ann@example.com' }))

  test('nothing listens there', async () => {
    const server = await serverOf(() => undefined)
    await server[Symbol.asyncDispose]()
    expect(await ask(server.url)).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/nothing listens there/),
    })
  })

  test('fetch refuses the port', async () => {
    expect(await ask('http://127.0.0.1:1')).toMatchObject({ message: expect.stringMatching(/bad port/) })
  })

  test('the host name does not exist', async () => {
    const error = Object.assign(new TypeError('fetch failed'), {
      cause: Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }),
    })
    const failing = { fetch: () => Promise.reject(error) }
    expect(await ask('http://nowhere.invalid', failing)).toMatchObject({
      message: expect.stringMatching(/host name cannot be resolved/),
    })
  })

  test('the server does not speak TLS', async () => {
    await using server = await serverOf((_request, response) => json(response))
    expect(await ask(server.url.replace('http:', 'https:'))).toMatchObject({
      message: expect.stringMatching(/TLS/),
    })
  })

  test('the server closes the connection', async () => {
    await using server = await serverOf(({ socket }) => socket.destroy())
    expect(await ask(server.url)).toMatchObject({ reason: 'unreachable' })
  })

  test.each([false, true])('the server is too slow, with its headers sent: %s', async begun => {
    await using server = await serverOf((_request, response) => {
      if (begun) response.writeHead(200).write('{')
    })
    expect(await ask(server.url, { timeoutMs: 100 })).toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(/0\.1 s/),
    })
  })

  test('the server redirects', async () => {
    await using server = await serverOf((_request, response) => {
      response.writeHead(302, { location: 'https://login.example/for?email=ann@example.com' }).end()
    })
    expect(await ask(server.url)).toMatchObject({
      reason: 'redirect',
      message: expect.stringMatching(/https:\/\/login\.example;/),
    })
  })

  test('but not when the answer is not JSON', async () => {
    await using server = await serverOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>ann@example.com</p>')
    })
    const answer = await apiOf(server.url).get('/journeys')
    expect(answer.json).toBeUndefined()
  })
})

test.each(['s15.example/api', 'ftp://a.example', 'http://u:p@a.example', 'http://a.example/?x=1', ''])(
  'the base URL "%s" is refused',
  baseUrl => {
    expect(() => apiOf(baseUrl)).toThrow(ConfigError)
  },
)
