import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { run } from '../support/process.ts'
import { SITE } from '../support/seeds.ts'
import { command } from '../support/terminal.ts'
import { hmacFor } from '../support/token.ts'

beforeEach(() => vi.stubEnv('SANDBOX_SECRET', SITE.secret))
afterEach(() => vi.unstubAllEnvs())

const JOURNEY = 'de04a64d-dc40-445f-8351-3dde7567d5c8'
const token = (...args: string[]) => command(['token', '--site', SITE.site_id, ...args])
const made = async (...args: string[]) => JSON.parse((await token(...args, '--json')).stdout)

describe('token', () => {
  it('prints the token and nothing else', async () => {
    const env = { KEY: SITE.secret }
    const args = ['token', '--site', SITE.site_id, '--secret-env', 'KEY', '--identifier', 'ann@example.com']
    const { code, stdout, stderr } = await run(args, { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  })

  it('needs neither a site nor a secret for the demo', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const args = ['token', '--curl', '--base-url', sandbox.url, '--identifier', 'ann@example.com']
    const { code, stdout, stderr } = await run(args, { env: { LOG_LEVEL: 'verbose' } })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const headers = [...stdout.matchAll(/-H '([^:]+): ([^']+)'/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    )
    expect((await fetch(`${sandbox.url}/user/ann@example.com/journeys`, { headers })).status).toBe(200)
  })

  it('says which site it takes for a secret alone, and takes the demo secret for no other site', async () => {
    const { code, stderr } = await command(['token'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: `no site is given: using the demo's, 9991331` })
    vi.stubEnv('SANDBOX_SECRET', '')
    const other = await command(['token', '--site', '5'])
    expect(other).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('SANDBOX_SECRET is not set'),
    })
    const named = await command(['token', '--secret-env', 'NOT_SET'])
    expect(named).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('NOT_SET is not set'),
    })
  })

  it('makes what a server takes, for each operation', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const ask = async (path: string, ...args: string[]) => {
      const { headers } = await made(...args)
      return (await fetch(`${sandbox.url}${path}`, { headers })).status
    }
    expect(await ask('/journeys')).toBe(200)
    expect(await ask(`/journeys/${JOURNEY}`, '--identifier', JOURNEY)).toBe(200)
    expect(await ask('/user/ann@example.com/journeys', '--identifier', 'ann@example.com')).toBe(200)
    expect(
      await ask('/user_journeys/ann@example.com', '--identifier', 'ann@example.com', '--expires-in', '-1'),
    ).toBe(401)
  })

  it('prints the parts of the token as JSON', async () => {
    const { token, claims, hmac, headers } = await made('--identifier', 'ann@example.com', '--sub', 'me')
    expect(claims).toEqual({ sub: 'me', exp: expect.any(Number), site_id: SITE.site_id, hmac })
    expect(hmac).toBe(hmacFor('ann@example.com'))
    expect(headers.Authorization).toBe(`Bearer ${token}`)
  })

  it.each([
    [[], 'http://127.0.0.1:4300/api/3.0/journeys'],
    [['--identifier', JOURNEY], `http://127.0.0.1:4300/api/3.0/journeys/${JOURNEY}`],
    [['--identifier', 'a+b@example.com'], 'http://127.0.0.1:4300/api/3.0/user/a%2Bb%40example.com/journeys'],
    [
      [
        '--identifier',
        'a@b.example',
        '--operation',
        'getUserJourneysByEmail',
        '--base-url',
        'https://x.example/v3/',
      ],
      'https://x.example/v3/user_journeys/a%40b.example',
    ],
    [['--environment', 'production'], 'https://s15.socialannex.net/api/3.0/journeys'],
    [['--environment', 'staging'], 'https://s15.stage.socialannex.net/api/3.0/journeys'],
  ])('prints a call: %j', async (args, url) => {
    const { stdout } = await token(...args, '--curl')
    expect(stdout).toMatch(/^curl -H 'Authorization: Bearer /)
    expect(stdout.endsWith(` '${url}'`)).toBe(true)
  })

  it.each([
    ['60', 60],
    ['90s', 90],
    ['15m', 900],
    ['1h', 3600],
    ['7d', 604_800],
    ['-2m', -120],
  ])('--expires-in %s is %i seconds from now', async (text, seconds) => {
    const { claims } = await made('--expires-in', text)
    expect(Math.abs(claims.exp - Date.now() / 1000 - seconds)).toBeLessThan(5)
  })

  it.each([
    [['--expires-in', 'soon'], '--expires-in: "soon" is not a duration'],
    [['--operation', 'getPoints'], '--operation: "getPoints" is none of getJourneys'],
    [
      ['--operation', 'getJourneys', '--identifier', 'a@b.example'],
      'getJourneys has no identifier; leave it out',
    ],
    [['--operation', 'getJourney'], 'getJourney needs an identifier'],
    [['--secret-env', 'NOT_SET'], 'NOT_SET is not set'],
    [['--identifier', '\ud800@example.com'], 'has half of a surrogate pair'],
  ])('refuses in one line %j', async (args, message) => {
    const { code, stdout, stderr } = await token(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('\n')
  })
})
