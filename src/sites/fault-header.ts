import { Value } from '@sinclair/typebox/value'
import { Fault, type ResolvedFault } from './fault-rule.ts'

const FORMS = 'status=503, delay=200, reset, hang, truncate, malformed, drip=16/50'

/**
 * The faults that a single request asks for itself, in `X-Sandbox-Fault: status=503; delay=200`. They have the limits of
 * those of a rule.
 * @throws {RangeError} saying what the header may be
 */
export function parseFaultHeader(header: string): ResolvedFault[] {
  return header.split(';').map(part => {
    const [kind = '', value = ''] = part.split('=', 2).map(text => text.trim().toLowerCase())
    const fault = toFault(kind, value)
    if (!Value.Check(Fault, fault))
      throw new RangeError(`"${part.trim()}" is no fault; give one or more of ${FORMS}, joined by ;`)
    return fault as ResolvedFault
  })
}

function toFault(kind: string, value: string): object | undefined {
  const numbers = value.split('/')
  if (value !== '' && !numbers.every(number => /^\d{1,7}$/.test(number))) return undefined
  const [first, second] = numbers.map(Number)
  switch (kind) {
    case 'status':
      return numbers.length === 1 ? { kind, status: first } : undefined
    case 'delay':
      return value !== '' && numbers.length === 1 ? { kind, ms: first } : undefined
    case 'drip':
      return numbers.length === 2 ? { kind, bytes: first, every_ms: second } : undefined
    default:
      return value === '' ? { kind } : undefined
  }
}
