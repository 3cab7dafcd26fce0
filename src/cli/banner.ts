import type { Config, Sandbox } from '../index.ts'
import { toCurl } from '../sites/credentials.ts'

const A_MONTH = 30 * 24 * 3600

/** What a newcomer needs: the URLs, the credentials, and one call that works when pasted. */
export function banner(sandbox: Sandbox, { inspector }: Pick<Config, 'inspector'>): string {
  const lines = [
    `Journeys API  ${sandbox.url}`,
    ...(inspector === 'on' ? [`Inspector     ${sandbox.origin}/`] : []),
    `Docs          ${sandbox.origin}/docs`,
  ]
  const [site] = sandbox.sites()
  if (!site) return lines.join('\n')
  const { site_id, name, secret } = site
  return [
    ...lines,
    `Site          ${site_id} (${name}), secret: ${secret}`,
    '',
    toCurl(`${sandbox.url}/journeys`, site.headersFor(undefined, A_MONTH)),
  ].join('\n')
}
