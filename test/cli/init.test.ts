import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { command } from '../support/terminal.ts'

describe('init', () => {
  test.each([
    ['--yaml', 'seed.yaml'],
    ['--json', 'seed.json'],
  ])('%s prints a seed that has nothing wrong, and that a sandbox starts with', async (flag, name) => {
    const { code, stdout, stderr } = await command(['init', flag])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    using folder = temporaryFolder()
    const seed = folder.file(name, stdout)
    const checked = await command(['check', seed, '--json'])
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, issues: [], warnings: [] })
    await using sandbox = await startSandbox({ seed, logLevel: 'silent' })
    const [site] = sandbox.sites()
    const held = await fetch(`${sandbox.url}/user/held@example.com/journeys`, {
      headers: site?.headersFor('held@example.com') ?? {},
    })
    const { journeys } = (await held.json()) as { journeys: { rewards: { status: string }[] }[] }
    expect(journeys[0]?.rewards.map(({ status }) => status)).toEqual(['issued', 'held'])
  })

  it('prints YAML with comments without a flag, and JSON that says the same with a schema', async () => {
    const { stdout: yaml } = await command(['init'])
    const { stdout: json } = await command(['init', '--json'])
    expect(yaml).toBe((await command(['init', '--yaml'])).stdout)
    expect(yaml).toMatch(/^# yaml-language-server: \$schema=\S+seed\.schema\.json$/m)
    const { $schema, ...seed } = JSON.parse(json)
    expect($schema).toMatch(/seed\.schema\.json$/)
    expect(parse(yaml)).toEqual(seed)
  })

  it('prints one of the two', async () => {
    const { code, stdout, stderr } = await command(['init', '--json', '--yaml'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--yaml')
  })
})
