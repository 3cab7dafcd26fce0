import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Demo } from './demo.ts'
import { allBlocks, type Block, PRINTED_ORIGIN, readPage } from './docs.ts'
import { BIN } from './process.ts'
import { shell } from './shell.ts'

/** What needs a machine of its own, or a network: it is shown on a page, and not run. */
const SHOWN_ONLY = /^(npm (ci|install|pack|start)|npx|docker)\b/m

/** The commands of a page that are run. */
export const commandsOf = (page: string): Block[] =>
  allBlocks(readPage(page)).filter(({ language, code }) => language === 'sh' && !SHOWN_ONLY.test(code))

const OUTPUTS = ['json', 'http', 'text']

/**
 * Runs the commands of a page as a reader does: one block after the other, in one shell, against the sandbox of the
 * demo. Each request must succeed, or be answered with the status in a comment such as `# 401`. A block of output that
 * follows one of commands is what these print; `…` stands for anything. In the end the demo is as it was found.
 */
export async function followPage(
  page: string,
  demo: Demo,
  files: Record<string, string> = {},
): Promise<void> {
  const { folder, sandbox } = demo
  for (const [name, content] of Object.entries(files)) folder.file(name, content)
  // The sandbox is in this process, so the commands find it at another port; and they run the built package.
  executable('curl', `exec "${await which('curl')}" -sS -w '\\n%{stderr}[%{http_code}]' "$@"`)
  executable('npm', `shift 3; exec "${process.execPath}" "${BIN}" "$@"`)
  const before = stateOf(demo)
  const commands = commandsOf(page)
  const script = commands.map(({ code }, i) => `{\n${code}} >${i}.out 2>${i}.err`).join('\n')
  const here = script.replaceAll(PRINTED_ORIGIN, sandbox.origin)
  const { code, stderr } = await shell(folder.path, `PATH=${folder.path}:$PATH\n${here}`)
  const read = (name: string) =>
    existsSync(folder.file(name)) ? readFileSync(folder.file(name), 'utf8') : ''
  const printed = commands.map((block, i) => ({
    ...block,
    stdout: read(`${i}.out`),
    stderr: read(`${i}.err`),
  }))
  expect(code, `${stderr}${printed.map(({ stderr }) => stderr).join('')}`).toBe(0)
  for (const block of printed) {
    const place = `${page}:${block.line}`
    const statuses = [...block.stderr.matchAll(/\[(\d+)\]/g)].map(found => found[1] as string)
    const refused = statuses.filter(status => !status.startsWith('2'))
    expect(refused, place).toEqual([...block.code.matchAll(/# (\d{3})\b/g)].map(found => found[1]))
    const output = outputAfter(page, block)
    if (output) expectOutput(output, block.stdout, place)
  }
  expect(stateOf(demo), `${page} leaves the demo as it found it`).toEqual(before)

  function executable(name: string, command: string): void {
    chmodSync(folder.file(name, `#!/bin/sh\n${command}\n`), 0o755)
  }

  async function which(name: string): Promise<string> {
    return (await shell(folder.path, `command -v ${name} || echo ${name}`)).stdout.trim()
  }
}

const stateOf = ({ sandbox, site }: Demo) => ({
  sites: sandbox.sites().map(({ site_id }) => site_id),
  data: site.content.read(),
  faults: site.faults.list(),
  snapshots: site.snapshots.list(),
  tokens: site.clock.read().tokens,
  isPresent: Math.abs(Date.parse(site.clock.read().now) - Date.now()) < 60_000,
})

/** The block of output that follows a block of commands. */
function outputAfter(page: string, { line }: Block): Block | undefined {
  const all = allBlocks(readPage(page))
  const next = all[all.findIndex(block => block.line === line) + 1]
  return next?.follows && OUTPUTS.includes(next.language) ? next : undefined
}

function expectOutput({ language, code }: Block, printed: string, place: string): void {
  if (language === 'json') {
    const last = printed.trim().split('\n').at(-1) as string
    expect(matches(JSON.parse(last), JSON.parse(code)), `${place}: ${last}`).toBe(true)
    return
  }
  let rest = printed.replaceAll('\r', '')
  for (const line of code.split('\n').filter(Boolean)) {
    const found = new RegExp(`^${pattern(line)}`, 'm').exec(rest)
    expect(found, `${place}: "${line}" in ${printed}`).not.toBeNull()
    rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0))
  }
}

const pattern = (text: string): string =>
  text
    .split('…')
    .map(part => part.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')

function matches(actual: unknown, expected: unknown): boolean {
  if (typeof expected === 'string')
    return typeof actual === 'string' && new RegExp(`^${pattern(expected)}$`).test(actual)
  if (typeof expected !== 'object' || expected === null) return actual === expected
  if (typeof actual !== 'object' || actual === null) return false
  const [theirs, ours] = [actual as Record<string, unknown>, expected as Record<string, unknown>]
  return (
    Object.keys(theirs).join() === Object.keys(ours).join() &&
    Object.entries(ours).every(([key, value]) => matches(theirs[key], value))
  )
}
