import { Command } from 'commander'
import { afterEach, expect, test, vi } from 'vitest'
import { addSecretOptions, readSecret } from '../../src/cli/site-options.ts'
import { temporaryFolder } from '../support/folder.ts'

afterEach(() => vi.unstubAllEnvs())

const secretOf = (...args: string[]) =>
  readSecret(addSecretOptions(new Command().exitOverride()).parse(args, { from: 'user' }).opts())

test('it is read from the usual variable, or from one that is named', () => {
  vi.stubEnv('SANDBOX_SECRET', 'usual')
  vi.stubEnv('ANOTHER', 'named')
  expect(secretOf()).toBe('usual')
  expect(secretOf('--secret-env', 'ANOTHER')).toBe('named')
})

test.each(['a secret ', ' a\nb', 'ü='])(
  'it is read from a file, but for the line break at its end: %j',
  secret => {
    using folder = temporaryFolder()
    expect(secretOf('--secret-file', folder.file('a', secret))).toBe(secret)
    expect(secretOf('--secret-file', folder.file('b', `${secret}\n`))).toBe(secret)
    expect(secretOf('--secret-file', folder.file('c', `${secret}\r\n`))).toBe(secret)
  },
)

test('what is missing, empty or said twice is refused', () => {
  using folder = temporaryFolder()
  const file = folder.file('empty', '\n')
  vi.stubEnv('SANDBOX_SECRET', '')
  expect(() => secretOf()).toThrow(/^--secret-env: the variable SANDBOX_SECRET is not set; /)
  expect(() => secretOf('--secret-env', 'NOT_THERE')).toThrow(/NOT_THERE is not set/)
  expect(() => secretOf('--secret-file', file)).toThrow(/^--secret-file: .* is empty$/)
  expect(() => secretOf('--secret-file', folder.file('missing'))).toThrow(/^--secret-file: ENOENT/)
  expect(() => secretOf('--secret-file', file, '--secret-env', 'A')).toThrow(/leave it out/)
})

test('a file that is not UTF-8 is refused; a byte order mark is no part of the secret', () => {
  using folder = temporaryFolder()
  expect(secretOf('--secret-file', folder.file('bom', '\uFEFFa secret\r\n'))).toBe('a secret')
  expect(() => secretOf('--secret-file', folder.file('latin1', Buffer.from('ü', 'latin1')))).toThrow(
    /^--secret-file: .*latin1:1:1: the byte 0xFC is not UTF-8/,
  )
  expect(() => secretOf('--secret-file', folder.file('utf16', Buffer.from('\uFEFFa', 'utf16le')))).toThrow(
    /^--secret-file: .*utf16 is in UTF-16/,
  )
})
