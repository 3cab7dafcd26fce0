import type { JsonObject } from '../contract/json.ts'
import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { listOf, partOf } from './openapi-document.ts'

/** One of the four operations in a document. */
export interface FoundOperation {
  /** Its key in `paths`, as written. */
  path: string
  /** The same without base and parameter names: `/user/{}/journeys`. */
  template: string
  pathItem: JsonObject
  operation: JsonObject
}

export interface Parameter {
  name: string
  in: string
  required: boolean
  schema: unknown
}

const PLACEHOLDER = /\{([^{}]*)\}/g

/** A path without parameter names and a slash at its end: `/user/{email}/journeys/` → `/user/{}/journeys`. */
const templateOf = (path: string): string => path.replace(PLACEHOLDER, '{}').replace(/\/+$/, '')

const fold = (name: unknown): string => String(name).replace(/\W|_/g, '').toLowerCase()

/** The four operations in a document: by the form of the path, and those left by their operationId. */
export function findOperations(document: JsonObject): Map<OperationId, FoundOperation> {
  const candidates = Object.entries(partOf(document.paths)).flatMap(([path, item]): FoundOperation[] => {
    const pathItem = partOf(item)
    if (pathItem.get === undefined) return []
    return [{ path, template: templateOf(path), pathItem, operation: partOf(pathItem.get) }]
  })
  const found = new Map<OperationId, FoundOperation>()
  for (const id of OPERATION_IDS) {
    const ours = operations[id].path.replace(/:\w+/, '{}')
    // The rest of the path must be a base path such as /api/3.0: /user/{}/journeys is not /journeys.
    const [best] = candidates
      .filter(({ template }) => template.endsWith(ours) && !template.slice(0, -ours.length).includes('{}'))
      .sort((a, b) => a.template.length - b.template.length)
    if (best) found.set(id, { ...best, template: ours })
  }
  const taken = new Set([...found.values()].map(({ path }) => path))
  for (const id of OPERATION_IDS) {
    const named = candidates.find(
      ({ path, operation }) => !taken.has(path) && fold(operation.operationId) === fold(id),
    )
    if (named && !found.has(id)) found.set(id, named)
  }
  return found
}

// What OpenAPI does not take for parameters (OpenAPI 3.1, Parameter Object).
const IGNORED_HEADERS = ['accept', 'content-type']
const AUTHORIZATION = 'authorization'

/** The parameters of an operation, credentials aside: those of the path by position, others by name. */
export function parametersOf(
  operation: FoundOperation,
  credentials: ReadonlySet<string>,
): Map<string, Parameter> {
  const parameters = allParameters(operation).filter(
    parameter => !isHeader(parameter, [...IGNORED_HEADERS, ...credentials]),
  )
  const places = [...operation.path.matchAll(PLACEHOLDER)].map(([, name]) => name as string)
  const inPath = parameters.filter(parameter => parameter.in === 'path')
  // A parameter whose name is not in the path takes a placeholder that no other parameter names.
  const free = places.filter(place => !inPath.some(({ name }) => name === place))
  return new Map(
    parameters.map(parameter => {
      const { in: where, name } = parameter
      if (where !== 'path')
        return [`${where} parameter ${where === 'header' ? name.toLowerCase() : name}`, parameter]
      const place = places.indexOf(places.includes(name) ? name : (free.shift() ?? ''))
      return [`path parameter ${place < 0 ? places.length + 1 : place + 1}`, parameter]
    }),
  )
}

const isHeader = ({ in: where, name }: Parameter, names: string[]): boolean =>
  where === 'header' && names.includes(name.toLowerCase())

function allParameters({ pathItem, operation }: FoundOperation): Parameter[] {
  const read = [...listOf(pathItem.parameters), ...listOf(operation.parameters)].map(partOf).map(raw => ({
    name: String(raw.name),
    in: String(raw.in),
    required: raw.required === true || raw.in === 'path',
    schema: raw.schema ?? partOf(Object.values(partOf(raw.content))[0]).schema,
  }))
  // A parameter of the operation overrides that of its path.
  return [...new Map(read.map(parameter => [`${parameter.in} ${parameter.name}`, parameter])).values()]
}

const schemesOf = (document: JsonObject): JsonObject => partOf(partOf(document.components).securitySchemes)

/** A security scheme of a document, by its name. */
export const schemeOf = (document: JsonObject, name: string): JsonObject => partOf(schemesOf(document)[name])

/** The headers with credentials in any of the documents, in lower case. */
export function credentialHeaders(...documents: JsonObject[]): Set<string> {
  const schemes = documents.flatMap(document => Object.values(schemesOf(document)).map(partOf))
  const keys = schemes.filter(scheme => scheme.type === 'apiKey' && scheme.in === 'header')
  return new Set([AUTHORIZATION, ...keys.map(({ name }) => String(name).toLowerCase())])
}

/**
 * The ways to authenticate, each as the sorted credentials that are sent together, whether a document writes them as security
 * schemes or as headers. An Authorization header without a scheme is taken for a bearer token.
 */
export function securityOf(
  document: JsonObject,
  found: FoundOperation,
  credentials: ReadonlySet<string>,
): string[] {
  const headers = allParameters(found)
    .filter(parameter => parameter.required && isHeader(parameter, [...credentials]))
    .map(({ name }) => headerCredential(name))
  const demanded = listOf(found.operation.security ?? document.security)
  const ways = (demanded.length > 0 ? demanded : [{}]).map(way => {
    const schemes = Object.keys(partOf(way)).map(name => credentialOf(schemeOf(document, name)))
    return [...new Set([...schemes, ...headers])].sort().join(' + ') || 'nothing'
  })
  return ways.sort()
}

const headerCredential = (name: string): string =>
  name.toLowerCase() === AUTHORIZATION ? 'http bearer' : `header ${name.toLowerCase()}`

/** A security scheme as it is on the wire, such as `http bearer` or `header x-api-key`. */
function credentialOf({ type = 'unknown', scheme, in: where, name }: JsonObject): string {
  if (type === 'http') return `http ${String(scheme).toLowerCase()}`
  if (type !== 'apiKey') return String(type)
  return where === 'header' ? headerCredential(String(name)) : `${where} ${name}`
}
