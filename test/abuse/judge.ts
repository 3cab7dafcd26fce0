import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { ERROR_MESSAGES } from '../../src/contract/errors.ts'
import type { Answer } from './http.ts'
import { DOCUMENTS, type FuzzRequest, type Operation } from './requests.ts'
import type { Schema } from './values.ts'

/** Whether an answer is one that the documents and CONTRACT.md promise. */

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
for (const [name, document] of Object.entries(DOCUMENTS)) ajv.addSchema({ ...document, $id: name })

/** The statuses with each of the vendor's codes: CONTRACT.md section 4. */
const CODES: Record<number, string[]> = {
  400: ['AC1001', 'AC1007', 'AC1008', 'AC1009'],
  401: ['AC1002'],
  404: ['AC1001', 'AC1005'],
  405: ['AC1003'],
  408: ['AC1001'],
  413: ['AC1001'],
  414: ['AC1001'],
  417: ['AC1001'],
  431: ['AC1001'],
}

const INJECTED = /^fault: injected by /

export const isInjected = ({ headers }: Answer): boolean => INJECTED.test(headers['x-sandbox-explain'] ?? '')

/** Why an answer is not what is promised; undefined for one that is. `isHead` says that it has no body to look at. */
export function complaintAbout(
  { operation, method, headers, target }: FuzzRequest,
  answer: Answer,
): string | undefined {
  if (isInjected(answer) || headers['X-Sandbox-Fault'] === 'malformed') return undefined
  const { status } = answer
  if (status >= 500) return `the server failed: ${answer.body}`
  if (method === 'HEAD') return answer.body.length > 0 ? 'an answer to HEAD has a body' : undefined
  const api = target.startsWith('/_sandbox/') ? 'control' : 'vendor'
  if (status >= 400)
    return api === 'vendor' || isParserError(answer) ? vendorErrorComplaint(answer) : problemComplaint(answer)
  // What a path leads to that has become another one, is judged by that it is no failure alone.
  if (method !== operation.method || isElsewhere(operation, target)) return undefined
  return successComplaint(operation, answer)
}

/** Nothing that Node's parser refuses reaches an API. */
const isParserError = ({ headers }: Answer): boolean =>
  /^(request|path): /.test(headers['x-sandbox-explain'] ?? '')

function isElsewhere({ path }: Operation, target: string): boolean {
  const [bare = ''] = target.split('?', 1)
  return path.split('/').length !== bare.split('/').length || /\/\.{0,2}(\/|$)/.test(bare)
}

/** An error of the vendor's API: its body is exactly a code and its message, and the explanation is in a header. */
export function vendorErrorComplaint({ status, headers, body }: Answer): string | undefined {
  if (headers['content-type'] !== 'application/json; charset=utf-8')
    return `has the type ${headers['content-type']}`
  if (!/^\w+: [ -~]+$/.test(headers['x-sandbox-explain'] ?? '')) return 'has no X-Sandbox-Explain'
  const { errorCode, errorMessage, ...rest } = JSON.parse(body.toString())
  if (!CODES[status]?.includes(errorCode)) return `has the code ${errorCode} with the status ${status}`
  if (errorMessage !== ERROR_MESSAGES[errorCode as keyof typeof ERROR_MESSAGES]) return `says ${errorMessage}`
  return Object.keys(rest).length > 0 ? `also has ${Object.keys(rest)}` : undefined
}

const isProblem = compiled('control', DOCUMENTS.control.components.schemas.Problem)

/** An error of the control API: a problem document that says what to do. */
export function problemComplaint({ status, headers, body }: Answer): string | undefined {
  if (headers['content-type'] !== 'application/problem+json; charset=utf-8')
    return `has the type ${headers['content-type']}`
  const problem: Schema = JSON.parse(body.toString())
  const isValid: boolean = isProblem(problem)
  if (!isValid) return `is no problem document: ${ajv.errorsText(isProblem.errors)}`
  if (problem.status !== status) return `has the status ${problem.status} in its body`
  return problem.detail === '' ? 'has no detail' : undefined
}

const validators = new Map<string, ValidateFunction>()

function successComplaint({ id, api, responses }: Operation, { status, body }: Answer): string | undefined {
  if (!(status in responses)) return `the status ${status} is not documented`
  const schema = responses[status]
  if (schema === undefined) return undefined
  const key = `${id} ${status}`
  const isValid = validators.get(key) ?? compiled(api, schema)
  validators.set(key, isValid)
  // A 204 is described by the schema of nothing.
  if (body.length === 0) return status === 204 ? undefined : 'has no body'
  return isValid(JSON.parse(body.toString()))
    ? undefined
    : `does not match its schema: ${ajv.errorsText(isValid.errors)}`
}

/** A schema whose references lead into a document. */
function compiled(document: string, schema: object): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"#/components/', `"${document}#/components/`)
  return ajv.compile(JSON.parse(text))
}
