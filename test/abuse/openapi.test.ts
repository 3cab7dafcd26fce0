import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OPERATION_IDS, operationPath, operations } from '../../src/contract/operations.ts'
import { goodClaims, headersOf, hmacFor, jwt } from '../support/token.ts'
import { type Answer, Client } from './http.ts'
import { complaintAbout } from './judge.ts'
import { anyRequest, BASE_PATH, CALM, type FuzzRequest, OPERATIONS, toBytes, WILD } from './requests.ts'
import { Server } from './server.ts'
import { amount, report, SEED } from './settings.ts'

const ROUNDS = amount(300, 28)
const REQUESTS_PER_ROUND = 500
const CONNECTIONS = 4
const PIPELINED = 10

describe(`Requests of every kind to every operation, from ABUSE_SEED=${SEED}`, () => {
  test('are answered as documented, and no site is the worse for it', async () => {
    await using server = await Server.start(['--journal', '300'])
    const clients = Array.from({ length: CONNECTIONS }, () => new Client(server.port))
    const statuses = new Map<string, number>()
    const memory: number[] = []
    const start = performance.now()
    let count = 0

    for (const site_id of WILD) await server.expect('POST', '/sites', { site_id })
    await tidyUp(server)
    for (let round = 0; round < ROUNDS; round++) {
      const requests = fc.sample(anyRequest, { numRuns: REQUESTS_PER_ROUND, seed: SEED + round })
      const answered = await askAll(clients, requests)
      for (const { request, answer } of answered) {
        count++
        const key = `${request.operation.id} ${answer.status}`
        statuses.set(key, (statuses.get(key) ?? 0) + 1)
        const complaint = complaintAbout(request, answer)
        if (complaint !== undefined) throw new Error(describeCase(request, answer, complaint))
      }
      for (const site of WILD) await checkSite(server, site)
      await tidyUp(server)
      memory.push(server.memory())
    }

    const seconds = (performance.now() - start) / 1000
    report(`${count} requests in ${Math.round(seconds)} s; memory in MB: ${memory.map(Math.round).join(' ')}`)
    const succeeded = OPERATIONS.filter(({ id }) =>
      ['200', '201', '204'].some(status => statuses.has(`${id} ${status}`)),
    )
    // Otherwise the requests are too hostile to get anywhere. What has an id from the server, or its whole state, is in checkSite; the
    // short form has too few requests to ask for it.
    const guessable = OPERATIONS.filter(
      ({ id, path }) => !path.includes('{id}') && id !== 'putCapsule' && ROUNDS >= 100,
    )
    expect(guessable.filter(operation => !succeeded.includes(operation)).map(({ id }) => id)).toEqual([])
    expect(growth(memory)).toBeLessThan(1.2)
    expect(server.program.stderr).toBe('')
    for (const client of clients) client[Symbol.dispose]()
  })
})

interface Answered {
  request: FuzzRequest
  answer: Answer
}

/** Sends the requests over all connections, some of them at once on each. */
async function askAll(clients: Client[], requests: FuzzRequest[]): Promise<Answered[]> {
  const waiting = [...requests]
  const answered: Answered[] = []
  await Promise.all(
    clients.map(async client => {
      for (let batch = waiting.splice(0, PIPELINED); batch.length > 0; batch = waiting.splice(0, PIPELINED)) {
        const answers = await client.ask(
          batch.map(request => ({ bytes: toBytes(request), isHead: request.method === 'HEAD' })),
        )
        batch.slice(0, answers.length).forEach((request, i) => {
          answered.push({ request, answer: answers[i] as Answer })
        })
        // The server closed the connection after the last of these answers.
        waiting.unshift(...batch.slice(answers.length))
      }
    }),
  )
  return answered
}

/** Whatever was done to a site: it can be read, copied, called and reset. */
async function checkSite(server: Server, site_id: string): Promise<void> {
  const path = `/sites/${site_id}`
  if ((await server.control('GET', path)).status === 404) {
    await server.expect('POST', '/sites', { site_id })
    return
  }
  const { secret } = await server.expect('GET', path)
  const data = await server.expect('GET', `${path}/data`)
  await server.expect('PUT', `${path}/data`, data)
  expect(await server.expect('GET', `${path}/data`)).toEqual(data)
  await server.expect('PUT', `${path}/capsule`, await server.expect('GET', `${path}/capsule`))
  expect(await server.expect('GET', `${path}/data`)).toEqual(data)
  await server.expect('GET', `${path}/requests?limit=100`)
  await server.expect('DELETE', `${path}/faults`)
  for (const operation of OPERATION_IDS) {
    const identifier = identifierFor(operation, data)
    if (identifier === undefined) continue
    const claims = { ...goodClaims(identifier), site_id, hmac: hmacFor(identifier, secret) }
    const response = await server.fetch(`${BASE_PATH}${operationPath(operation, identifier)}`, {
      headers: headersOf(jwt(claims, secret), site_id),
    })
    const { clock } = await server.expect('GET', path)
    // Tokens may expire by the clock of the site, which may be far in the future.
    if (!(clock.tokens && response.status === 401)) expect(response.status).toBe(200)
    await response.text()
  }
  const [newest] = (await server.expect('GET', `${path}/requests?limit=1`)).requests
  await server.expect('GET', `${path}/requests/${newest.id}`)
  await server.expect('POST', `${path}/requests/${newest.id}/resend`)
  const { id } = await server.expect('POST', `${path}/faults`, { fault: { kind: 'hang' } })
  await server.expect('DELETE', `${path}/faults/${id}`)
  await server.expect('POST', `${path}/reset`)
}

// biome-ignore lint/suspicious/noExplicitAny: a seed document
function identifierFor(operation: (typeof OPERATION_IDS)[number], data: any): string | undefined {
  switch (operations[operation].identifier) {
    case null:
      return ''
    case 'journey_id':
      return data.journeys[0]?.id
    default:
      return data.members[0]?.email
  }
}

/**
 * Removes the sites that the requests have created. The calm one is created again as the last: provider states that name no
 * site are for the first, and one of them delays every answer.
 */
async function tidyUp(server: Server): Promise<void> {
  const { sites } = await server.expect('GET', '/sites')
  for (const { site_id } of sites)
    if (!WILD.includes(site_id)) await server.expect('DELETE', `/sites/${encodeURIComponent(site_id)}`)
  await server.expect('POST', '/sites', CALM)
}

/** How much the last tenth lies above the middle, by their medians. */
function growth(memory: number[]): number {
  const tenth = Math.max(3, Math.ceil(memory.length / 10))
  const middle = Math.floor(memory.length / 2)
  return median(memory.slice(-tenth)) / median(memory.slice(middle, middle + tenth))
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number

const describeCase = (request: FuzzRequest, answer: Answer, complaint: string): string =>
  [
    `${complaint}:`,
    toBytes(request).subarray(0, 4000).toString('latin1'),
    '',
    `answered ${answer.status} ${JSON.stringify(answer.headers)}`,
    answer.body.subarray(0, 1000).toString(),
  ].join('\n')
