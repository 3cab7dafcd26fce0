import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CHECKS } from '../../src/auth/verdict.ts'
import { useDemo } from '../support/demo.ts'
import { blocks, onlyBlock, PRINTED_ORIGIN, section, span, table } from '../support/docs.ts'
import { BIN } from '../support/process.ts'
import { execute, shell } from '../support/shell.ts'
import { base64, goodClaims, headersOf, jwt, mac } from '../support/token.ts'

/** The programs, commands and tables of docs/authentication.md are run and compared as they stand. */

const PAGE = 'docs/authentication.md'
const demo = useDemo()

describe('Of the programs that sign a call', () => {
  const EMAILS = ['ann@example.com', 'ann+loyalty@example.com', 'zoë@exämple.com', '"ann b"@example.com']
  // Java compiles before every call, so it makes those that are easiest to get wrong.
  const HARDEST = EMAILS.slice(2)
  const programs = [
    { title: 'Bash', language: 'bash', file: 'call.sh', command: 'bash', emails: EMAILS },
    { title: 'Node', language: 'js', file: 'call.mjs', command: process.execPath, emails: EMAILS },
    { title: 'Python', language: 'python', file: 'call.py', command: 'python3', emails: EMAILS },
    { title: 'PHP', language: 'php', file: 'call.php', command: 'php', emails: EMAILS },
    {
      title: 'Java',
      language: 'java',
      file: 'Call.java',
      command: 'java',
      // It runs once, and so is compiled in as little time as can be.
      flags: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
      emails: HARDEST,
    },
  ]

  for (const { title, language, file, command, flags = [], emails } of programs) {
    test(`the one in ${title} gets each member's journeys`, async () => {
      const text = section(`### ${title}`, PAGE)
      expect(text).toContain(file)
      demo.folder.file(file, onlyBlock(text, language))
      const settingsOf = (SANDBOX_EMAIL: string) => ({ ...documentedEnvironment(), SANDBOX_EMAIL })
      const calls = emails.map(async email => {
        const { status, body } = await demo.askAbout(email)
        expect(status, email).toBe(200)
        expect(await execute(demo.folder.path, [command, ...flags, file], settingsOf(email)), email).toEqual({
          code: 0,
          stdout: `200 ${body}\n`,
          stderr: '',
        })
      })
      const refused = execute(demo.folder.path, [command, ...flags, file], {
        ...settingsOf(EMAILS[0] as string),
        SANDBOX_KEY: 'another',
      })
      await Promise.all(calls)
      expect(await refused).toMatchObject({ code: 0, stdout: expect.stringMatching(/^401 .*"errorCode"/) })
    })
  }

  /** The settings that the page tells to export, for the server of this test. */
  function documentedEnvironment(): Record<string, string> {
    const line = onlyBlock(section('## Programs', PAGE).split('\n### ', 1)[0] as string, 'sh')
    const found = [...line.replace(PRINTED_ORIGIN, demo.sandbox.origin).matchAll(/(SANDBOX_\w+)=(\S+)/g)]
    expect(found.map(([, name]) => name)).toEqual([
      'SANDBOX_URL',
      'SANDBOX_SITE',
      'SANDBOX_KEY',
      'SANDBOX_EMAIL',
    ])
    return Object.fromEntries(found.map(([, name, value]) => [name, value]))
  }
})

test('The steps to an hmac lead to the value that is given', () => {
  const [literal, message, hmac] = table(section('## The hmac', PAGE), 'step').map(([, value]) => span(value))
  expect(JSON.parse(literal as string)).toBe('ann@example.com')
  expect(message).toBe(base64(literal as string))
  expect(hmac).toBe(
    createHmac('sha256', demo.site.secret)
      .update(message as string)
      .digest('base64'),
  )
})

describe('Of the commands', () => {
  const sh = (script: string) =>
    shell(
      demo.folder.path,
      `npm() { shift 3; "${process.execPath}" "${BIN}" "$@"; }\n${script.replaceAll(PRINTED_ORIGIN, demo.sandbox.origin)}`,
    )
  const [offline = '', served = ''] = blocks(section('## Tokens without code', PAGE), 'sh')

  test('token makes a token, a whole call, and all parts of it', async () => {
    const { code, stdout } = await sh(offline)
    expect(code).toBe(0)
    const [token = '', curl = '', ...json] = stdout.split('\n')
    const answer = await fetch(`${demo.sandbox.url}/user/ann@example.com/journeys`, {
      headers: headersOf(token),
    })
    expect(answer.status).toBe(200)
    const here = curl.replace(PRINTED_ORIGIN, demo.sandbox.origin)
    expect((await sh(`${here} -s`)).stdout).toBe((await demo.askAbout('ann@example.com')).body)
    expect(Object.keys(JSON.parse(json.join('\n')))).toEqual(['token', 'hmac', 'claims', 'headers', 'curl'])
  })

  test('a running sandbox makes a token, too', async () => {
    const { code, stdout } = await sh(served)
    expect(code).toBe(0)
    expect((await sh(`${JSON.parse(stdout).curl} -s`)).stdout).toBe(
      (await demo.askAbout('ann@example.com')).body,
    )
  })

  test('explain passes every check of what token makes', async () => {
    const { code, stdout } = await sh(onlyBlock(section('## When a call is refused', PAGE), 'sh'))
    expect(code).toBe(0)
    expect(stdout).toBe(
      CHECKS.map(check => `passed   ${check}\n`)
        .join('')
        .repeat(2),
    )
  })
})

describe('Of the explanations', () => {
  const text = section('## When a call is refused', PAGE)

  test('the table has every check in its order', () => {
    expect(table(text, 'first word').map(([check]) => span(check))).toEqual(CHECKS)
  })

  test('the example is what the sandbox says', async () => {
    const hmac = mac(demo.site.secret, base64('ann@example.com')).toString('base64')
    const headers = headersOf(jwt({ ...goodClaims('ann@example.com'), hmac }))
    const answer = await fetch(`${demo.sandbox.url}/user/ann@example.com/journeys`, { headers })
    expect(text).toContain(`\nX-Sandbox-Explain: ${answer.headers.get('x-sandbox-explain')}\n`)
  })
})
