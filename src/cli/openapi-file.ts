import { ConfigError } from '../config.ts'
import { isPart, type Part } from '../drift/document.ts'

const LONGEST_DOWNLOAD_MS = 15_000
const LARGEST_DOWNLOAD_BYTES = 20 * 1024 * 1024

/**
 * An OpenAPI 3 document from a file or a URL, JSON or YAML, with everything that it refers to, here or elsewhere, in its place.
 * @throws {ConfigError} on one line, when it cannot be read or is none
 */
export async function readOpenApi(source: string): Promise<Part> {
  const document = await resolve(source)
  if (!isPart(document)) throw new ConfigError(`${source} is no OpenAPI document, but a bare value`)
  if ('swagger' in document) {
    throw new ConfigError(`${source} is Swagger ${document.swagger}; convert it to OpenAPI 3 first`)
  }
  if (!/^3\./.test(String(document.openapi))) {
    throw new ConfigError(`${source} is no OpenAPI 3 document: its "openapi" does not say so`)
  }
  if (!isPart(document.paths) || Object.keys(document.paths).length === 0) {
    throw new ConfigError(`${source} has no paths to compare`)
  }
  return document
}

async function resolve(source: string): Promise<unknown> {
  const { $RefParser } = await import('@apidevtools/json-schema-ref-parser')
  try {
    return await new $RefParser().dereference(source, {
      // What is no JSON and no YAML, such as a login page, is an error and not a text.
      parse: { text: false, binary: false },
      resolve: {
        // What comes from elsewhere has no business with the files of this machine.
        ...(/^https?:/i.test(source) && { file: false }),
        http: {
          timeout: LONGEST_DOWNLOAD_MS,
          maxContentLength: LARGEST_DOWNLOAD_BYTES,
          // The person at this machine named the address; a server inside their network is a good one.
          safeUrlResolver: false,
        },
      },
    })
  } catch (error) {
    throw new ConfigError(`${source} cannot be read as an OpenAPI document: ${reasonOf(error as Error)}`)
  }
}

function reasonOf({ message }: Error): string {
  if (message.endsWith('is not a valid JSON Schema'))
    return 'it is neither JSON nor YAML, but a text or a page'
  return (message.split('\n')[0] as string).trim()
}
