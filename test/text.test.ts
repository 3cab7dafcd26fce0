import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText } from '../src/text.ts'

const BOM = '\uFEFF'

it('Any text is read as it was written, without its byte order mark', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter(text => !text.includes('\0')),
      text => {
        expect(decodeText(Buffer.from(text), 'a file')).toBe(text.replace(/^\uFEFF/, ''))
        expect(decodeText(Buffer.from(BOM + text), 'a file')).toBe(text)
      },
    ),
  )
})

describe('What is not UTF-8 is refused with what it is, and where', () => {
  it.each([
    [
      'Windows-1252',
      Buffer.from('{\n "name": "Zoë"\n}', 'latin1'),
      /^a file:2:13: the byte 0xEB .* it is "ë"; save/,
    ],
    [
      'a euro sign of Windows-1252',
      Buffer.from('a\x80', 'latin1'),
      /^a file:1:2: the byte 0x80 .* it is "€"; /,
    ],
    [
      'Windows-1252 after UTF-8',
      Buffer.concat([Buffer.from('é 😀\n'), Buffer.of(0xe9, 0x20)]),
      /^a file:2:1: /,
    ],
    ['a character cut off at the end', Buffer.from('ab😀').subarray(0, 5), /^a file:1:3: the byte 0xF0 /],
    ['half of a surrogate pair', Buffer.of(0x61, 0xed, 0xa0, 0x80), /^a file:1:2: the byte 0xED /],
    [
      'UTF-16',
      Buffer.from(`${BOM}{}`, 'utf16le'),
      /^a file is in UTF-16 \(little-endian\); save it as UTF-8$/,
    ],
    [
      'UTF-16 in the other order',
      Buffer.from(`${BOM}{}`, 'utf16le').swap16(),
      /^a file is in UTF-16 \(big-endian\); /,
    ],
    [
      'UTF-16 without a mark',
      Buffer.from('{}', 'utf16le'),
      /^a file has zero bytes: it is in UTF-16, or is no text; /,
    ],
  ])('%s', (_what, bytes, message) => {
    expect(() => decodeText(bytes, 'a file')).toThrow(message)
    expect(() => decodeText(bytes, 'a file')).toThrow(expect.objectContaining({ name: 'Invalid' }))
  })

  it('in a large file, at once', () => {
    const bytes = Buffer.concat([Buffer.from('é'.repeat(5_000_000)), Buffer.of(0xff)])
    expect(() => decodeText(bytes, 'a file')).toThrow(/^a file:1:5000001: the byte 0xFF /)
  })
})
