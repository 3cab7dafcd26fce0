/** How the operators of JSON Logic are written between what they join. */
const INFIX: Record<string, string> = {
  '==': '=',
  '===': '=',
  '!=': '≠',
  '!==': '≠',
  '>': '>',
  '>=': '≥',
  '<': '<',
  '<=': '≤',
  and: 'and',
  or: 'or',
  in: 'in',
  '+': '+',
  '-': '-',
  '*': '×',
  '/': '÷',
}

/** The condition of a connection as one reads it: `{">=":[{"var":"attributes.amount"},50]}` is `amount ≥ 50`. */
export function tellRule(condition: string): string {
  // The other is a word, "else".
  return condition.startsWith('{') ? tell(JSON.parse(condition)) : condition
}

function tell(rule: unknown): string {
  if (typeof rule !== 'object' || rule === null) return typeof rule === 'string' ? rule : JSON.stringify(rule)
  if (Array.isArray(rule)) return `[${rule.map(tell).join(', ')}]`
  const [[operator, given] = []] = Object.entries(rule)
  if (operator === undefined) return '{}'
  const args: unknown[] = Array.isArray(given) ? given : [given]
  if (operator === 'var' && typeof args[0] !== 'object') return String(args[0]).replace(/^attributes\./, '')
  if (operator === '!') return `not ${args.map(part).join(', ')}`
  const infix = INFIX[operator]
  return infix !== undefined && args.length > 1
    ? args.map(part).join(` ${infix} `)
    : `${operator}(${args.map(tell).join(', ')})`
}

/** An argument, in brackets where it joins others itself. */
function part(rule: unknown): string {
  const isJoined =
    typeof rule === 'object' && rule !== null && !Array.isArray(rule) && Object.keys(rule)[0] !== 'var'
  return isJoined ? `(${tell(rule)})` : tell(rule)
}
