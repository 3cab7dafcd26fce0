import { html, type SafeHtml } from '@remix-run/html-template'
import { credentialsFor, type TokenRequest } from '../sites/credentials.ts'
import { copyable } from './code.ts'
import { facts, foldedSection } from './elements.ts'
import type { SiteView } from './view.ts'

const freshCall = ({ site, baseUrl }: SiteView, tokenRequest: TokenRequest): SafeHtml =>
  copyable(
    credentialsFor(site, baseUrl, tokenRequest).curl,
    'A request with a token that is valid for an hour',
  )

/** A request with a fresh token, to be pasted. Without the control API, no credentials are given out. */
export const callWithToken = (view: SiteView, tokenRequest: TokenRequest): SafeHtml | string =>
  view.options.control ? foldedSection('Call it with curl', freshCall(view, tokenRequest)) : ''

/** The base URL and the credentials of a site, with a request that works. */
export function howToCall(view: SiteView): SafeHtml {
  const { site, options, baseUrl } = view
  return html`${facts([
    ['Base URL', html`<code>${baseUrl}</code>`],
    ['Site id', html`<code>${site.site_id}</code>`],
    ['Secret', options.control && html`<code>${site.secret}</code>`],
    ['Token', options.auth === 'off' ? 'not needed: the sandbox was started with --auth off' : undefined],
  ])}
${options.control && freshCall(view, { operation: 'getJourneys' })}
<p class="hint">Each request needs a token of its own. The pages of journeys and members have one for theirs.</p>`
}
