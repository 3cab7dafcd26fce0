import { Invalid } from '../errors.ts'
import type { Fault } from '../sites/fault-rule.ts'
import type { Values } from './view.ts'

/** The fields of the form for a fault rule, and the rule that is made from them. */

export interface FaultField {
  name: string
  label: string
  /** Makes the value for the rule from what was filled in, which is not empty. @throws {Invalid} */
  read(text: string, label: string): unknown
  attributes: { value?: string; placeholder?: string; rows?: number; inputmode?: string }
}

export interface FaultFields {
  legend: string
  fields: readonly FaultField[]
}

/** @throws {Invalid} for what is not JSON */
export function parseJson(text: string, what: string): object {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Invalid(`${what} must be JSON: ${(error as Error).message}`)
  }
}

const field =
  (read: FaultField['read'], defaults: FaultField['attributes'] = {}) =>
  (name: string, label: string, attributes: FaultField['attributes'] = {}): FaultField => ({
    name,
    label,
    read,
    attributes: { ...defaults, ...attributes },
  })

const text = field(text => text)

const number = field(
  (text, label) => {
    if (Number.isNaN(Number(text))) throw new Invalid(`${label} must be a number, not "${text}"`)
    return Number(text)
  },
  { inputmode: 'decimal' },
)

const json = field((text, label) => parseJson(text, `The ${label}`), { rows: 5 })

/** JSON as JSON, anything else as text. */
const jsonOrText = field(
  text => {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  },
  { rows: 2 },
)

const headers = field(
  text => {
    const lines = text.split(/\r?\n/).map(line => {
      const [, name, value] = /^([^:]+):(.*)$/.exec(line) ?? []
      if (name === undefined) throw new Invalid(`a header is written like Retry-After: 5, not "${line}"`)
      return [name.trim(), value?.trim()]
    })
    return Object.fromEntries(lines)
  },
  { rows: 2 },
)

const PATCH = '[{"op": "replace", "path": "/journeys/0/status", "value": "Paused"}]'

/** Every kind of fault, with its own fields. */
export const KINDS: Record<Fault['kind'], { label: string } & Partial<FaultFields>> = {
  status: {
    label: 'Answer with an error status',
    legend: 'The answer',
    fields: [
      number('status', 'Status', { value: '503' }),
      jsonOrText('body', 'Body, JSON or text', { placeholder: "the vendor's error body" }),
      headers('headers', 'Headers, one a line', { placeholder: 'Retry-After: 5' }),
    ],
  },
  delay: {
    label: 'Answer late',
    legend: 'How late',
    fields: [
      number('ms', 'Milliseconds', { value: '2000' }),
      number('ms_max', 'At most, for a random delay'),
    ],
  },
  drip: {
    label: 'Answer slowly, in small pieces',
    legend: 'How slowly',
    fields: [
      number('bytes', 'Bytes at a time', { value: '16' }),
      number('every_ms', 'Milliseconds between them', { value: '200' }),
    ],
  },
  reset: { label: 'Reset the connection' },
  hang: { label: 'Never answer' },
  truncate: { label: 'Break off the body' },
  malformed: { label: 'Answer with broken JSON' },
  patch: {
    label: 'Change the right answer',
    legend: 'The change',
    fields: [json('patch', 'JSON Patch', { placeholder: PATCH })],
  },
}

/** Which requests a rule is for. */
export const MATCH: FaultFields = {
  legend: 'Which requests',
  fields: [
    text('operation', 'Operation'),
    text('email', 'Member', { placeholder: 'ann@example.com' }),
    text('journey_id', 'Journey', { placeholder: 'id of the journey' }),
  ],
}

export const FREQUENCY: FaultFields = {
  legend: 'How often',
  fields: [
    number('after', 'Requests to skip', { placeholder: '0' }),
    number('times', 'Times', { placeholder: 'until removed' }),
    number('probability', 'Probability', { placeholder: '1' }),
    number('seed', 'Random seed', { placeholder: 'from the id of the rule' }),
  ],
}

/** The values of the fields that were filled in. @throws {Invalid} */
const read = (form: Values, { fields = [] }: Partial<FaultFields>): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap(({ name, label, read }) => {
      const text = form[name]?.trim() ?? ''
      return text === '' ? [] : [[name, read(text, label)]]
    }),
  )

/** A fault rule as the control API takes it, which also checks it. @throws {Invalid} for a field that cannot be read */
export function faultRuleOf(form: Values): object {
  const kind = form.kind ?? ''
  const match = read(form, MATCH)
  const { ms_max: max, ...fault } = read(form, Object.hasOwn(KINDS, kind) ? KINDS[kind as Fault['kind']] : {})
  return {
    match: Object.keys(match).length > 0 ? match : undefined,
    ...read(form, FREQUENCY),
    fault: { kind, ...fault, ...(max !== undefined && { ms: { min: fault.ms, max } }) },
  }
}
