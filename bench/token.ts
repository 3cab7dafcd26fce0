import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Tokens as CONTRACT.md section 3 defines them, with node:crypto alone: what a client has to do, and the least that a
 * server has to do. Nothing here is shared with the sandbox, so that neither vouches for the other.
 */

export interface Site {
  site_id: string
  secret: string
}

const LIFETIME_S = 6 * 3600

/** The three headers of a request about a journey id or an email; of none, for the list of journeys. */
export function signedHeaders({ site_id, secret }: Site, identifier?: string): Record<string, string> {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    sub: 'bench',
    exp: Math.floor(Date.now() / 1000) + LIFETIME_S,
    site_id,
    hmac: claimOf(secret, identifier ?? '').toString('base64'),
  }
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return {
    Authorization: `Bearer ${signed}.${hmac(secret, signed).toString('base64url')}`,
    'X-AnnexCloud-Site': site_id,
    'Content-Type': 'application/json',
  }
}

/** Whether the headers of a request, in lower case, are valid for this identifier. */
export function verifies(
  { site_id, secret }: Site,
  headers: Record<string, string | string[] | undefined>,
  identifier?: string,
): boolean {
  const [header, payload, signature = ''] = String(headers.authorization).replace('Bearer ', '').split('.')
  if (!equal(hmac(secret, `${header}.${payload}`), Buffer.from(signature, 'base64url'))) return false
  const claims = JSON.parse(Buffer.from(String(payload), 'base64url').toString())
  const sent = Buffer.from(String(claims.hmac), 'base64')
  return (
    claims.exp > Date.now() / 1000 &&
    claims.site_id === site_id &&
    headers['x-annexcloud-site'] === site_id &&
    // What is bound in a request without an identifier is not documented.
    (identifier === undefined ? sent.length === 32 : equal(sent, claimOf(secret, identifier)))
  )
}

const claimOf = (secret: string, identifier: string): Buffer =>
  hmac(secret, Buffer.from(JSON.stringify(identifier)).toString('base64'))

const hmac = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest()

const equal = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other)
