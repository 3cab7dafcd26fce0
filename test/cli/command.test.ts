import { createServer } from 'node:net'
import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { settings } from '../../src/config.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { run } from '../support/process.ts'
import { journeyOf, memberOf, seedOf } from '../support/seeds.ts'

const ONE_LINE = /^[^\n]+\n$/

describe.concurrent('The command', () => {
  it('lists with --help every flag with its environment variable and default', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    expect([code, stderr]).toEqual([0, ''])
    const text = stdout.replace(/\s+/g, ' ')
    for (const { flag, env } of Object.values(settings)) {
      expect(text).toMatch(new RegExp(`${flag.replaceAll('|', '\\|')} ((?! --).)+\\(env: ${env}[,)]`))
    }
    expect(text).toContain('(env: PORT, default: 4300)')
    expect(text).toContain('journeys-sandbox serve')
  })

  it.each([
    ['an unknown flag', ['--bogus'], {}, '--bogus'],
    ['a bad value of a flag', ['--port', 'http'], { PORT: '4301' }, '--port: "http" is not a whole number'],
    ['a bad value of a variable', [], { SANDBOX_AUTH: 'on' }, 'SANDBOX_AUTH: "on" is not strict or off'],
  ])('refuses %s in one line, and exits 2', async (_what, args, env, part) => {
    const { code, stdout, stderr } = await run(args, { env: env as Record<string, string> })
    expect(stderr).toMatch(ONE_LINE)
    expect(stderr).toContain(part)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('says in one line that the port is in use, and exits 1', async () => {
    const other = createServer()
    const port = await new Promise<number>(resolve =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    )
    const { code, stdout, stderr } = await run(['--port', `${port}`])
    other.close()
    expect(stderr).toMatch(ONE_LINE)
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}: the port is in use`)
    expect([code, stdout]).toEqual([1, ''])
  })

  it('says in one line that it has no such address, and exits 1', async () => {
    // An address kept for documentation, RFC 5737: no machine has it.
    const { code, stdout, stderr } = await run(['--host', '192.0.2.1', '--port', '0'])
    expect(stderr).toMatch(/^cannot listen on 192\.0\.2\.1\b.*: EADDRNOTAVAIL\n$/)
    expect(stderr).not.toContain('undefined')
    expect([code, stdout]).toEqual([1, ''])
  })

  it('lists every fault of a bad seed, exits 2, and leaves no site in the database', async () => {
    using folder = temporaryFolder()
    const lost = { id: journeyOf(2).id, type: 'exit' as const, name: 'Lost' }
    const seed = seedOf({
      journeys: [journeyOf(1, { nodes: [...journeyOf(1).nodes, lost] })],
      members: [memberOf('ann@example.com'), memberOf('Ann@example.com')],
    })
    const text = JSON.stringify(seed)
    const [file, db] = [folder.file('bad.json', text), folder.file('kept.db')]
    const columnOf = (part: string) => text.indexOf(part) + 1
    const { code, stdout, stderr } = await run(['--seed', file, '--db', db, '--port', '0'])
    expect(stderr).toBe(
      `${file}:1:${columnOf(JSON.stringify(lost))} /journeys/0/nodes/3: no connection leads from an entry to "Lost"; connect it, or remove it\n` +
        `${file}:1:${columnOf('"Ann@')} /members/1/email: "ann@example.com" is taken by /members/0/email\n`,
    )
    expect([code, stdout]).toEqual([2, ''])
    const store = openStore(db)
    expect(store.sites()).toEqual([])
    store.close()
  })

  it('says in one line that the database cannot be used, and exits 1', async () => {
    using folder = temporaryFolder()
    const db = folder.file('diary.txt', 'Dear diary, '.repeat(500))
    const { code, stdout, stderr } = await run(['--db', db, '--port', '0'])
    expect(stderr).toBe(
      `database ${db} is damaged or no database (file is not a database); restore a copy of it, or name a new file\n`,
    )
    expect([code, stdout]).toEqual([1, ''])
  })

  it('started by hand on an old Node says so in one line, and exits 1', async () => {
    using folder = temporaryFolder()
    const pretence = folder.file(
      'old.cjs',
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })",
    )
    const { code, stdout, stderr } = await run([], { env: { NODE_OPTIONS: `--require ${pretence}` } })
    expect(stderr).toMatch(ONE_LINE)
    expect(stderr).toMatch('journeys-sandbox needs Node 22.18 or newer, this is 20.1.0')
    expect([code, stdout]).toEqual([1, ''])
  })
})

describe('Wrong use of the command line is an error of one line, and starts nothing:', () => {
  it.each([
    ['an unknown command', ['server'], /too many arguments/],
    ['a flag without its value', ['--port'], /argument missing/],
    ['an argument too many', ['serve', 'now'], /too many arguments/],
    ['an unknown flag of serve', ['serve', '--colour'], /unknown option '--colour'/],
  ])('%s', async (_what, args, message) => {
    const done: string[] = []
    const program = buildProgram({
      print: text => done.push(text),
      warn: text => done.push(text),
      readInput: async () => Buffer.alloc(0),
      onStop: () => done.push('started'),
    })
    const error: Error = await program.parseAsync(['node', 'journeys-sandbox', ...args]).then(
      () => new Error('accepted'),
      failure => failure,
    )
    expect(error).toBeInstanceOf(CommanderError)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
    expect(done).toEqual([])
  })
})
