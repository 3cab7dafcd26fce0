import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { follow, listOf, type Part, partOf } from './document.ts'

/** One of the four operations, where it was found in a document. */
export interface Found {
  /** Its key in `paths`, as written. */
  path: string
  /** The same without what documents write differently: base, names of parameters, braces. */
  template: string
  pathItem: Part
  operation: Part
}

/** A parameter, of which `schema` is a schema of the document. */
export interface Parameter {
  name: string
  in: string
  required: boolean
  schema: unknown
  /** As it stands in the document. */
  raw: Part
}

const PLACEHOLDER = /\{\{[^{}]*\}\}|\{[^{}]*\}|:\w+|<\w+>/g

/** A path without base URL and query. */
const bareOf = (path: string): string =>
  path.replace(/^\/?\{\{[^{}]*\}\}(?=\/)|^https?:\/\/[^/]+/, '').replace(/[?#].*$/, '')

/** A path without what documents write differently: `{{base}}/user/{{email}}/journeys/` → `/user/{}/journeys`. */
const templateOf = (path: string): string => bareOf(path).replace(PLACEHOLDER, '{}').replace(/\/+$/, '')

const OURS = OPERATION_IDS.map(id => ({ id, template: templateOf(operations[id].path) }))

/** What stands before the path of one of our operations, such as `/api/3.0`; undefined when it is another path. */
function prefixOf(template: string, ours: string): string | undefined {
  const prefix = template.endsWith(ours) ? template.slice(0, -ours.length) : undefined
  return prefix?.includes('{}') ? undefined : prefix
}

const fold = (name: unknown): string =>
  String(name)
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase()

/** The four operations in a document: by the form of the path, and those left by their operationId. */
export function findOperations(document: Part): Map<OperationId, Found> {
  const candidates = Object.entries(partOf(document.paths)).flatMap(([path, item]): Found[] => {
    const pathItem = partOf(follow(document, item))
    const operation = follow(document, pathItem.get)
    return operation === undefined
      ? []
      : [{ path, template: templateOf(path), pathItem, operation: partOf(operation) }]
  })
  const found = new Map<OperationId, Found>()
  for (const { id, template } of OURS) {
    const [best] = candidates
      .flatMap(candidate => {
        const prefix = prefixOf(candidate.template, template)
        return prefix === undefined ? [] : [{ candidate, prefix }]
      })
      .sort((a, b) => a.prefix.length - b.prefix.length)
    if (best) found.set(id, { ...best.candidate, template })
  }
  const taken = new Set([...found.values()].map(({ path }) => path))
  for (const { id } of OURS) {
    const named = candidates.find(
      ({ path, operation }) => !taken.has(path) && fold(operation.operationId) === fold(id),
    )
    if (named && !found.has(id)) found.set(id, named)
  }
  return found
}

/** Headers that OpenAPI does not take for parameters; what authenticates is compared as security. */
const NO_PARAMETERS = ['accept', 'content-type']

const isHeader = ({ in: where, name }: Parameter, names: Iterable<string>): boolean =>
  where === 'header' && [...names].includes(name.toLowerCase())

/** The parameters of an operation by what they are on the wire: those of the path by position, others by name. */
export function parametersOf(
  document: Part,
  found: Found,
  credentials: ReadonlySet<string>,
): Map<string, Parameter> {
  const parameters = allParameters(document, found).filter(
    parameter => !isHeader(parameter, [...NO_PARAMETERS, ...credentials]),
  )
  const places = placeholdersOf(found.path)
  // A parameter by a name that the path does not have must mean the place that no other is named for.
  const free = places.filter(
    place => !parameters.some(({ in: where, name }) => where === 'path' && name === place),
  )
  const placeOf = (name: string): number =>
    places.indexOf(places.includes(name) ? name : (free.shift() ?? '')) + 1 || places.length + 1
  return new Map(
    parameters.map(parameter => {
      const { in: where, name } = parameter
      if (where === 'path') return [`path parameter ${placeOf(name)}`, parameter]
      return [`${where} parameter ${where === 'header' ? name.toLowerCase() : name}`, parameter]
    }),
  )
}

const placeholdersOf = (path: string): string[] =>
  [...bareOf(path).matchAll(PLACEHOLDER)].map(([text]) => text.replace(/[^\w.-]/g, ''))

function allParameters(document: Part, { pathItem, operation }: Found): Parameter[] {
  const read = [...listOf(pathItem.parameters), ...listOf(operation.parameters)].map(given => {
    const raw = partOf(follow(document, given))
    const [media] = Object.values(partOf(raw.content))
    return {
      name: String(raw.name),
      in: String(raw.in),
      required: raw.required === true || raw.in === 'path',
      schema: raw.schema ?? partOf(media).schema,
      raw,
    }
  })
  // What the operation says of a parameter wins over what its path says.
  return [...new Map(read.map(parameter => [`${parameter.in} ${parameter.name}`, parameter])).values()]
}

const AUTHORIZATION = 'authorization'

/** The headers by which a caller can authenticate in either document, in lower case. */
export function credentialsIn(...documents: Part[]): Set<string> {
  const names = documents.flatMap(document =>
    Object.keys(schemesOf(document))
      .map(name => schemeOf(document, name))
      .filter(scheme => scheme.type === 'apiKey' && scheme.in === 'header')
      .map(({ name }) => String(name).toLowerCase()),
  )
  return new Set([AUTHORIZATION, ...names])
}

export const schemesOf = (document: Part): Part => partOf(partOf(document.components).securitySchemes)

export const schemeOf = (document: Part, name: string): Part =>
  partOf(follow(document, schemesOf(document)[name]))

/** One way to authenticate: everything that has to be sent together. */
export type Credentials = string[]

/**
 * The ways to authenticate, whether a document writes them as security schemes or as headers. An Authorization header
 * whose scheme is not told is taken for a bearer token.
 */
export function securityOf(document: Part, found: Found, credentials: ReadonlySet<string>): Credentials[] {
  const headers = allParameters(document, found)
    .filter(parameter => parameter.required && isHeader(parameter, credentials))
    .map(({ name }) => headerCredential(name))
  const demanded = listOf(found.operation.security ?? document.security)
  const ways = (demanded.length > 0 ? demanded : [{}]).map(way => {
    const schemes = Object.keys(partOf(way)).map(name => credentialOf(schemeOf(document, name)))
    return [...new Set([...schemes, ...headers])].sort()
  })
  return ways.sort((a, b) => a.join().localeCompare(b.join()))
}

const headerCredential = (name: string): string =>
  name.toLowerCase() === AUTHORIZATION ? 'http bearer' : `header ${name.toLowerCase()}`

/** A security scheme for what `credentialOf` calls it. */
export function schemeFor(credential: string): Part {
  const [type = '', name] = credential.split(' ', 2)
  if (name === undefined) return { type }
  return type === 'http' ? { type, scheme: name } : { type: 'apiKey', in: type, name }
}

/** A security scheme by what it means on the wire, such as `http bearer` or `header x-api-key`. */
export function credentialOf({ type = 'unknown', scheme, in: where, name }: Part): string {
  if (type === 'http') return `http ${String(scheme).toLowerCase()}`
  if (type !== 'apiKey') return String(type)
  return where === 'header' ? headerCredential(String(name)) : `${where} ${name}`
}
