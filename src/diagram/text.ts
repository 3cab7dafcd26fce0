/** Text from the data, shortened for a drawing or a page. */

export const LONGEST = 120
const LINE = 24
const LINES = 3
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const graphemesOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment)

/** On one line, without what XML cannot hold, and cut off where it is too long. */
export function clip(text: string, longest = LONGEST): string {
  // The longest grapheme counts some dozen units, so that only the beginning of a very long text is taken apart.
  const head = text.slice(0, longest * 20).toWellFormed()
  const clean = head.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]+/gu, ' ').trim()
  const graphemes = graphemesOf(clean)
  return graphemes.length > longest ? `${graphemes.slice(0, longest - 1).join('')}…` : clean
}

/** In lines of at most so many characters, broken between words where possible, and cut off after the third. */
export function wrap(text: string, length = LINE): string[] {
  const words = clip(text)
    .split(' ')
    .flatMap(word => pieces(word, length))
  const lines: string[] = []
  for (const word of words) {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length >= length) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.length > LINES ? [...lines.slice(0, LINES - 1), `${lines[LINES - 1]}…`] : lines
}

/** A word, in pieces where it is longer than a line. */
function pieces(word: string, length: number): string[] {
  const graphemes = graphemesOf(word)
  return Array.from({ length: Math.ceil(graphemes.length / length) }, (_, i) =>
    graphemes.slice(i * length, (i + 1) * length).join(''),
  )
}
