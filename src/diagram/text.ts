/** Text from the data, made fit for a drawing. */

export const LONGEST = 120
const LINE = 24
const LINES = 3
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** On one line, without what XML cannot hold, and cut off where it is too long. */
export function clip(text: string, longest = LONGEST): string {
  // The longest grapheme counts some dozen units, so that a text of any length need not be taken apart whole.
  const head = text.slice(0, longest * 20).toWellFormed()
  const clean = head.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]+/gu, ' ').trim()
  const parts = [...graphemes.segment(clean)].map(({ segment }) => segment)
  return parts.length > longest ? `${parts.slice(0, longest - 1).join('')}…` : clean
}

/** In lines of at most so many characters, broken between words where it can be, and cut off after the third. */
export function wrap(text: string, length = LINE): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of clip(text)
    .split(' ')
    .flatMap(word => pieces(word, length))) {
    if (line !== '' && line.length + word.length >= length) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  if (line !== '') lines.push(line)
  return lines.length > LINES ? [...lines.slice(0, LINES - 1), `${lines[LINES - 1]}…`] : lines
}

/** A word, in pieces where it is longer than a line. */
function pieces(word: string, length: number): string[] {
  const parts = [...graphemes.segment(word)].map(({ segment }) => segment)
  return Array.from({ length: Math.ceil(parts.length / length) }, (_, i) =>
    parts.slice(i * length, (i + 1) * length).join(''),
  )
}
