import type { Config, Sandbox } from '../index.ts'
import { toCurl } from '../sites/credentials.ts'

const MONTH_S = 30 * 24 * 3600

/** What a first call needs: the URLs, the site with its secret, and a curl command that works when pasted. */
export function banner(
  sandbox: Sandbox,
  { inspector, tlsCert }: Pick<Config, 'inspector' | 'tlsCert'>,
): string {
  const { url, origin } = sandbox
  const lines = [
    `Journeys API  ${url}`,
    ...(inspector === 'on' ? [`Inspector     ${origin}/`] : []),
    `Docs          ${origin}/docs`,
    `Health        ${origin}/_sandbox/health`,
  ]
  const [site] = sandbox.sites()
  if (!site) return lines.join('\n')
  const { site_id, name, secret } = site
  const curl = toCurl(`${url}/journeys`, site.headersFor(undefined, MONTH_S))
  return [
    ...lines,
    `Site          ${site_id} (${name}), secret: ${secret}`,
    '',
    // A certificate for development is rarely one that curl trusts.
    tlsCert === '' ? curl : curl.replace('curl', 'curl -k'),
  ].join('\n')
}
