import { Invalid } from '../errors.ts'
import type { Form } from './options.ts'

/** What a person fills in to build a fault rule, and the rule it makes. */

const text = (value: string | undefined): string | undefined => (value?.trim() ? value.trim() : undefined)

/** @throws {Invalid} */
function number(value: string | undefined, label: string): number | undefined {
  const given = text(value)
  if (given === undefined) return undefined
  if (Number.isNaN(Number(given))) throw new Invalid(`${label} must be a number, not "${given}"`)
  return Number(given)
}

/** Only what is given: what is left out has its default. */
const defined = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

/** A fault rule as the control API takes it, which also checks it. @throws {Invalid} for a number that is none */
export function faultRuleOf(form: Form): Record<string, unknown> {
  const match = defined({
    operation: text(form.operation),
    email: text(form.email),
    journey_id: text(form.journey_id),
  })
  return defined({
    match: Object.keys(match).length > 0 ? match : undefined,
    after: number(form.after, 'After'),
    times: number(form.times, 'Times'),
    probability: number(form.probability, 'Probability'),
    seed: number(form.seed, 'Random seed'),
    fault: { kind: form.kind ?? '', ...faultOf(form) },
  })
}

function faultOf(form: Form): Record<string, unknown> {
  switch (form.kind) {
    case 'status':
      return defined({
        status: number(form.status, 'Status'),
        body: bodyOf(form.body),
        headers: headersOf(form.headers),
      })
    case 'delay': {
      const [min, max] = [number(form.ms, 'Milliseconds'), number(form.ms_max, 'At most')]
      return { ms: max === undefined ? min : { min, max } }
    }
    case 'patch':
      return { patch: patchOf(form.patch) }
    case 'drip':
      return defined({
        bytes: number(form.bytes, 'Bytes'),
        every_ms: number(form.every_ms, 'Every milliseconds'),
      })
    default:
      return {}
  }
}

/** @throws {Invalid} for what is no JSON */
function patchOf(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '')
  } catch (error) {
    if (error instanceof SyntaxError) throw new Invalid(`The JSON Patch must be JSON: ${error.message}`)
    throw error
  }
}

/** JSON as JSON, anything else as text. */
function bodyOf(value: string | undefined): unknown {
  const given = text(value)
  if (given === undefined) return undefined
  try {
    return JSON.parse(given)
  } catch (error) {
    if (error instanceof SyntaxError) return given
    throw error
  }
}

/** Lines such as `Retry-After: 5`. @throws {Invalid} */
function headersOf(value: string | undefined): Record<string, string> | undefined {
  const given = text(value)
  if (given === undefined) return undefined
  const lines = given.split(/\r?\n/).map(line => {
    const at = line.indexOf(':')
    if (at < 1) throw new Invalid(`a header is written like Retry-After: 5, not "${line}"`)
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const
  })
  return Object.fromEntries(lines)
}
