import { Invalid } from './errors.ts'

/** A number as people read it: `100,000`. */
export const count = (n: number): string => n.toLocaleString('en-US')

/** A number of things: `1 request`, `2,000 requests`. */
export const countOf = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`

/**
 * Reads bytes from a file, a pipe or a request as UTF-8; a byte order mark at the start is dropped. `name` is what the
 * message calls them, such as the path of the file.
 * @throws {Invalid} saying what the bytes are instead, and where
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const other = otherEncodingOf(bytes)
  if (other) throw new Invalid(`${name} ${other}; save it as UTF-8`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Invalid(`${name}${describeBadByte(bytes)}; save it as UTF-8`)
  }
}

/** By the byte order mark, or by the zero bytes that text in UTF-8 never has. */
function otherEncodingOf(bytes: Uint8Array): string | undefined {
  const mark = `${bytes[0]} ${bytes[1]}`
  if (mark === '255 254') return 'is in UTF-16 (little-endian)'
  if (mark === '254 255') return 'is in UTF-16 (big-endian)'
  return bytes.includes(0) ? 'has zero bytes: it is in UTF-16, or is no text' : undefined
}

/** Where the first byte is that UTF-8 does not allow, and which character it probably is. */
function describeBadByte(bytes: Uint8Array): string {
  const text = decodePrefix(bytes, validLength(bytes))
  const bad = bytes[new TextEncoder().encode(text).length] as number
  const lines = text.split('\n')
  const column = [...(lines.at(-1) as string)].length + 1
  const hex = bad.toString(16).toUpperCase().padStart(2, '0')
  const meant = new TextDecoder('windows-1252').decode(Uint8Array.of(bad))
  return `:${lines.length}:${column}: the byte 0x${hex} is not UTF-8; in Windows-1252 it is ${JSON.stringify(meant)}`
}

/** The first bytes as text, without a character of which only a part is there. @throws {TypeError} */
const decodePrefix = (bytes: Uint8Array, length: number): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), {
    stream: true,
  })

/** How many bytes can be decoded, found by halving. */
function validLength(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length + 1
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    try {
      decodePrefix(bytes, middle)
      good = middle
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      bad = middle
    }
  }
  return good
}
