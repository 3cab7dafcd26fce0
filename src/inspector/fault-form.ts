import { Invalid } from '../errors.ts'
import type { Fault } from '../sites/fault-rule.ts'
import type { Values } from './view.ts'

/** The fields of the form for a fault rule, and the rule that is made from them. */

export interface FaultField {
  name: string
  label: string
  /** Makes the value of the rule from what was filled in, which is not empty. @throws {Invalid} */
  read(text: string, label: string): unknown
  value?: string
  placeholder?: string
  /** For a text area. */
  rows?: number
}

export interface FaultFields {
  legend: string
  fields: readonly FaultField[]
}

/** @throws {Invalid} */
function number(text: string, label: string): number {
  if (Number.isNaN(Number(text))) throw new Invalid(`${label} must be a number, not "${text}"`)
  return Number(text)
}

/** @throws {Invalid} */
function json(text: string, label: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Invalid(`The ${label} must be JSON: ${(error as Error).message}`)
  }
}

/** JSON as JSON, anything else as text. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Lines such as `Retry-After: 5`. @throws {Invalid} */
function headers(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).map(line => {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line) ?? []
    if (name === undefined) throw new Invalid(`a header is written like Retry-After: 5, not "${line}"`)
    return [name.trim(), value?.trim()]
  })
  return Object.fromEntries(lines)
}

const asText = (text: string): string => text

/** Every kind of fault, with the fields that it alone has. */
export const KINDS: Record<Fault['kind'], { label: string } & Partial<FaultFields>> = {
  status: {
    label: 'Answer with an error status',
    legend: 'The answer',
    fields: [
      { name: 'status', label: 'Status', read: number, value: '503' },
      {
        name: 'body',
        label: 'Body, JSON or text',
        read: jsonOrText,
        rows: 2,
        placeholder: "the vendor's error body",
      },
      {
        name: 'headers',
        label: 'Headers, one a line',
        read: headers,
        rows: 2,
        placeholder: 'Retry-After: 5',
      },
    ],
  },
  delay: {
    label: 'Answer late',
    legend: 'How late',
    fields: [
      { name: 'ms', label: 'Milliseconds', read: number, value: '2000' },
      { name: 'ms_max', label: 'At most, for a random delay', read: number },
    ],
  },
  drip: {
    label: 'Answer slowly, in small pieces',
    legend: 'How slowly',
    fields: [
      { name: 'bytes', label: 'Bytes at a time', read: number, value: '16' },
      { name: 'every_ms', label: 'Milliseconds between them', read: number, value: '200' },
    ],
  },
  reset: { label: 'Reset the connection' },
  hang: { label: 'Never answer' },
  truncate: { label: 'Break off the body' },
  malformed: { label: 'Answer with broken JSON' },
  patch: {
    label: 'Change the right answer',
    legend: 'The change',
    fields: [
      {
        name: 'patch',
        label: 'JSON Patch',
        read: json,
        rows: 5,
        placeholder: '[{"op": "replace", "path": "/journeys/0/status", "value": "Paused"}]',
      },
    ],
  },
}

/** Which requests a rule is for. */
export const MATCH: FaultFields = {
  legend: 'Which requests',
  fields: [
    { name: 'operation', label: 'Operation', read: asText },
    { name: 'email', label: 'Member', read: asText, placeholder: 'ann@example.com' },
    { name: 'journey_id', label: 'Journey', read: asText, placeholder: 'id of the journey' },
  ],
}

export const FREQUENCY: FaultFields = {
  legend: 'How often',
  fields: [
    { name: 'after', label: 'Requests to skip', read: number, placeholder: '0' },
    { name: 'times', label: 'Times', read: number, placeholder: 'until removed' },
    { name: 'probability', label: 'Probability', read: number, placeholder: '1' },
    { name: 'seed', label: 'Random seed', read: number, placeholder: 'from the id of the rule' },
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
  const fault = read(form, Object.hasOwn(KINDS, kind) ? KINDS[kind as Fault['kind']] : {})
  const { ms, ms_max, ...rest } = fault
  const delay = ms_max === undefined ? ms : { min: ms, max: ms_max }
  return {
    match: Object.keys(match).length > 0 ? match : undefined,
    ...read(form, FREQUENCY),
    fault: { kind, ...rest, ...(delay !== undefined && { ms: delay }) },
  }
}
