import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { buildProgram } from '../../src/cli/program.ts'
import { settings } from '../../src/config.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { run } from '../support/process.ts'
import { journeyOf, memberOf, seedOf } from '../support/seeds.ts'
import { command } from '../support/terminal.ts'

const ONE_LINE = /^[^\n]+\n$/

describe.concurrent('The command', () => {
  it('lists with --help every flag with its environment variable and default', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    expect([code, stderr]).toEqual([0, ''])
    const [, ...options] = stdout.split(/\n {2}(?=-)/).map(option => option.replace(/\s+/g, ' '))
    for (const { flag, env } of Object.values(settings)) {
      const described = options.find(option => option.startsWith(`${flag} `))
      expect(described).toMatch(new RegExp(`\\(env: ${env}[,)]`))
    }
    expect(options.join(' ')).toContain('(env: PORT, default: 4300)')
  })

  it.each([
    ['a bad value of a flag', ['--port', 'http'], { PORT: '4301' }, '--port: "http" is not a whole number'],
    ['a bad value of a variable', [], { SANDBOX_AUTH: 'on' }, 'SANDBOX_AUTH: "on" is not strict or off'],
  ])('refuses %s in one line, and exits 2', async (_what, args, env, part) => {
    const { code, stdout, stderr } = await run(args, { env: env as Record<string, string> })
    expect(stderr).toMatch(ONE_LINE)
    expect(stderr).toContain(part)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('refuses an unknown flag with the one that was meant and how to get help, and exits 2', async () => {
    expect(await run(['token', '--identifer', 'ann@example.com'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `unknown option '--identifer'\n(Did you mean --identifier?)\nRun "journeys-sandbox token --help" for usage.\n`,
    })
  })

  it.each(['-v', '--version'])('prints its version with %s', async flag => {
    expect(await run([flag])).toMatchObject({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' })
  })

  it('ends JSON with a line break', async () => {
    const { stdout } = await run(['token', '--json'])
    expect(JSON.parse(stdout)).toHaveProperty('token')
    expect(stdout.endsWith('}\n')).toBe(true)
  })

  describe('that cannot listen says in one line what to change, and exits 1:', () => {
    it('the port is in use', async () => {
      const other = createServer()
      const port = await new Promise<number>(resolve =>
        other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
      )
      const [byFlag, byVariable] = await Promise.all([
        run(['--port', `${port}`]),
        run([], { env: { PORT: `${port}` } }),
      ])
      other.close()
      const line = `cannot listen on 127.0.0.1:${port}: the port is in use (EADDRINUSE); choose another port, or 0 for any free port, with --port`
      expect(byFlag).toMatchObject({ code: 1, stdout: '', stderr: `${line}\n` })
      expect(byVariable.stderr).toBe(`${line} (the environment variable PORT is set to "${port}")\n`)
    })

    it('this machine does not have the address', async () => {
      // An address reserved for documentation, RFC 5737: no machine has it.
      const { code, stdout, stderr } = await run(['--host', '192.0.2.1', '--port', '0'])
      expect(stderr).toBe(
        'cannot listen on 192.0.2.1:0: this machine does not have this address (EADDRNOTAVAIL); choose another host, such as 127.0.0.1, with --host\n',
      )
      expect([code, stdout]).toEqual([1, ''])
    })

    it('the shell sets HOST to a platform', async () => {
      const { code, stdout, stderr } = await run(['--port', '0'], { env: { HOST: 'x86_64-pc-linux-gnu' } })
      expect(stderr).toMatch(/^cannot listen on x86_64-pc-linux-gnu:0: this host name .+, with --host /)
      expect(stderr).toMatch(/ \(the environment variable HOST is set to "x86_64-pc-linux-gnu"\)\n$/)
      expect([code, stdout]).toEqual([1, ''])
    })
  })

  it('lists every issue of a bad seed, exits 2, and leaves no site in the database', async () => {
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
    expect(stderr).toMatch('journeys-sandbox needs Node 22.18 or newer; this is Node 20.1.0')
    expect([code, stdout]).toEqual([1, ''])
  })
})

describe('A usage error names what is wrong and what to do, and starts nothing:', () => {
  const HELP = 'Run "journeys-sandbox --help" for usage.'
  const SERVE_HELP = 'Run "journeys-sandbox serve --help" for usage.'

  it.each([
    ['an unknown command', ['server'], "unknown command 'server'", '(Did you mean serve?)', HELP],
    ['one with a flag', ['tokn', '--curl'], "unknown command 'tokn'", '(Did you mean token?)', HELP],
    ['one like no other', ['xyzzyx'], "unknown command 'xyzzyx'", HELP],
    ['a flag without its value', ['--port'], "option '--port <number>' argument missing", SERVE_HELP],
    ['an unknown flag', ['--prot', '1'], "unknown option '--prot'", '(Did you mean --port?)', SERVE_HELP],
    [
      'the same after serve',
      ['serve', '--prot'],
      "unknown option '--prot'",
      '(Did you mean --port?)',
      SERVE_HELP,
    ],
    ['an excess argument', ['serve', 'now'], "unexpected argument 'now'", SERVE_HELP],
    ['a word after a flag', ['--port', '1', 'now'], "unexpected argument 'now'", SERVE_HELP],
    [
      'a command after a flag',
      ['--port', '1', 'token'],
      "unexpected argument 'token'; the command comes first: journeys-sandbox token [options]",
      SERVE_HELP,
    ],
    [
      'an excess argument of a command with one',
      ['check', 'a.json', 'b.json'],
      "unexpected argument 'b.json'",
      'Run "journeys-sandbox check --help" for usage.',
    ],
  ])('%s', async (_what, args, ...lines) => {
    expect(await command(args as string[])).toEqual({ code: 2, stdout: '', stderr: lines.join('\n') })
  })
})

describe('Help', () => {
  it.each([[['token', '--help']], [['token', '-h']], [['help', 'token']], [['--help', 'serve']]])(
    'is that of the command in question: %j',
    async args => {
      const { code, stdout, stderr } = await command(args)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(args.includes('token') ? /^Usage: journeys-sandbox token / : /^ {2}--port /m)
    },
  )

  it('of the program lists every command', async () => {
    const { stdout } = await command(['help'])
    const { commands } = buildProgram({
      print: () => undefined,
      warn: () => undefined,
      readInput: async () => Buffer.alloc(0),
      onStop: () => undefined,
    })
    expect(commands.length).toBeGreaterThan(5)
    for (const { name, description } of commands.map(each => ({
      name: each.name(),
      description: each.description(),
    }))) {
      expect(stdout).toMatch(new RegExp(`^  ${name} .*${description.slice(0, 10)}`, 'm'))
    }
  })
})
