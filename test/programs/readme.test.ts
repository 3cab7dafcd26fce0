import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { useDemo } from '../support/demo.ts'
import { blocks, onlyBlock, PRINTED_ORIGIN, section } from '../support/readme.ts'
import { shell } from '../support/shell.ts'

/** The README's commands with curl are run as they stand. */

const demo = useDemo()

const sh = (script: string) => shell(demo.folder.path, script.replaceAll(PRINTED_ORIGIN, demo.sandbox.origin))

describe('Of the commands', () => {
  const [first = '', atOnce = ''] = blocks(section('## The first call'), 'sh')

  test('the first makes a token, and a call that works when pasted', async () => {
    const made = await sh(first)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const { token, headers, curl } = JSON.parse(made.stdout)
    expect(headers.Authorization).toBe(`Bearer ${token}`)
    expect((await sh(`${curl} -s`)).stdout).toBe((await demo.askAbout('ann@example.com')).body)
  })

  test('the second makes that call at once', async () => {
    const { code, stdout } = await sh(atOnce)
    expect({ code, stdout }).toEqual({ code: 0, stdout: (await demo.askAbout('ann@example.com')).body })
  })

  // Every status goes to stderr, so that what a command prints stays as it is.
  const CURL = `curl() { command curl -sS -w '%{stderr}[%{http_code}]' "$@"; }\n`
  const [definitions = '', ...examples] = blocks(section('## The control plane'), 'sh')

  for (const example of examples) {
    const name = `this works: ${example.replace(/\s+/g, ' ').slice(0, 80)}…`
    test(name, async () => {
      const { code, stderr } = await sh(`${CURL}${definitions}${example}`)
      expect(code, stderr).toBe(0)
      const statuses = [...stderr.matchAll(/\[(\d+)\]/g)].map(found => found[1])
      expect(statuses).toHaveLength(example.match(/^curl/gm)?.length as number)
      const right = example.includes('X-Sandbox-Fault: delay=200; status=503') ? /^503$/ : /^20[014]$/
      for (const status of statuses) expect(status).toMatch(right)
    })
  }

  test("the inspector's takes a graph as a file", async () => {
    const { code, stdout } = await sh(onlyBlock(section('## The inspector'), 'sh'))
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^flowchart LR\n/) })
    expect(readFileSync(demo.folder.file('journey.svg'), 'utf8')).toContain(
      '<title>Photo of the Month</title>',
    )
  })

  test("the events' hold a reward, then block it", async () => {
    const example = examples.find(text => text.includes('/events')) as string
    const { stdout } = await sh(`${CURL}${definitions}${example}`)
    const seen = [...stdout.matchAll(/"type":"coupon","status":"(\w+)"/g)].map(found => found[1])
    expect(seen).toEqual([...example.matchAll(/ # (\w+)$/gm)].map(found => found[1]))
    expect(seen).toEqual(['held', 'blocked'])
  })

  test("the clock's ends the hold that it says it ends", async () => {
    const example = examples.find(text => text.includes('/clock')) as string
    const held = async () =>
      JSON.parse((await demo.askAbout('held@example.com')).body).journeys[0].rewards[0].status
    expect(example).toContain('# the reward of held@example.com is issued')
    expect(await held()).toBe('held')
    await sh(`${CURL}${definitions}${example}`)
    expect(await held()).toBe('issued')
  })
})
