import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { SCHEMAS } from '../../src/contract/schemas.ts'
import { Problem } from '../../src/control/problem.ts'

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
for (const schema of [...SCHEMAS, Problem]) ajv.addSchema(schema, schema.$id)

/** Writes an answer as the server does, and fails where it does not match the schema of its route and status. */
export const validatingSerializer: Parameters<FastifyInstance['setSerializerCompiler']>[0] = ({
  schema,
  method,
  url,
}) => {
  let validate: ReturnType<typeof ajv.compile> | undefined
  return data => {
    validate ??= ajv.compile(schema as AnySchema)
    // What is written counts: JSON drops undefined properties.
    const text = JSON.stringify(data)
    if (!validate(JSON.parse(text)))
      throw new Error(`${method} ${url} does not answer by its schema: ${ajv.errorsText(validate.errors)}`)
    return text
  }
}
