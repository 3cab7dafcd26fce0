import { type Config, type Sandbox, signRequest } from '../index.ts'
import { toCurl } from '../sites/credentials.ts'

const A_MONTH = 30 * 24 * 3600

/** What a newcomer needs: the addresses, the credentials, and one call that works when pasted. */
export function banner(sandbox: Sandbox, now: number, { inspector }: Pick<Config, 'inspector'>): string {
  const lines = [
    `Journeys API  ${sandbox.url}`,
    ...(inspector === 'on' ? [`Inspector     ${sandbox.origin}/`] : []),
    `Docs          ${sandbox.origin}/docs`,
  ]
  const [site] = sandbox.sites()
  if (!site) return lines.join('\n')
  const { site_id, name, secret } = site
  const headers = signRequest({ site_id, secret, exp: Math.floor(now / 1000) + A_MONTH })
  return [
    ...lines,
    `Site          ${site_id} (${name}), secret: ${secret}`,
    '',
    toCurl(`${sandbox.url}/journeys`, headers),
  ].join('\n')
}
