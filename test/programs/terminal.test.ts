import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { BIN } from '../support/process.ts'
import { execute } from '../support/shell.ts'

/** Starts the command on a terminal, sends it one request, presses Ctrl-C, and prints all that the terminal showed. */
const ON_A_TERMINAL = `
import os, pty, re, sys, urllib.error, urllib.request

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

shown = ''
def read_until(pattern):
    global shown
    while not re.search(pattern, shown):
        shown += os.read(terminal, 65536).decode()

read_until(r'\\ncurl .*\\n')
try:
    urllib.request.urlopen(re.search(r'Journeys API  (\\S+)', shown)[1] + '/journeys')
except urllib.error.HTTPError:
    pass
read_until(r'401')
os.write(terminal, b'\\x03')
_, status = os.waitpid(pid, 0)
print(shown, 'exit code', os.waitstatus_to_exitcode(status))
`

describe('On a terminal, serve', () => {
  const serve = async (env: Record<string, string>) => {
    using folder = temporaryFolder()
    const command = [process.execPath, BIN, 'serve', '--port', '0']
    const { code, stdout, stderr } = await execute(
      folder.path,
      ['python3', '-c', ON_A_TERMINAL, ...(command as [])],
      env,
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/exit code 0\n$/)
    return stdout
  }

  test('prints a coloured line for each request', async () => {
    const shown = await serve({ TERM: 'xterm-256color' })
    expect(shown).toContain('\x1b[1mGET\x1b[22m  /api/3.0/journeys  \x1b[33m401\x1b[39m ')
  })

  test('prints it without colours when NO_COLOR is set', async () => {
    const shown = await serve({ TERM: 'xterm-256color', NO_COLOR: '1' })
    expect(shown).toMatch(/^GET {2}\/api\/3\.0\/journeys {2}401 {2}[\d.]+ ms {2}no site {2}format: /m)
    expect(shown).not.toContain('\x1b')
  })

  test('prints JSON lines when a log level is given', async () => {
    const shown = await serve({ LOG_LEVEL: 'info' })
    expect(shown).toMatch(/"statusCode":401/)
    expect(shown).not.toMatch(/^GET /m)
  })
})
