import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { run } from '../support/process.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent', controlToken: 'open-sesame' })
})
afterAll(() => sandbox.close())

const replay = (file: string, site: string, ...more: string[]) =>
  run(['replay', file, '--site', site, '--origin', sandbox.origin, '--control-token', 'open-sesame', ...more])

const line = (n: number) =>
  JSON.stringify({ email: `m${n % 50}@example.com`, event: 'purchase', attributes: { amount: n } })

test('a file of events is posted in batches, and what came of them is counted', async () => {
  using folder = temporaryFolder()
  const site = sandbox.createSite()
  const file = folder.file('events.jsonl', `${Array.from({ length: 250 }, (_, n) => line(n)).join('\n')}\n\n`)
  const { code, stdout, stderr } = await replay(file, site.site_id, '--batch', '100', '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout).events).toBe(250)
  expect(site.content.member('m7@example.com').history).toHaveLength(5)
})

test('a bad line is named, and nothing is posted', async () => {
  using folder = temporaryFolder()
  const site = sandbox.createSite({ seed: 'empty' })
  const file = folder.file('events.jsonl', `${line(1)}\n{bad\n`)
  const { code, stderr } = await replay(file, site.site_id)
  expect(code).toBe(2)
  expect(stderr).toContain(`${file}:2:`)
  expect(site.content.read().members).toEqual([])
})

test('what the server refuses is said on one line, with exit code 1', async () => {
  using folder = temporaryFolder()
  const { code, stderr } = await replay(folder.file('events.jsonl', line(1)), 'nowhere')
  expect(code).toBe(1)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain('nowhere')
})
