import { validateHeaderName, validateHeaderValue } from 'node:http'
import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Email, OneOf, Uuid } from '../contract/formats.ts'
import { OPERATION_IDS } from '../contract/operations.ts'
import type { Issue } from '../seed/issues.ts'
import { checkInput, ValidationError } from '../validation.ts'

const closed = { additionalProperties: false }
const Milliseconds = Type.Integer({ minimum: 0, maximum: 3_600_000 })

const PatchOperation = <const T extends string, P extends TProperties>(op: T, properties: P) =>
  Type.Object(
    {
      op: Type.Literal(op),
      path: Type.String({ pattern: '^(/.*)?$', description: 'A JSON pointer into the answer' }),
      ...properties,
    },
    closed,
  )

const JsonPatch = Type.Array(
  Type.Union([
    PatchOperation('add', { value: Type.Unknown() }),
    PatchOperation('remove', {}),
    PatchOperation('replace', { value: Type.Unknown() }),
    PatchOperation('move', { from: Type.String() }),
    PatchOperation('copy', { from: Type.String() }),
    PatchOperation('test', { value: Type.Unknown() }),
  ]),
  {
    minItems: 1,
    maxItems: 100,
    description: 'Operations of RFC 6902, applied one after another',
    examples: [[{ op: 'replace', path: '/journeys/0/status', value: 'Paused' }]],
  },
)

export const Fault = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal('status'),
        status: Type.Integer({ minimum: 400, maximum: 599, description: 'Any 4xx or 5xx' }),
        body: Type.Optional(
          Type.Unknown({ description: "In place of the vendor's error body; a string is sent as it is" }),
        ),
        headers: Type.Optional(
          Type.Record(Type.String(), Type.String(), { description: 'For example Retry-After' }),
        ),
      },
      { ...closed, description: 'Answers with an error' },
    ),
    Type.Object(
      {
        kind: Type.Literal('delay'),
        ms: Type.Union([Milliseconds, Type.Object({ min: Milliseconds, max: Milliseconds }, closed)], {
          description: 'How long to wait, or between what bounds',
        }),
      },
      { ...closed, description: 'Gives the right answer, late' },
    ),
    Type.Object({ kind: Type.Literal('reset') }, { ...closed, description: 'Resets the TCP connection' }),
    Type.Object({ kind: Type.Literal('hang') }, { ...closed, description: 'Never answers' }),
    Type.Object(
      { kind: Type.Literal('truncate') },
      { ...closed, description: 'Announces the whole body, sends half of it and closes the connection' },
    ),
    Type.Object(
      { kind: Type.Literal('malformed') },
      { ...closed, description: 'Answers 200 with JSON that breaks off' },
    ),
    Type.Object(
      {
        kind: Type.Literal('drip'),
        bytes: Type.Integer({ minimum: 1, description: 'How many at a time' }),
        every_ms: Milliseconds,
      },
      { ...closed, description: 'Gives the right answer, slowly' },
    ),
    Type.Object(
      {
        kind: Type.Literal('patch'),
        patch: JsonPatch,
      },
      { ...closed, description: 'Changes the right answer by a JSON Patch (RFC 6902)' },
    ),
  ],
  { title: 'Fault', description: 'The fault to inject' },
)

export const FaultRule = Type.Object(
  {
    match: Type.Optional(
      Type.Object(
        {
          operation: Type.Optional(OneOf(OPERATION_IDS, { description: 'Only this operation' })),
          email: Type.Optional(Email({ description: 'Only calls about this member' })),
          journey_id: Type.Optional(Uuid({ description: 'Only calls about this journey' })),
        },
        { ...closed, description: 'Which requests it is for; left out, all' },
      ),
    ),
    after: Type.Optional(
      Type.Integer({ minimum: 0, description: 'How many matching requests pass first (0)' }),
    ),
    times: Type.Optional(
      Type.Integer({ minimum: 1, description: 'After how many faults the rule is removed (never)' }),
    ),
    probability: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'The share of matching requests that get the fault (1)',
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        description: 'Of its random choices: the same seed makes the same choices (derived from the id)',
      }),
    ),
    fault: Fault,
  },
  {
    ...closed,
    title: 'FaultRule',
    description: 'A fault, and which requests get it',
    examples: [
      { fault: { kind: 'status', status: 503 }, times: 2 },
      { match: { operation: 'getJourneys' }, fault: { kind: 'delay', ms: 50 } },
    ],
  },
)

export type Fault = Static<typeof Fault>
export type FaultRule = Static<typeof FaultRule>

export const FAULT_KINDS = Fault.anyOf.map(({ properties }) => properties.kind.const)

export const ActiveFault = Type.Object(
  {
    id: Type.String(),
    ...FaultRule.properties,
    seen: Type.Integer({ description: 'How many requests it has matched' }),
    used: Type.Integer({ description: 'How many of them got the fault' }),
  },
  { title: 'ActiveFault', description: 'A rule that is in force' },
)
export type ActiveFault = Static<typeof ActiveFault>

/** A fault that is about to be injected, its random choices made. */
export type ResolvedFault = Exclude<Fault, { kind: 'delay' }> | { kind: 'delay'; ms: number }

// They frame the body, so that a value of someone else's would break the connection.
const FRAMING = /^(content-length|transfer-encoding|trailer)$/i

/** Refuses a rule that could not be carried out. @throws {ValidationError} */
export function checkFaultRule(rule: FaultRule): void {
  checkInput('fault rule', FaultRule, rule)
  const issues = issuesOf(rule.fault)
  if (issues.length > 0) throw new ValidationError('fault rule', issues)
}

function issuesOf(fault: Fault): Issue[] {
  if (fault.kind === 'delay' && typeof fault.ms === 'object' && fault.ms.min > fault.ms.max)
    return [{ pointer: '/fault/ms', message: `min ${fault.ms.min} is more than max ${fault.ms.max}` }]
  if (fault.kind !== 'status') return []
  const { body, headers = {} } = fault
  return [
    ...Object.entries(headers).flatMap(([name, value]) =>
      FRAMING.test(name)
        ? [{ pointer: '/fault/headers', message: `${name} follows from the body; leave it out` }]
        : issueIn('/fault/headers', () => {
            validateHeaderName(name)
            validateHeaderValue(name, value)
          }),
    ),
    ...issueIn('/fault/body', () => JSON.stringify(body)),
  ]
}

/** What is thrown, as an issue. */
function issueIn(pointer: string, work: () => void): Issue[] {
  try {
    work()
    return []
  } catch (error) {
    return [{ pointer, message: (error as Error).message }]
  }
}

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
