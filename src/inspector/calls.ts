import { html, type SafeHtml } from '@remix-run/html-template'
import { credentialsFor, type TokenRequest } from '../sites/credentials.ts'
import type { Site } from '../sites/site.ts'
import { copyable, facts, section } from './elements.ts'
import type { InspectorOptions } from './options.ts'

const freshCall = (site: Site, baseUrl: string, tokenRequest: TokenRequest): SafeHtml =>
  copyable(credentialsFor(site, baseUrl, tokenRequest).curl, 'A call with a token that is good for an hour')

/** A call with a fresh token, to be pasted. Without a control plane, no credentials are given out. */
export const callWithToken = (
  site: Site,
  { control }: InspectorOptions,
  baseUrl: string,
  tokenRequest: TokenRequest,
): SafeHtml => (control ? section('Call it', freshCall(site, baseUrl, tokenRequest)) : html``)

/** The base URL and the credentials of a site, with a call that works. Without a control plane, no credentials are given out. */
export function howToCall(site: Site, { control, auth }: InspectorOptions, baseUrl: string): SafeHtml {
  return html`${facts([
    ['Base URL', html`<code>${baseUrl}</code>`],
    ['Site id', html`<code>${site.site_id}</code>`],
    ['Secret', control && html`<code>${site.secret}</code>`],
    ['Token', auth === 'off' ? 'not needed, as the sandbox was started with --auth off' : undefined],
  ])}
${control && freshCall(site, baseUrl, { operation: 'getJourneys' })}
<p class="hint">Each call needs a token of its own. The pages of journeys and members have one for theirs.</p>`
}
