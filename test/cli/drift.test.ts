import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { driftCommand } from '../../src/cli/drift.ts'
import { CommandFailed } from '../../src/cli/terminal.ts'
import { startSandbox } from '../../src/index.ts'
import { VENDOR_DOCUMENT } from '../../src/verify/openapi-document.ts'
import { temporaryFolder } from '../support/folder.ts'
import { type Document, downgraded, ourDocument } from '../support/openapi.ts'
import { serverOf } from '../support/server.ts'
import { command } from '../support/terminal.ts'

/** Our document with one thing inferred wrongly. */
function changed(): Document {
  const document = ourDocument()
  document.components.schemas.JourneyNode.properties.position.type = 'string'
  return document
}

describe('drift', () => {
  it.each([
    ['json', JSON.stringify(ourDocument())],
    ['yaml', stringify(ourDocument())],
    ['yml', stringify(downgraded(ourDocument()))],
  ])('finds no difference in our own document, as %s', async (extension, text) => {
    using folder = temporaryFolder()
    const file = folder.file(`ours.${extension}`, text)
    expect(await command(['drift', file])).toEqual({
      code: 0,
      stdout: `${file}: no difference from our contract`,
      stderr: '',
    })
  })

  it.each(['openapi.json', 'openapi.yaml', 'openapi-3.0.json'])(
    'finds no difference in what a sandbox serves as %s',
    async name => {
      await using sandbox = await startSandbox({ logLevel: 'silent' })
      const url = `${sandbox.origin}/${name}`
      const { code, stdout } = await command(['drift', url])
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${url}: no difference from our contract` })
    },
  )

  it('lists differences by provenance, and as JSON', async () => {
    using folder = temporaryFolder()
    const file = folder.file('theirs.json', JSON.stringify(changed()))
    expect(await command(['drift', file])).toEqual({
      code: 1,
      stdout: 'inferred:\n  changed type        getJourney 200 nodes[].position: object here, string there',
      stderr: `${file}: 1 difference`,
    })
    const { code, stdout } = await command(['drift', file, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      source: file,
      differences: [
        {
          kind: 'changed',
          aspect: 'type',
          places: ['getJourney 200 nodes[].position'],
          ours: 'object',
          theirs: 'string',
          provenance: 'inferred',
        },
      ],
    })
  })

  it('reads a document in several files that refer to one another, and to themselves', async () => {
    using folder = temporaryFolder()
    const document = ourDocument()
    const { JourneyNode, ...others } = document.components.schemas
    JourneyNode.properties.children = { type: 'array', items: { $ref: '#/JourneyNode' } }
    others.Journey.properties.nodes.items = { $ref: './nodes.yaml#/JourneyNode' }
    JourneyNode.properties.failure = { $ref: 'theirs.yaml#/components/schemas/ApiError' }
    document.components.schemas = others
    folder.file('nodes.yaml', stringify({ JourneyNode }))
    const { stdout } = await command(['drift', folder.file('theirs.yaml', stringify(document)), '--json'])
    expect(JSON.parse(stdout).differences.map(({ kind, places }: Document) => [kind, places[0]])).toEqual([
      ['missing', 'getJourney 200 nodes[].children'],
      ['missing', 'getJourney 200 nodes[].failure'],
    ])
  })

  it('reads a document from a URL, whatever its name', async () => {
    await using server = await serverOf((_request, response) => response.end(stringify(changed())))
    const url = `${server.url}/download?format=yaml`
    const { code, stderr } = await command(['drift', url])
    expect([code, stderr]).toEqual([1, `downloading ${url}\n${url}: 1 difference`])
  })

  it('does not let a document from a URL read local files', async () => {
    using folder = temporaryFolder()
    const document = ourDocument()
    document.components.schemas.ApiError = { $ref: `file://${folder.file('error.json', '{}')}` }
    await using server = await serverOf((_request, response) => response.end(JSON.stringify(document)))
    const { code, stderr } = await command(['drift', `${server.url}/openapi.json`])
    expect(code).toBe(2)
    expect(stderr).toContain('error.json')
  })

  it.each([
    ['a page', 'page.html', '<html><body>Log in</body></html>', 'neither JSON nor YAML'],
    ['a page by a good name', 'page.yaml', '<html><body>Log in</body></html>', 'neither JSON nor YAML'],
    ['broken JSON', 'a.json', '{"openapi": ', 'cannot be read as an OpenAPI document'],
    ['broken YAML', 'a.yaml', 'a: [1\nb: }', 'cannot be read as an OpenAPI document'],
    [
      'Swagger',
      'a.yaml',
      'swagger: "2.0"\npaths: {/journeys: {}}',
      'is Swagger 2.0; convert it to OpenAPI 3 first',
    ],
    ['something else', 'a.json', '{"hello": "world"}', 'is not an OpenAPI 3 document'],
    ['a list', 'a.json', '[1]', 'is not an OpenAPI'],
    ['a document without paths', 'a.yaml', 'openapi: 3.0.0', 'has no paths'],
    ['another API', 'a.yaml', 'openapi: 3.0.0\npaths: {/points: {get: {}}}', 'none of the four operations'],
    [
      'a reference that leads nowhere',
      'a.yaml',
      'openapi: 3.0.0\npaths: {/journeys: {get: {$ref: "#/nowhere"}}}',
      '#/nowhere',
    ],
    [
      'a file that is not there',
      'a.yaml',
      'openapi: 3.0.0\npaths: {/journeys: {$ref: "gone.yaml"}}',
      'gone.yaml',
    ],
    [
      'a circle',
      'a.yaml',
      'openapi: 3.0.0\npaths: {/journeys: {get: {$ref: "#/a"}}}\na: {$ref: "#/b"}\nb: {$ref: "#/a"}',
      'circle',
    ],
  ])('refuses %s with one line', async (_what, name, text, message) => {
    using folder = temporaryFolder()
    const { code, stdout, stderr } = await command(['drift', folder.file(name, text)])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('\n')
  })

  it.each([
    ['same', ourDocument(), 0, /: no difference from our contract$/],
    ['different', changed(), 1, /getJourney 200 nodes\[\]\.position/],
  ])(
    'without an argument compares with the document that the vendor publishes: %s',
    async (_what, document, code, output) => {
      await using server = await serverOf((_request, response) => response.end(stringify(document)))
      const published = `${server.url}/loyalty.yaml`
      const lines: string[] = []
      const terminal = { print: (text: string) => lines.push(text), warn: (text: string) => lines.push(text) }
      const program = new Command().addCommand(
        driftCommand(
          { ...terminal, readInput: async () => new Uint8Array(), onStop: () => undefined },
          published,
        ),
      )
      const failed = await program.parseAsync(['node', 'x', 'drift']).then(
        () => 0,
        (error: Error) => (error instanceof CommandFailed ? 1 : 2),
      )
      expect(failed).toBe(code)
      expect(lines).toEqual([`downloading ${published}`, expect.stringMatching(output)])
    },
  )

  it('knows where the vendor publishes its document', () => {
    expect(VENDOR_DOCUMENT).toBe('https://annexcloud.redocly.app/_spec/loyalty/loyalty.yaml')
  })

  it.each<[string, Parameters<typeof serverOf>[0], RegExp]>([
    [
      'answers with a refusal',
      (_request, response) => response.writeHead(401).end(),
      /: the server answered 401$/,
    ],
    [
      'sends more than 20 MiB',
      (_request, response) => {
        const send = () => {
          while (response.write('x'.repeat(1 << 20)));
        }
        response.on('drain', send)
        send()
      },
      /: it has more than 20 MiB$/,
    ],
    ['hangs up', ({ socket }) => socket.destroy(), /: other side closed$/],
  ])('fails with one line when the server %s', async (_what, answer, message) => {
    await using server = await serverOf(answer)
    const { code, stdout, stderr } = await command(['drift', `${server.url}/openapi.json`])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [progress, error, ...more] = stderr.split('\n')
    expect([progress, more]).toEqual([`downloading ${server.url}/openapi.json`, []])
    expect(error).toMatch(/^http:\S+ cannot be read as an OpenAPI document: /)
    expect(error).toMatch(message)
  })

  it('fails when nothing listens there', async () => {
    const server = await serverOf(() => undefined)
    await server[Symbol.asyncDispose]()
    const { code, stderr } = await command(['drift', `${server.url}/openapi.json`])
    expect(code).toBe(2)
    expect(stderr).toMatch(/nothing listens there; check the port/)
  })
})
