import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { execute, shell } from '../support/shell.ts'

/** The examples with containers: whatever of them does not need the containers themselves. */

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))
const read = (name: string) => parse(readFileSync(EXAMPLES + name, 'utf8'))

/** The sandbox with the settings of an example. */
const start = (env: Record<string, string>): Promise<Sandbox> =>
  startSandbox({ ...readConfig({}, env), port: 0, logLevel: 'silent' })

/** Runs the application of the examples with the settings of one of them. */
async function runApp(sandbox: Sandbox, env: Record<string, string>): Promise<void> {
  const { LOYALTY_BASE_URL = '', ...others } = env
  expect(new URL(LOYALTY_BASE_URL).port).toBe('4300')
  const baseUrl = sandbox.origin + new URL(LOYALTY_BASE_URL).pathname
  const app = await execute(EXAMPLES, ['node', 'app.mjs'], { ...others, LOYALTY_BASE_URL: baseUrl })
  expect(app).toMatchObject({ code: 0, stdout: expect.stringMatching(/: .* is held\n$/), stderr: '' })
}

describe('The example for', () => {
  it('Compose has settings that sandbox and application understand, and mounts what there is', async () => {
    const { services } = read('docker-compose.yml')
    await using sandbox = await start(services.sandbox.environment)
    await runApp(sandbox, services.app.environment)
    const mounted = services.app.volumes.map((volume: string) => volume.split(':'))
    for (const [from, to] of mounted)
      expect(readFileSync(EXAMPLES + from, 'utf8')).toBe(readFileSync(to.replace('/app/', EXAMPLES), 'utf8'))
    expect(services.app.command.at(-1)).toBe('/app/app.mjs')
  })

  it('GitHub Actions has settings that sandbox and application understand, and keeps a capsule', async () => {
    const { services, env, steps } = read('github-actions.yml').jobs.test
    await using sandbox = await start(services.sandbox.env)
    await runApp(sandbox, env)
    await keepsACapsule(sandbox, env, steps.at(-2).run)
    expect(steps.at(-1).with.path).toBe('capsule.json')
  })

  it('GitLab has settings that sandbox and application understand, and keeps a capsule', async () => {
    const { services, variables, after_script, artifacts } = read('gitlab-ci.yml').contract
    expect(services[0].command).toEqual(['--seed', 'demo'])
    await using sandbox = await start({})
    await runApp(sandbox, variables)
    await keepsACapsule(sandbox, variables, after_script[0])
    expect(artifacts.paths).toEqual(['capsule.json'])
  })
})

/** The command saves a capsule, which opens in another sandbox. */
async function keepsACapsule(sandbox: Sandbox, env: Record<string, string>, command: string) {
  using folder = temporaryFolder()
  const script = command
    .replace(/http:\/\/[\w.]+:4300/, sandbox.origin)
    .replace('$LOYALTY_SITE_ID', env.LOYALTY_SITE_ID as string)
  expect((await shell(folder.path, script)).code).toBe(0)
  const capsule = JSON.parse(readFileSync(folder.file('capsule.json'), 'utf8'))
  expect(capsule.requests).toMatchObject([{ operation: 'getMemberJourneys', status: 200 }])
  await using opened = await startSandbox({ capsule, logLevel: 'silent' })
  expect(opened.sites()[0]?.requests.list()).toHaveLength(1)
}
