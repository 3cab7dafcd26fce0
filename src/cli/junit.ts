import { type FailOn, failuresIn, type Report } from '../sites/report.ts'

/**
 * A report as JUnit XML: a suite for each operation with a case for each outcome, which is skipped when it was not met, and a suite for the
 * reasons to fail.
 */
export function toJunit(report: Report, failOn: readonly FailOn[]): string {
  const failures = failuresIn(report)
  const suites = report.operations.map(({ operation, outcomes }) =>
    suite(
      operation,
      outcomes.map(({ kind, outcome, count }) =>
        testCase(operation, `${kind}: ${outcome}`, count > 0 ? '' : '<skipped/>'),
      ),
    ),
  )
  const reasons = failOn.map(reason => {
    const lines = failures[reason]
    const failure =
      lines.length === 0
        ? ''
        : `<failure message="${escapeXml(`${lines.length} found`)}">${escapeXml(lines.join('\n'))}</failure>`
    return testCase('run', reason, failure)
  })
  const all = [...suites, ...(reasons.length > 0 ? [suite('run', reasons)] : [])]
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="journeys-sandbox">\n${all.join('\n')}\n</testsuites>\n`
}

function suite(name: string, cases: string[]): string {
  const count = (tag: string) => cases.filter(text => text.includes(tag)).length
  const counts = `tests="${cases.length}" failures="${count('<failure')}" skipped="${count('<skipped')}"`
  return `<testsuite name="${escapeXml(name)}" ${counts}>\n${cases.join('\n')}\n</testsuite>`
}

const testCase = (className: string, name: string, content: string): string =>
  `  <testcase classname="${escapeXml(className)}" name="${escapeXml(name)}">${content}</testcase>`

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text in XML 1.0, which has no way to write control characters. */
const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, character => ENTITIES[character] as string).replace(/[^\t\n\x20-\uFFFD]/g, '?')
