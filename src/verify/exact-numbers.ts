/** JSON, and the JSON pointers of its numbers that JavaScript cannot hold exactly. @throws {SyntaxError} when it is not JSON */
export function parseExactly(text: string): { value: unknown; inexact: string[] } {
  const inexact = new Map<unknown, Set<string>>()
  const value = JSON.parse(text, function (this: unknown, key, parsed, context?: { source?: string }) {
    const { source } = context ?? {}
    if (typeof parsed === 'number' && source !== undefined && decimalOf(source) !== decimalOf(String(parsed)))
      inexact.set(this, (inexact.get(this) ?? new Set()).add(key))
    return parsed
  })
  const pointers = (part: unknown, pointer: string): string[] => {
    if (typeof part !== 'object' || part === null) return []
    return Object.entries(part).flatMap(([key, inner]) => {
      const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      return inexact.get(part)?.has(key) ? [at] : pointers(inner, at)
    })
  }
  return { value, inexact: inexact.size > 0 ? pointers(value, '') : [] }
}

/** A number as written by JSON or JavaScript, in one notation for each value: `1.50`, `15e-1` → `15e-1`. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return whole === '' ? text : '0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}
