import { ConfigError } from '../config.ts'
import { isObject, type JsonObject } from '../contract/json.ts'
import { explainNetworkError } from './live-api.ts'

/** Where the vendor publishes its OpenAPI document: CONTRACT.md, opening (D). Only `drift` asks for it. */
export const VENDOR_DOCUMENT = 'https://annexcloud.redocly.app/_spec/loyalty/loyalty.yaml'

const DOWNLOAD_TIMEOUT_MS = 15_000
const LARGEST_DOWNLOAD_BYTES = 20 * 1024 * 1024

/** The value if it is an object, otherwise an empty object. */
export const partOf = (value: unknown): JsonObject => (isObject(value) ? value : {})

/** The value if it is an array, otherwise an empty array. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const isUrl = (source: string): boolean => /^https?:/i.test(source)

/**
 * Reads an OpenAPI 3 document in JSON or YAML with every reference in it, also into other files, replaced by what it refers to.
 * `source` is a path, a URL, or the document itself. A schema that contains itself is then a circular object.
 * @throws {ConfigError} when it cannot be read, or is not an OpenAPI 3 document
 */
export async function readOpenApi(source: string | JsonObject): Promise<JsonObject> {
  const name = typeof source === 'string' ? source : 'the document'
  const document = await dereference(source, name)
  if (!isObject(document)) throw new ConfigError(`${name} is not an OpenAPI document`)
  if ('swagger' in document) {
    throw new ConfigError(`${name} is Swagger ${document.swagger}; convert it to OpenAPI 3 first`)
  }
  if (!/^3\./.test(String(document.openapi))) {
    throw new ConfigError(`${name} is not an OpenAPI 3 document: "openapi" must be 3.0.x or 3.1.x`)
  }
  if (Object.keys(partOf(document.paths)).length === 0) throw new ConfigError(`${name} has no paths`)
  const circle = remainingReference(document, new Set())
  if (circle !== undefined) throw new ConfigError(`${name}: $ref "${circle}" leads in a circle`)
  return document
}

/** The first reference that leads back to itself, and so cannot be replaced. */
function remainingReference(value: unknown, seen: Set<unknown>): string | undefined {
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  seen.add(value)
  const { $ref } = value as JsonObject
  if (typeof $ref === 'string') return $ref
  for (const inner of Object.values(value)) {
    const found = remainingReference(inner, seen)
    if (found !== undefined) return found
  }
  return undefined
}

async function dereference(source: string | JsonObject, name: string): Promise<unknown> {
  const { $RefParser } = await import('@apidevtools/json-schema-ref-parser')
  const download = { order: 1, canRead: /^https?:/i, read: ({ url }: { url: string }) => downloaded(url) }
  try {
    return await new $RefParser().dereference(source, {
      // Without these two, a login page would be accepted as a text document.
      parse: { text: false, binary: false },
      // A downloaded document must not read files of this machine.
      resolve: { http: false, download, ...(typeof source === 'string' && isUrl(source) && { file: false }) },
    })
  } catch (error) {
    throw new ConfigError(`${name} cannot be read as an OpenAPI document: ${reasonOf(error as Error)}`)
  }
}

/** @throws {Error} with the reason why there is no document */
async function downloaded(url: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) })
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > LARGEST_DOWNLOAD_BYTES)
        throw new Error(`it has more than ${LARGEST_DOWNLOAD_BYTES >> 20} MiB`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    const { name } = error as Error
    if (name === 'TimeoutError') throw new Error(`it did not arrive within ${DOWNLOAD_TIMEOUT_MS / 1000} s`)
    throw new Error(explainNetworkError(error as Error))
  }
}

function reasonOf({ message }: Error): string {
  if (message.endsWith('is not a valid JSON Schema')) return 'it is neither JSON nor YAML'
  return (message.split('\n')[0] as string).trim()
}
