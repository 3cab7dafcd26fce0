import { PROVENANCE_KEYWORD, type Provenance } from '../contract/formats.ts'
import type { JsonObject } from '../contract/json.ts'
import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { listOf, partOf } from './openapi-document.ts'

/** One of the four operations in a document, in a form in which two documents can be compared. */
export interface Operation {
  /** Its key in `paths`, as written. */
  path: string
  /** The same without base path and parameter names: `/user/{}/journeys`. */
  template: string
  operationId: unknown
  /** The ways to authenticate, each as the sorted credentials that are sent together. */
  security: string[]
  securityProvenance: Provenance
  /** Without credentials: those of the path by position, others by name. */
  parameters: Map<string, OperationParameter>
  /** By status, such as `200`, `4XX` or `default`. */
  responses: Map<string, OperationResponse>
}

interface OperationParameter {
  name: string
  in: string
  required: boolean
  schema: unknown
}

interface OperationResponse {
  provenance: Provenance | undefined
  /** By media type, such as `application/json`. */
  bodies: Map<string, JsonObject>
}

export const provenanceOf = (part: unknown): Provenance | undefined =>
  partOf(part)[PROVENANCE_KEYWORD] as Provenance | undefined

/** The headers with credentials in any of the documents, in lower case. */
export function credentialHeaders(...documents: JsonObject[]): Set<string> {
  const schemes = documents.flatMap(document => Object.values(schemesOf(document)).map(partOf))
  const keys = schemes.filter(scheme => scheme.type === 'apiKey' && scheme.in === 'header')
  return new Set([AUTHORIZATION, ...keys.map(({ name }) => String(name).toLowerCase())])
}

const AUTHORIZATION = 'authorization'
const PLACEHOLDER = /\{([^{}]*)\}/g

type Found = Pick<Operation, 'path' | 'template'> & { pathItem: JsonObject; get: JsonObject }

/** The four operations in a document: by the form of the path, and those left by their operationId. */
export function readOperations(
  document: JsonObject,
  credentials: ReadonlySet<string> = new Set(),
): Map<OperationId, Operation> {
  const candidates = Object.entries(partOf(document.paths)).flatMap(([path, item]): Found[] => {
    const pathItem = partOf(item)
    const template = path.replace(PLACEHOLDER, '{}').replace(/\/+$/, '')
    return pathItem.get === undefined ? [] : [{ path, template, pathItem, get: partOf(pathItem.get) }]
  })
  const found = new Map<OperationId, Found>()
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
    const named = candidates.find(({ path, get }) => !taken.has(path) && fold(get.operationId) === fold(id))
    if (named && !found.has(id)) found.set(id, named)
  }
  return new Map([...found].map(([id, each]) => [id, toOperation(document, each, credentials)]))
}

const fold = (name: unknown): string => String(name).replace(/\W|_/g, '').toLowerCase()

function toOperation(
  document: JsonObject,
  { path, template, pathItem, get }: Found,
  credentials: ReadonlySet<string>,
): Operation {
  const parameters = readParameters([...listOf(pathItem.parameters), ...listOf(get.parameters)])
  const isCredential = ({ in: where, name }: OperationParameter) =>
    where === 'header' && credentials.has(name.toLowerCase())
  const headers = parameters.filter(parameter => parameter.required && isCredential(parameter))
  const demanded = listOf(get.security ?? document.security).map(partOf)
  return {
    ...{ path, template, operationId: get.operationId },
    security: securityOf(document, demanded, headers),
    securityProvenance: demanded
      .flatMap(way => Object.keys(way))
      .some(name => provenanceOf(schemesOf(document)[name]) === 'observed')
      ? 'observed'
      : 'documented',
    parameters: byPlace(
      path,
      parameters.filter(parameter => !isCredential(parameter) && !isIgnored(parameter)),
    ),
    responses: new Map(
      Object.entries(partOf(get.responses)).map(([status, response]) => [
        status.toUpperCase().replace('DEFAULT', 'default'),
        { provenance: provenanceOf(response), bodies: bodiesOf(response) },
      ]),
    ),
  }
}

/** A parameter of the operation overrides that of its path. */
function readParameters(parameters: unknown[]): OperationParameter[] {
  const read = parameters.map(partOf).map(raw => ({
    name: String(raw.name),
    in: String(raw.in),
    required: raw.required === true || raw.in === 'path',
    schema: raw.schema ?? partOf(Object.values(partOf(raw.content))[0]).schema,
  }))
  return [...new Map(read.map(parameter => [`${parameter.in} ${parameter.name}`, parameter])).values()]
}

/** What OpenAPI does not take for parameters (OpenAPI 3.1, Parameter Object). */
const isIgnored = ({ in: where, name }: OperationParameter): boolean =>
  where === 'header' && ['accept', 'content-type'].includes(name.toLowerCase())

function byPlace(path: string, parameters: OperationParameter[]): Map<string, OperationParameter> {
  const places = [...path.matchAll(PLACEHOLDER)].map(([, name]) => name as string)
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

const bodiesOf = (response: unknown): Map<string, JsonObject> =>
  new Map(
    Object.entries(partOf(partOf(response).content)).map(([type, media]) => [
      (type.split(';')[0] as string).trim().toLowerCase(),
      partOf(media),
    ]),
  )

const schemesOf = (document: JsonObject): JsonObject => partOf(partOf(document.components).securitySchemes)

/** A document may write credentials as security schemes or as headers. */
function securityOf(document: JsonObject, demanded: JsonObject[], headers: OperationParameter[]): string[] {
  const sent = headers.map(({ name }) => headerCredential(name))
  const ways = (demanded.length > 0 ? demanded : [{}]).map(way => {
    const schemes = Object.keys(way).map(name => credentialOf(partOf(schemesOf(document)[name])))
    return [...new Set([...schemes, ...sent])].sort().join(' + ') || 'nothing'
  })
  return ways.sort()
}

/** An Authorization header without a scheme is taken for a bearer token. */
const headerCredential = (name: string): string =>
  name.toLowerCase() === AUTHORIZATION ? 'http bearer' : `header ${name.toLowerCase()}`

/** A security scheme as it is on the wire, such as `http bearer` or `header x-api-key`. */
function credentialOf({ type = 'unknown', scheme, in: where, name }: JsonObject): string {
  if (type === 'http') return `http ${String(scheme).toLowerCase()}`
  if (type !== 'apiKey') return String(type)
  return where === 'header' ? headerCredential(String(name)) : `${where} ${name}`
}
