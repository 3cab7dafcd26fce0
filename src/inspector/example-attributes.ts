type Attributes = Record<string, unknown>

/** Attributes of an event with which a criterion holds, as far as they can be read from it; `{}` where there are none. */
export function exampleAttributes(rule: unknown): Attributes {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return {}
  const [[operator, given] = ['', undefined]] = Object.entries(rule)
  const args: unknown[] = Array.isArray(given) ? given : [given]
  const [first, second, third] = args
  switch (operator) {
    case 'and':
      return Object.assign({}, ...args.map(exampleAttributes))
    case 'or':
    case '!!':
      return exampleAttributes(first)
    case 'var':
      return attribute(rule, true)
    case '==':
    case '===':
    case '<=':
    case '>=':
      return third === undefined
        ? pathOf(first)
          ? attribute(first, second)
          : attribute(second, first)
        : attribute(second, first)
    case '>':
      return pathOf(first) ? attribute(first, add(second, 1)) : attribute(second, add(first, -1))
    case '<':
      if (third !== undefined) return attribute(second, add(first, 1))
      return pathOf(first) ? attribute(first, add(second, -1)) : attribute(second, add(first, 1))
    case 'in':
      return Array.isArray(second) ? attribute(first, second[0]) : attribute(second, first)
    default:
      return {}
  }
}

/** The name of the event's attribute that a variable reads. */
function pathOf(variable: unknown): string | undefined {
  const given = (variable as { var?: unknown } | null)?.var
  const path = Array.isArray(given) ? given[0] : given
  return typeof path === 'string' && path.startsWith('attributes.')
    ? path.slice('attributes.'.length)
    : undefined
}

function attribute(variable: unknown, value: unknown): Attributes {
  const path = pathOf(variable)
  // A value that is computed is not known, and a nested name is rare.
  if (
    path === undefined ||
    path.includes('.') ||
    value === undefined ||
    (typeof value === 'object' && value !== null)
  )
    return {}
  return { [path]: value }
}

const add = (value: unknown, by: number): unknown => (typeof value === 'number' ? value + by : value)
