import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { run } from '../support/process.ts'
import { serverOf } from '../support/server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
})
afterAll(() => sandbox.close())

const SECRET = { SANDBOX_SECRET: 'sandbox-secret' }
const verify = (url: string, args: string[] = [], env: Record<string, string> = SECRET) =>
  run(['verify', '--base-url', url, '--site', '9991331', '--rate', '100', ...args], { env })

test('of a server that differs in nothing it says so, saves and records', async () => {
  using folder = temporaryFolder()
  const [record, answers] = [folder.file('record.json'), folder.file('answers')]
  const options = [
    '--email',
    'held@example.com',
    'blocked@example.com',
    '--record',
    record,
    '--save',
    answers,
  ]
  const { code, stdout, stderr } = await verify(`${sandbox.url}/`, options)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^0 differ, \d+ agree, \d+ not seen$/m)
  expect(stdout).toMatch(/^✓ inferred +getJourney\.nodes\[\]\.id +matches +uuid$/m)
  expect(stdout).toMatch(/^· inferred +auth\.hmac-escaped +not seen/m)
  // In each group, what is inferred comes before what is documented.
  expect(stdout.indexOf('getJourney.nodes[].id')).toBeLessThan(stdout.indexOf(' getJourney.id '))

  const entries = JSON.parse(readFileSync(record, 'utf8')).entries
  expect(entries.length).toBeGreaterThan(100)
  expect(entries.every((entry: { provenance: string }) => entry.provenance === 'observed')).toBe(true)
  for (const text of [stdout, readFileSync(record, 'utf8')]) expect(text).not.toMatch(/held@|sandbox-secret/)

  const files = readdirSync(answers)
  expect(files).toContain('001-list.http')
  expect(files.join()).not.toContain('@')
  const saved = readFileSync(join(answers, files.find(file => file.includes('email-1')) as string), 'utf8')
  expect(saved).toMatch(/^HTTP\/1\.1 200\n[\s\S]*\n\n\{"journeys":\[/)
  expect(readdirSync(folder.path).sort()).toEqual(['answers', 'record.json'])
})

test('of a server that differs it gives the differences, as JSON too, and exits with 1', async () => {
  using folder = temporaryFolder()
  const record = folder.file('record.json')
  await using server = await serverOf((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"journeys":[{"id":7}]}'),
  )
  const { code, stdout, stderr } = await verify(server.url, ['--json', '--record', record])
  const report = JSON.parse(stdout)
  expect({ code, stderr }).toEqual({ code: 1, stderr: `${report.summary.differ} differences\n` })
  expect(report).toMatchObject({ baseUrl: server.url, site_id: '9991331', unchecked: expect.any(Array) })
  const id = report.results.find((result: { id: string }) => result.id === 'getJourneys.journeys[].id')
  expect(id).toMatchObject({
    kind: 'property',
    provenance: 'documented',
    verdict: 'other type',
    found: ['number'],
  })
  const recorded = JSON.parse(readFileSync(record, 'utf8')).entries
  expect(recorded).toContainEqual(
    expect.objectContaining({
      id: 'auth.exp-past',
      provenance: 'contradicted',
      observation: {
        date: report.date,
        operation: 'getJourneys',
        verdict: 'does not hold',
        found: ['answered 200'],
      },
    }),
  )
})

test('what it finds is merged with what was found before', async () => {
  using folder = temporaryFolder()
  const record = folder.file('record.json')
  await verify(sandbox.url, ['--email', 'held@example.com', '--record', record])
  const entriesOf = () =>
    JSON.parse(readFileSync(record, 'utf8')).entries as { id: string; provenance: string }[]
  const provenanceOf = (id: string) => entriesOf().find(entry => entry.id === id)?.provenance
  const ids = entriesOf().map(({ id }) => id)
  await using server = await serverOf((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"journeys":[],"more":1}'),
  )
  expect((await verify(server.url, ['--record', record])).code).toBe(1)
  expect(entriesOf().map(({ id }) => id)).toEqual([...ids, 'getJourneys.more'])
  expect(provenanceOf('getMemberJourneys.journeys[].rewards')).toBe('observed')
  expect(provenanceOf('auth.exp-past')).toBe('contradicted')
})

test('where there is no answer it says so in one line, and leaves nothing behind', async () => {
  using folder = temporaryFolder()
  const { code, stdout, stderr } = await verify('http://127.0.0.1:1', [
    '--record',
    folder.file('record.json'),
  ])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:1 cannot be reached: .+\n$/)
  expect(readdirSync(folder.path)).toEqual([])
})

test('with a wrong secret it says that nothing got in, and records nothing', async () => {
  using folder = temporaryFolder()
  const record = folder.file('record.json')
  const { code, stdout } = await verify(sandbox.url, ['--record', record], { SANDBOX_SECRET: 'another' })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^✗ documented +getJourneys +does not hold .*answered 401/m)
  expect(stdout).toMatch(/none of which got in: check site, secret and base URL/)
  expect(readdirSync(folder.path)).toEqual([])
})

test('wrong use is refused before anything is sent or written', async () => {
  using folder = temporaryFolder()
  let calls = 0
  await using server = await serverOf((_request, response) => {
    calls++
    response.end()
  })
  const broken = folder.file('broken.json', '{"entries":[{}]}')
  const taken = folder.file('taken', 'a file')
  const rows: [RegExp, string[], Record<string, string>?][] = [
    [/^--secret-env: the variable SANDBOX_SECRET is not set/, [], {}],
    [/^--rate: "0" is not/, ['--rate', '0']],
    [/broken\.json: /, ['--record', broken]],
    [/^--record: ENOENT/, ['--record', join(folder.path, 'none', 'record.json')]],
    [/^--save: /, ['--save', taken]],
    [/^--base-url: /, ['--base-url', 'example.com']],
  ]
  const found = await Promise.all(rows.map(([, args, env]) => verify(server.url, args, env)))
  for (const [i, { code, stdout, stderr }] of found.entries()) {
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(rows[i]?.[0] as RegExp)
    expect(stderr.trim()).not.toContain('\n')
  }
  expect(calls).toBe(0)
})
