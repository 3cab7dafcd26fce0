import type { OpenAPIV3_1 } from 'openapi-types'

/** The vendor's OpenAPI document as a Postman collection (format 2.1) whose requests sign themselves. */

type Document = OpenAPIV3_1.Document
type Examples = Record<string, { summary?: string; value?: unknown }>

/**
 * Runs before each request: in Postman, whose sandbox has crypto-js, and in Bruno, which translates these calls on import. Others are not
 * translated, such as `variables.all()` and `variables.get()`.
 */
const SIGN_REQUEST = `// Signs the request: a JWT (HS256) whose claim "hmac" binds it to the identifier in the path.
const { enc, HmacSHA256 } = require('crypto-js')

const base64 = text => enc.Base64.stringify(enc.Utf8.parse(text))
const base64url = words => enc.Base64.stringify(words).replace(/=+$/, '').replace(/\\+/g, '-').replace(/\\//g, '_')
const toBase64url = text => base64url(enc.Utf8.parse(text))

const siteId = pm.variables.replaceIn('{{siteId}}')
const secret = pm.variables.replaceIn('{{secret}}')

// The identifier is the path variable, decoded. GET /journeys has none.
const [identifier] = pm.request.url.variables.map(({ value }) => pm.variables.replaceIn(value))
const payload = identifier === undefined ? '' : JSON.stringify(identifier)

const claims = {
  sub: 'postman',
  exp: Math.floor(Date.now() / 1000) + 300,
  site_id: siteId,
  hmac: enc.Base64.stringify(HmacSHA256(base64(payload), secret)),
}
const signed = \`\${toBase64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }))}.\${toBase64url(JSON.stringify(claims))}\`
const token = \`\${signed}.\${base64url(HmacSHA256(signed, secret))}\`

pm.request.headers.upsert({ key: 'Authorization', value: \`Bearer \${token}\` })
pm.request.headers.upsert({ key: 'X-AnnexCloud-Site', value: siteId })`

const EXPECT_SUCCESS = `pm.test('answers 200 with JSON', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.json()).to.be.an('object')
})`

const DESCRIPTION = `The four operations of the Journeys API. Set the variables of the collection: \`baseUrl\` with its \`/api/3.0\`, \`siteId\` and
\`secret\`. Every request is then signed by the pre-request script, for the sandbox and for the live API alike.`

const script = (event: 'prerequest' | 'test', text: string) => ({
  listen: event,
  script: { type: 'text/javascript', exec: text.split('\n') },
})

/** @param document the vendor's document, with its examples */
export function toPostmanCollection(document: Document): object {
  return {
    info: {
      name: document.info.title,
      description: DESCRIPTION,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    variable: [
      { key: 'baseUrl', value: 'http://127.0.0.1:4300/api/3.0' },
      { key: 'siteId', value: '9991331' },
      { key: 'secret', value: 'sandbox-secret' },
    ],
    event: [script('prerequest', SIGN_REQUEST)],
    item: Object.entries(document.paths ?? {}).map(([path, item]) => toItem(path, item?.get ?? {})),
  }
}

function toItem(path: string, operation: OpenAPIV3_1.OperationObject): object {
  const request = toRequest(path, operation)
  const responses = Object.entries(operation.responses ?? {}).flatMap(([status, response]) =>
    Object.entries(examplesOf(response as OpenAPIV3_1.ResponseObject)).map(([name, { summary, value }]) => ({
      name: `${status} ${summary ?? name}`,
      originalRequest: request,
      code: Number(status),
      _postman_previewlanguage: 'json',
      header: [{ key: 'Content-Type', value: 'application/json; charset=utf-8' }],
      body: JSON.stringify(value, null, 2),
    })),
  )
  return {
    name: operation.summary,
    request,
    response: responses,
    event: [script('test', EXPECT_SUCCESS)],
  }
}

const examplesOf = ({ content }: OpenAPIV3_1.ResponseObject): Examples =>
  (content?.['application/json']?.examples ?? {}) as Examples

function toRequest(path: string, { parameters = [], description }: OpenAPIV3_1.OperationObject): object {
  const segments = path.slice(1).replace(/\{(\w+)\}/g, ':$1')
  const variable = (parameters as OpenAPIV3_1.ParameterObject[])
    .filter(parameter => parameter.in === 'path')
    .map(({ name, description, examples = {} }) => ({
      key: name,
      value: Object.values(examples as Examples)[0]?.value,
      description,
    }))
  return {
    method: 'GET',
    header: [{ key: 'Content-Type', value: 'application/json' }],
    url: { raw: `{{baseUrl}}/${segments}`, host: ['{{baseUrl}}'], path: segments.split('/'), variable },
    description,
  }
}
