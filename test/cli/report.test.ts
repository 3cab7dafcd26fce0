import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { useDemo } from '../support/demo.ts'
import { command } from '../support/terminal.ts'

const demo = useDemo()
const report = (...args: string[]) => command(['report', '--origin', demo.sandbox.origin, ...args])

describe('report', () => {
  test('prints a grid of the outcomes that were met', async () => {
    await demo.ask('/journeys')
    await demo.askAbout('nobody@example.com')
    const { code, stdout } = await report()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Sites: 9991331\n/)
    expect(stdout).toMatch(/^calls +1 +0 +0 +1$/m)
    expect(stdout).toMatch(/^404 AC1005 +· +· +1$/m)
    expect(stdout).toMatch(/^Refusals without a fault: 1$/m)
  })

  test('prints the report as JSON, the same as in process', async () => {
    await demo.ask('/journeys')
    const { stdout } = await report('--json')
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(demo.sandbox.report())))
  })

  test('fails for a reason of --fail-on, and names it', async () => {
    demo.site.faults.add({ match: { email: 'never@example.com' }, fault: { kind: 'reset' } })
    await demo.ask('/journeys')
    await demo.askAbout('nobody@example.com')
    expect((await report('--fail-on', 'unused-faults')).stderr).toBe(
      'unused-faults: the fault rule fault-1 (reset) never fired\nthe run fails on unused-faults',
    )
    const { code, stderr } = await report('--fail-on', 'unexpected-refusals,never-called')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^unexpected-refusals: req-\S+ \S+ was refused with 404: member: .*$/m)
    expect(stderr).toMatch(/^never-called: getJourney was never called$/m)
    demo.site.reset()
    expect((await report('--fail-on', 'unused-faults,unexpected-refusals')).code).toBe(0)
  })

  test('writes JUnit XML, with a failure for each reason', async () => {
    demo.site.faults.add({ match: { email: 'a&b@example.com' }, fault: { kind: 'hang' } })
    await demo.ask('/journeys')
    const file = demo.folder.file('report.xml')
    expect((await report('--junit', file, '--fail-on', 'unused-faults')).code).toBe(1)
    const xml = readFileSync(file, 'utf8')
    expect(xml).toMatch(/<testsuite name="getJourneys" tests="\d+" failures="0" skipped="\d+">/)
    expect(xml).toMatch(/<testcase classname="getJourneys" name="answer: 200 Published"><\/testcase>/)
    expect(xml).toMatch(
      /<testcase classname="getJourneys" name="answer: 200 empty list"><skipped\/><\/testcase>/,
    )
    expect(xml).toMatch(
      /<testcase classname="run" name="unused-faults"><failure message="1 found">.*fault-1 \(hang\)/,
    )
  })

  test.each([
    [['--origin', 'http://127.0.0.1:1'], /^--origin: http:\/\/127\.0\.0\.1:1 cannot be reached: /],
    [['--site', 'nowhere'], /answered 404: there is no site nowhere/],
    [['--fail-on', 'everything'], /^--fail-on: "everything" is not one of unused-faults, /],
    [['--junit', '/nowhere/report.xml'], /^--junit: \/nowhere\/report\.xml cannot be written: /],
  ])('is refused with %j, in one line', async (args, message) => {
    const { code, stderr } = await report(...args)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) })
    expect(stderr).not.toContain('\n')
  })
})
