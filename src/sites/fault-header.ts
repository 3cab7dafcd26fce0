import { Value } from '@sinclair/typebox/value'
import { Fault, type ResolvedFault } from './fault-rule.ts'

const FORMS =
  'status=503, delay=200, reset, hang, truncate, malformed, drip=16/50, patch=<base64url of a JSON Patch>'

/**
 * The faults that a single request asks for itself, in `X-Sandbox-Fault: status=503; delay=200`. They have the limits of
 * those of a rule.
 * @throws {RangeError} saying what the header may be
 */
export function parseFaultHeader(header: string): ResolvedFault[] {
  return header.split(';').map(part => {
    const [name = '', value = ''] = part.split('=', 2).map(text => text.trim())
    const kind = name.toLowerCase()
    const fault = kind === 'patch' ? { kind, patch: decodePatch(value) } : toFault(kind, value.toLowerCase())
    if (!Value.Check(Fault, fault))
      throw new RangeError(`"${part.trim()}" is no fault; give one or more of ${FORMS}, joined by ;`)
    return fault as ResolvedFault
  })
}

/** The JSON in a base64url text; undefined when it is none. */
function decodePatch(value: string): unknown {
  try {
    return JSON.parse(Buffer.from(value, 'base64url').toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
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
