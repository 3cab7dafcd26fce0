import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { run } from '../support/process.ts'
import { SITE } from '../support/seeds.ts'
import { command } from '../support/terminal.ts'
import { base64, goodClaims, jwt, mac } from '../support/token.ts'

beforeEach(() => vi.stubEnv('SANDBOX_SECRET', SITE.secret))
afterEach(() => vi.unstubAllEnvs())

const EMAIL = 'ann@example.com'
const GOOD = jwt(goodClaims(EMAIL))
const URL = `https://s15.example.com/api/3.0/user/${EMAIL}/journeys`
const AUTHORIZATION = `Authorization: Bearer ${GOOD}`
const SITE_LINE = `X-AnnexCloud-Site: ${SITE.site_id}`

const explain = (input: string, ...args: string[]) =>
  command(['explain', '--site', SITE.site_id, ...args], input)

describe('explain accepts a good request', () => {
  it.each([
    ['a curl of one line', `curl -H '${AUTHORIZATION}' -H '${SITE_LINE}' '${URL}'`],
    ['a prompt before it', `$ curl -H '${AUTHORIZATION}' -H '${SITE_LINE}' '${URL}'`],
    [
      'several lines',
      `curl -sS \\\n  -H "${AUTHORIZATION}" \\\r\n  --header "${SITE_LINE}" \\\n  "${URL}"\n`,
    ],
    [
      'long flags with =',
      `curl --request=GET --url=${URL} --header='${AUTHORIZATION}' --header='${SITE_LINE}'`,
    ],
    ['short flags without spaces', `curl -iXGET -H'${AUTHORIZATION}' -H'${SITE_LINE}' ${URL}`],
    [
      'names in any case, encoded',
      `curl '${URL.replace('@', '%40')}?a=1&b=2' -H 'authorization: bearer ${GOOD}' -H '${SITE_LINE.toLowerCase()}' --compressed`,
    ],
    [
      'another file before the URL',
      `curl -o /tmp/out.json ${URL} -H '${AUTHORIZATION}' -H '${SITE_LINE}' | jq .`,
    ],
    [
      'the command line of Windows',
      `curl ^"${URL}^" ^\r\n  -H ^"${AUTHORIZATION}^" ^\r\n  -H ^"${SITE_LINE}^"`,
    ],
    [
      'what a browser copies, with escapes',
      `curl $'${URL.replace('@', '\\u0040')}' -H $'${AUTHORIZATION}' -H '${SITE_LINE}' --insecure`,
    ],
    [
      'a URL without scheme',
      `curl localhost:4300/api/3.0/user/${EMAIL}/journeys -H '${AUTHORIZATION}' -H '${SITE_LINE}'`,
    ],
    [
      'a proxy before the URL',
      `curl -x http://127.0.0.1:8888 -H '${AUTHORIZATION}' -H '${SITE_LINE}' ${URL}`,
    ],
    [
      'other options with a URL or a path before it',
      `curl --proxy http://p.example:1 -e https://x.example/ -A a/b -b c/d -o e/f -w g/h --doh-url https://i.example/ -H '${AUTHORIZATION}' -H '${SITE_LINE}' ${URL}`,
    ],
    ['the token as an option', `curl --oauth2-bearer ${GOOD} -H '${SITE_LINE}' ${URL}`],
    [
      'a request as it is on the wire',
      `GET /api/3.0/user/${EMAIL}/journeys HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\n${SITE_LINE}\r\n`,
    ],
  ])('%s', async (_what, input) => {
    const { code, stdout, stderr } = await explain(input, '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      accepted: true,
      operation: 'getMemberJourneys',
      identifier: EMAIL,
    })
  })

  it.each([
    ['a token', GOOD],
    ['a token with Bearer', `  Bearer ${GOOD}\n`],
    ['the line of the header', AUTHORIZATION],
    ['both lines', `${AUTHORIZATION}\n${SITE_LINE}`],
  ])('%s, with the identifier given', async (_what, input) => {
    expect(await explain(input, '--identifier', EMAIL)).toMatchObject({ code: 0, stderr: '' })
  })

  it('in a process, from a pipe', async () => {
    const args = ['explain', '--site', SITE.site_id, '--secret-env', 'KEY', '--identifier', EMAIL]
    const { code, stdout } = await run(args, { input: GOOD, env: { KEY: SITE.secret } })
    expect(code).toBe(0)
    expect(stdout).toBe(
      ['format', 'alg', 'site', 'signature', 'exp', 'site_id', 'hmac']
        .map(check => `passed   ${check}\n`)
        .join(''),
    )
  })

  it('under another base path', async () => {
    const input = `curl 'http://x/v4/user_journeys/${EMAIL}' -H '${AUTHORIZATION}' -H '${SITE_LINE}'`
    expect(await explain(input, '--base-path', '/v4')).toMatchObject({ code: 0 })
    expect(await explain(input, '--identifier', EMAIL)).toMatchObject({ code: 0 })
  })
})

describe('explain says what is wrong', () => {
  it('with every check, what would have passed, and what to do', async () => {
    const unquoted = mac(SITE.secret, base64(EMAIL)).toString('base64')
    const { code, stdout, stderr } = await explain(
      jwt({ ...goodClaims(EMAIL), hmac: unquoted, exp: 1 }),
      '--identifier',
      EMAIL,
    )
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'refused: exp, hmac' })
    expect(stdout).toMatch(/^failed {3}exp\n {9}expected: .*\n {9}actual: 1\n {9}hint: expired/m)
    expect(stdout).toMatch(/^ {9}hint: .*quotes/m)
  })

  it.each([
    ['a curl without the site', `curl -H '${AUTHORIZATION}' '${URL}'`, 'refused: site'],
    [
      'a curl for another member',
      `curl -H '${AUTHORIZATION}' -H '${SITE_LINE}' '${URL.replace('ann', 'bob')}'`,
      'refused: hmac',
    ],
    ['a curl without a token', `curl -H '${SITE_LINE}' '${URL}'`, 'refused: format'],
    ['another secret', `Bearer ${jwt(goodClaims(EMAIL), 'other')}`, 'refused: signature'],
    ['an empty site', `curl -H 'X-AnnexCloud-Site;' -H '${AUTHORIZATION}' ${URL}`, 'refused: site'],
    [
      'a site that curl does not send',
      `curl -H 'X-AnnexCloud-Site:' -H '${AUTHORIZATION}' ${URL}`,
      'refused: site',
    ],
    [
      'a site sent twice',
      `curl -H '${SITE_LINE}' -H '${SITE_LINE}' -H '${AUTHORIZATION}' ${URL}`,
      'refused: site',
    ],
  ])('%s', async (_what, input, message) => {
    const { code, stderr } = await explain(input)
    expect(code).toBe(1)
    expect(stderr.split('\n').at(-1)).toContain(message)
  })

  it('warns of what it could not check', async () => {
    expect(await explain(GOOD)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/--identifier$/),
    })
  })

  it.each([
    ['-X POST', 'POST'],
    ['-d a=b', 'POST'],
    [`--data-raw $'{}'`, 'POST'],
    ['-I', 'HEAD'],
  ])('warns of another method: %s', async (options, method) => {
    const { code, stderr } = await explain(`curl ${options} -H '${AUTHORIZATION}' -H '${SITE_LINE}' '${URL}'`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: `the method is ${method}; the API answers only GET` })
  })

  it('with -G, the data is part of the URL', async () => {
    const get = `curl -G -d a=b -H '${AUTHORIZATION}' -H '${SITE_LINE}' '${URL}'`
    expect(await explain(get)).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('explain', () => {
  it('needs neither a site nor a secret for the demo', async () => {
    const args = ['explain', '--identifier', EMAIL]
    const { code, stdout, stderr } = await run(args, {
      input: GOOD,
      env: { LOG_LEVEL: 'verbose', PORT: 'x' },
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('passed   hmac\n')
  })

  it('knows the base path of the environment, and no other setting', async () => {
    vi.stubEnv('LOG_LEVEL', 'verbose')
    vi.stubEnv('SANDBOX_BASE_PATH', '/v4')
    const input = `curl 'http://x/v4/user_journeys/${EMAIL}' -H '${AUTHORIZATION}' -H '${SITE_LINE}'`
    expect(await explain(input)).toMatchObject({ code: 0, stderr: '' })
    vi.stubEnv('SANDBOX_BASE_PATH', 'v4')
    expect(await explain(input)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^SANDBOX_BASE_PATH: "v4"/),
    })
  })
})

describe('explain refuses in one line', () => {
  it.each([
    [
      'UTF-16',
      Buffer.from(`\uFEFF${GOOD}`, 'utf16le'),
      'standard input is in UTF-16 (little-endian); save it as UTF-8',
    ],
    ['Windows-1252', Buffer.from('X-Name: Zoë', 'latin1'), 'standard input:1:11: the byte 0xEB is not UTF-8'],
  ])('input in %s', async (_what, input, message) => {
    const { code, stdout, stderr } = await command(['explain', '--site', SITE.site_id], input)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it.each([
    ['nothing', '', 'paste one of them'],
    ['a text', 'please explain this', 'paste one of them'],
    ['a variable that only the shell knows', `curl -H "Authorization: Bearer $TOKEN" ${URL}`, '$TOKEN'],
    ['a URL of no operation', `curl -H '${AUTHORIZATION}' https://x.example/points`, '--base-path'],
  ])('%s', async (_what, input, message) => {
    const { code, stdout, stderr } = await explain(input)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('\n')
  })
})
