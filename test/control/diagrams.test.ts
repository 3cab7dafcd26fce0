import { expect, test } from 'vitest'
import { testApp } from '../support/app.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, seedOf } from '../support/seeds.ts'

const { event } = nodesOf(1)
const done = { events: [{ node_id: event, completed_at: '2025-01-16T10:00:00.000000' }] }
const url = (rest: string, site = '9991331') => `/_sandbox/sites/${site}/journeys/${rest}`

test.each([
  ['svg', 'image/svg+xml', /^<\?xml[\s\S]*<title>Journey 1<\/title>[\s\S]*2 here[\s\S]*<\/svg>\n$/],
  ['dot', 'text/vnd.graphviz; charset=utf-8', /^digraph "Journey 1" \{[\s\S]*Buys\\n2 here[\s\S]*\}\n$/],
  ['mmd', 'text/vnd.mermaid; charset=utf-8', /^flowchart LR\n[\s\S]*Buys<br>2 here[\s\S]*n0 --> n1\n/],
])('a journey is had as .%s, with how many members stand where', async (format, type, expected) => {
  const participations = [
    participationOf(1, 1),
    participationOf(2, 1, { waiting_at: [{ node_id: event, count: 0 }] }),
    participationOf(3, 1, { progress_percentage: '50.0', ...done }),
    participationOf(4, 1, { expired_at: '2025-02-01T00:00:00.000000' }),
    participationOf(5, 1, {
      completed_at: '2025-02-01T00:00:00.000000',
      progress_percentage: '100.0',
      ...done,
    }),
  ]
  const members = participations.map((participation, i) => memberOf(`m${i}@example.com`, participation))
  await using sandbox = await testApp({ seeds: [seedOf({ members })] })
  const response = await sandbox.app.inject(url(`${id(1)}.${format}`))
  expect(response).toMatchObject({ statusCode: 200, headers: { 'content-type': type } })
  expect(response.body).toMatch(expected)
  expect(response.body.match(/\d+ here/g)).toEqual(['2 here'])
})

test('no member is at a node of a journey that has ended', async () => {
  const journeys = [journeyOf(1, { end_date: '2025-03-01T00:00:00.000000' })]
  await using sandbox = await testApp({ seeds: [seedOf({ journeys })] })
  expect((await sandbox.app.inject(url(`${id(1)}.dot`))).body).not.toContain('here')
})

test.each([
  [404, `${id(9)}.svg`, '9991331'],
  [404, `${id(1)}.svg`, '123'],
  [400, 'journey.mmd', '9991331'],
  [400, `${id(1)}.png`, '9991331'],
])('what is not there is a problem document: %i for %s of the site %s', async (status, file, site) => {
  await using sandbox = await testApp()
  const response = await sandbox.app.inject(url(file, site))
  expect(response.statusCode).toBe(status)
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8')
})

test('the files are guarded as the rest of the control API', async () => {
  await using sandbox = await testApp({ config: { controlToken: 'open-sesame' } })
  const file = url(`${id(1)}.svg`)
  expect((await sandbox.app.inject(file)).statusCode).toBe(401)
  const headers = { authorization: 'Bearer open-sesame' }
  expect((await sandbox.app.inject({ url: file, headers })).statusCode).toBe(200)
  expect((await sandbox.app.inject({ url: file, headers: { host: 'evil.example.com' } })).statusCode).toBe(
    421,
  )
})
