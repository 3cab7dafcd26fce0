import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { banner } from '../../src/cli/serve.ts'
import { useDemo } from '../support/demo.ts'
import { blocks, PRINTED_ORIGIN, ROOT, table } from '../support/docs.ts'
import { BIN } from '../support/process.ts'
import { shell } from '../support/shell.ts'

const page = readFileSync(new URL('docs/cli.md', ROOT), 'utf8')
const nothing = () => undefined
const { commands } = buildProgram({
  print: nothing,
  warn: nothing,
  readInput: async () => Buffer.alloc(0),
  onStop: nothing,
})

const demo = useDemo()

describe('docs/cli.md', () => {
  test('lists every command, and has a section for each with its help', () => {
    const names = commands.map(command => command.name())
    const listed = table(page, 'command').map(([cell]) => /^\[`(.+)`\]\(#\1\)$/.exec(cell ?? '')?.[1])
    expect(listed.toSorted()).toEqual(names.toSorted())
    for (const name of names)
      expect(page).toMatch(new RegExp(`^## ${name}$[^]*?^<!-- help: ${name} -->$`, 'm'))
  })

  test('shows the banner that serve prints', () => {
    const [, shown = ''] = /^<!-- banner -->\n```text\n(.*?)^```$/ms.exec(page) ?? []
    const printed = banner(demo.sandbox, { inspector: 'on', tlsCert: '' }).replaceAll(
      demo.sandbox.origin,
      PRINTED_ORIGIN,
    )
    const urls = (text: string) => text.slice(0, text.indexOf('curl'))
    expect(urls(shown)).toBe(urls(printed))
  })

  test('has examples that work', async () => {
    const { folder, sandbox } = demo
    folder.file('seed.json', readFileSync(new URL('seed/demo.json', ROOT)))
    folder.file('vendor.yaml', readFileSync(new URL('openapi/journeys.openapi.yaml', ROOT)))
    const npm = `npm() { shift 3; '${process.execPath}' '${BIN}' "$@"; }`
    const examples = blocks(page, 'sh').filter(
      block => block.startsWith('npm -s') || !block.startsWith('npm'),
    )
    expect(examples.length).toBeGreaterThan(5)
    for (const example of examples) {
      const here = example
        .replaceAll(PRINTED_ORIGIN, sandbox.origin)
        .replace('node bin/journeys-sandbox.js', `'${process.execPath}' '${BIN}'`)
      const { code, stderr } = await shell(folder.path, `${npm}\n${here}`)
      expect(code, `${example}${stderr}`).toBe(0)
    }
  })
})
