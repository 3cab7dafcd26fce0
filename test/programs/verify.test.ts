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

test('A server that does not differ is reported, and its answers are saved', async () => {
  using folder = temporaryFolder()
  const answers = folder.file('answers')
  const { code, stdout, stderr } = await verify(`${sandbox.url}/`, [
    ...['--email', 'held@example.com', 'blocked@example.com'],
    ...['--email-without-journeys', 'new@example.com', '--save', answers],
  ])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^0 differ, \d+ agree, \d+ not seen$/m)
  expect(stdout).toMatch(/^✓ inferred +getJourney\.nodes\[\]\.id +matches +uuid$/m)
  expect(stdout).toMatch(/^✓ inferred +rule\.no-journeys +holds/m)
  expect(stdout).toMatch(/^✓ inferred +error\.memberNotFound +holds/m)
  expect(stdout).toMatch(/^· inferred +auth\.hmac-escaped +not seen/m)
  // In each group, what is inferred comes before what is documented.
  expect(stdout.indexOf('getJourney.nodes[].id')).toBeLessThan(stdout.indexOf(' getJourney.id '))
  expect(stdout).not.toMatch(/held@|new@|sandbox-secret/)

  const files = readdirSync(answers)
  expect(files).toContain('001-list.http')
  expect(files.join()).not.toContain('@')
  const saved = readFileSync(join(answers, files.find(file => file.includes('member-1')) as string), 'utf8')
  expect(saved).toMatch(/^HTTP\/1\.1 200\n[\s\S]*\n\n\{"journeys":\[/)
  expect(readdirSync(folder.path)).toEqual(['answers'])
})

test('A server that differs is reported as JSON too, with exit code 1', async () => {
  await using server = await serverOf((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"journeys":[{"id":7}]}'),
  )
  const { code, stdout, stderr } = await verify(server.url, ['--json'])
  const report = JSON.parse(stdout)
  expect({ code, stderr }).toEqual({ code: 1, stderr: `${report.summary.differ} differences\n` })
  expect(report).toMatchObject({ baseUrl: server.url, site_id: '9991331', unchecked: expect.any(Array) })
  expect(report.results).toContainEqual(
    expect.objectContaining({
      ...{ id: 'getJourneys.journeys[].id', kind: 'property', provenance: 'documented' },
      ...{ verdict: 'other type', expected: 'uuid', found: ['number'] },
    }),
  )
  expect(report.results).toContainEqual(
    expect.objectContaining({ id: 'auth.exp-past', verdict: 'does not hold', found: ['answered 200'] }),
  )
})

test('A server that cannot be reached gives one line, and exit code 1', async () => {
  const { code, stdout, stderr } = await verify('http://127.0.0.1:1')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:1 cannot be reached: .+\n$/)
})

test('With a wrong secret, the report has the advice to check it', async () => {
  const { code, stdout } = await verify(sandbox.url, [], { SANDBOX_SECRET: 'another' })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^✗ documented +getJourneys +does not hold .*answered 401/m)
  expect(stdout).toMatch(/none of which was answered: check site, secret and base URL/)
})

test('A usage error is refused before anything is sent or written', async () => {
  using folder = temporaryFolder()
  let calls = 0
  await using server = await serverOf((_request, response) => {
    calls++
    response.end()
  })
  const taken = folder.file('taken', 'a file')
  const rows: [RegExp, string[], Record<string, string>?][] = [
    [/^--secret-env: the variable SANDBOX_SECRET is not set/, [], {}],
    [/^--rate: "0" is not/, ['--rate', '0']],
    [/^--save: /, ['--save', taken]],
    [/^--base-url: /, ['--base-url', 'example.com']],
    [/^--site: "a b" /, ['--site', 'a b']],
    [/^--environment: give either --environment or --base-url/, ['--environment', 'production']],
    [/--environment <name>.*production, staging/, ['--environment', 'live']],
  ]
  const found = await Promise.all(rows.map(([, args, env]) => verify(server.url, args, env)))
  found.push(await run(['verify', '--site', '9991331'], { env: SECRET }))
  rows.push([/^--base-url: name the server to read with --base-url or --environment$/m, []])
  for (const [i, { code, stdout, stderr }] of found.entries()) {
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(rows[i]?.[0] as RegExp)
    expect(stderr.replace(/\nRun "journeys-sandbox .*/, '').trim()).not.toContain('\n')
  }
  expect(calls).toBe(0)
})
