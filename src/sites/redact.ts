import { isObject, type JsonObject } from '../contract/json.ts'

/*
 * Requests without their secrets, for the journal. Of everything that may hold a secret, only what is known to be harmless
 * is shown, and not what is left after cutting.
 */

const HIDDEN = '…'

/** Names of headers and query parameters that may hold a secret. */
const SECRET = /auth|token|secret|passw|cookie|key|session|credential|signature/i

const SCHEMES = /^(basic|bearer|digest|negotiate|ntlm)(?=\s)/i

// Either alphabet of base64, as the API accepts both.
const BEARER_JWT = /^bearer +([\w+/=-]+)\.([\w+/=-]+)\.[\w+/=-]*$/i

/** A header name is in lower case. */
export const redactHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (name === 'authorization') return [name, redactAuthorization(value)]
      return [name, SECRET.test(name) ? HIDDEN : value]
    }),
  )

/** A URL without the values of query parameters that may be secret. */
export const redactUrl = (url: string): string =>
  url.replace(/([?&])([^=&]*)=[^&]*/g, (whole, separator, name) =>
    SECRET.test(name) ? `${separator}${name}=${HIDDEN}` : whole,
  )

/** A JWT without its signature cannot be used again; nothing else is shown, but for the scheme. */
function redactAuthorization(authorization: string): string {
  if (decodeToken(authorization)) {
    const [, header, claims] = BEARER_JWT.exec(authorization) as RegExpExecArray
    return `Bearer ${header}.${claims}.${HIDDEN}`
  }
  const [scheme] = SCHEMES.exec(authorization) ?? []
  return scheme === undefined ? HIDDEN : `${scheme} ${HIDDEN}`
}

/** The two parts of a bearer token that are JSON objects; null for anything else. */
export function decodeToken(
  authorization: string | undefined,
): { header: JsonObject; claims: JsonObject } | null {
  const [, head, body] = BEARER_JWT.exec(authorization ?? '') ?? []
  const header = decodePart(head)
  const claims = decodePart(body)
  return header && claims ? { header, claims } : null
}

function decodePart(part: string | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64').toString())
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
