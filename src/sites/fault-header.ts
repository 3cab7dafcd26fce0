import type { ResolvedFault } from './fault-rule.ts'

const FORMS = 'status=503, delay=200, reset, hang, truncate, malformed, drip=16/50'

/**
 * The faults that a single request asks for itself, in `X-Sandbox-Fault: status=503; delay=200`.
 * @throws {RangeError} saying what the header may be
 */
export function parseFaultHeader(header: string): ResolvedFault[] {
  return header.split(';').map(part => {
    const [kind = '', value = ''] = part.split('=', 2).map(text => text.trim().toLowerCase())
    const fault = toFault(kind, value)
    if (!fault)
      throw new RangeError(`"${part.trim()}" is no fault; give one or more of ${FORMS}, joined by ;`)
    return fault
  })
}

function toFault(kind: string, value: string): ResolvedFault | undefined {
  const [first = 0, second = 0] = value.split('/').map(Number)
  switch (kind) {
    case 'status':
      return /^[45]\d\d$/.test(value) ? { kind, status: first } : undefined
    case 'delay':
      return /^\d{1,7}$/.test(value) ? { kind, ms: first } : undefined
    case 'drip':
      return /^[1-9]\d*\/\d{1,7}$/.test(value) ? { kind, bytes: first, every_ms: second } : undefined
    case 'reset':
    case 'hang':
    case 'truncate':
    case 'malformed':
      return value === '' ? { kind } : undefined
    default:
      return undefined
  }
}
