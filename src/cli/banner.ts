import { type Sandbox, signRequest } from '../index.ts'

const A_MONTH = 30 * 24 * 3600

/** What a newcomer needs: the addresses, the credentials, and one call that works when pasted. */
export function banner(sandbox: Sandbox, now: number): string {
  const [site] = sandbox.sites()
  const lines = [
    `Journeys API  ${sandbox.url}`,
    `Docs          ${sandbox.origin}/docs`,
    ...(site ? [`Site          ${site.site_id} (${site.name}), secret: ${site.secret}`] : []),
  ]
  if (!site) return lines.join('\n')
  const headers = signRequest({ ...site, exp: Math.floor(now / 1000) + A_MONTH })
  const options = Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`)
  return [...lines, '', `curl ${options.join(' ')} '${sandbox.url}/journeys'`].join('\n')
}
