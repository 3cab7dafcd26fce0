import { isDeepStrictEqual } from 'node:util'
import { createPatch, type Operation } from 'rfc6902'
import { PROVENANCE_KEYWORD } from '../contract/provenance.ts'
import { schemaComparison } from './compare-schemas.ts'
import { type Part, partOf } from './document.ts'
import {
  credentialOf,
  credentialsIn,
  type Found,
  findOperations,
  schemeFor,
  schemesOf,
  securityOf,
} from './operation.ts'
import { pairBodies, pairParameters, pairResponses } from './pair.ts'
import { schemaWriter } from './render.ts'
import { type Revision, schemaRevision } from './revise-schemas.ts'

interface Task extends Revision {
  ours: Part
  theirs: Part
  credentials: ReadonlySet<string>
  /** A schema of theirs, written as ours are. */
  write(schema: unknown): Part
  /** Of our revised document. */
  components: Record<'schemas' | 'securitySchemes', Part>
}

/**
 * What would have to change in our document for the vendor's not to differ from it any more, as a JSON Patch (RFC 6902).
 * What the vendor's document says is marked as documented.
 */
export function patchFor(ours: Part, theirs: Part): Operation[] {
  return createPatch(ours, reviseDocument(ours, theirs))
}

function reviseDocument(ours: Part, theirs: Part): Part {
  const components = {
    ...partOf(ours.components),
    schemas: { ...partOf(partOf(ours.components).schemas) },
    securitySchemes: { ...schemesOf(ours) },
  }
  const comparison = schemaComparison(ours, theirs)
  const write = schemaWriter(comparison.readTheirs, components.schemas)
  const revision = schemaRevision(ours, comparison, write)
  const task: Task = {
    ...revision,
    ours,
    theirs,
    write,
    components,
    credentials: credentialsIn(ours, theirs),
  }
  const paths = { ...partOf(ours.paths) }
  const theirOperations = findOperations(theirs)
  for (const [id, our] of findOperations(ours)) {
    const their = theirOperations.get(id)
    const { get: _, ...others } = our.pathItem
    delete paths[our.path]
    if (Object.keys(others).length > 0) paths[our.path] = others
    if (their) {
      const path = our.template === their.template ? our.path : their.path
      paths[path] = { ...partOf(paths[path]), get: reviseOperation(task, our, their) }
    }
  }
  revision.settle(components.schemas)
  return { ...ours, components, paths }
}

function reviseOperation(task: Task, our: Found, their: Found): Part {
  const { ours, theirs, credentials } = task
  const security = securityOf(theirs, their, credentials)
  const same = isDeepStrictEqual(securityOf(ours, our, credentials), security)
  const parameters = reviseParameters(task, our, their)
  return {
    ...our.operation,
    ...(their.operation.operationId === undefined ? {} : { operationId: their.operation.operationId }),
    ...(same
      ? {}
      : {
          security: security.map(way => Object.fromEntries(way.map(name => [schemeNamed(task, name), []]))),
        }),
    ...(parameters.length > 0 || our.operation.parameters ? { parameters } : {}),
    responses: reviseResponses(task, our, their),
  }
}

/** The name of the security scheme for a credential, in our document; it is added when there is none. */
function schemeNamed({ components: { securitySchemes } }: Task, credential: string): string {
  const known = Object.keys(securitySchemes).find(
    name => credentialOf(partOf(securitySchemes[name])) === credential,
  )
  const name = known ?? credential.replace(/[^\w.-]+/g, '-')
  securitySchemes[name] ??= { ...schemeFor(credential), [PROVENANCE_KEYWORD]: 'documented' }
  return name
}

function reviseParameters(
  { ours, theirs, credentials, revise, write }: Task,
  our: Found,
  their: Found,
): Part[] {
  return pairParameters(ours, our, theirs, their, credentials).flatMap(({ ours: mine, theirs: other }) => {
    if (!other) return mine?.in === 'path' ? [mine.raw] : []
    if (!mine)
      return [{ name: other.name, in: other.in, required: other.required, schema: write(other.schema) }]
    const name = our.template === their.template ? mine.name : other.name
    return [
      { ...mine.raw, name, required: other.required, schema: revise(partOf(mine.schema), other.schema) },
    ]
  })
}

function reviseResponses(task: Task, our: Found, their: Found): Part {
  const { ours, theirs } = task
  const responses = pairResponses(ours, our, theirs, their).flatMap(({ key, ours: mine, theirs: other }) => {
    if (!other) return []
    const content = reviseBodies(task, partOf(mine), other)
    const known = mine ?? { description: 'As the vendor documents it', [PROVENANCE_KEYWORD]: 'documented' }
    return [[key, { ...known, ...(mine?.content || Object.keys(content).length > 0 ? { content } : {}) }]]
  })
  return Object.fromEntries(responses)
}

function reviseBodies({ revise, write }: Task, mine: Part, other: Part): Part {
  const bodies = pairBodies(mine, other).flatMap(({ key, ours: body, theirs: otherBody }) => {
    if (!otherBody) return []
    if (!body) return [[key, { schema: write(otherBody.schema) }]]
    return [[key, { ...body, schema: revise(partOf(body.schema), otherBody.schema) }]]
  })
  return Object.fromEntries(bodies)
}
