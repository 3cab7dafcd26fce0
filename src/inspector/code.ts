import { html, type SafeHtml } from '@remix-run/html-template'
import { credentialsFor, type TokenRequest } from '../sites/credentials.ts'
import { facts, folded, foldedSection } from './elements.ts'
import type { SiteView } from './view.ts'

/** Code on a page: commands to copy, and JSON in colours. */

/** A command or a document with a button that copies it. */
export const copyable = (
  text: string,
  label: string,
  shown?: SafeHtml,
): SafeHtml => html`<div class="copyable">
<pre tabindex="0" role="region" aria-label="${label}"><code>${shown ?? text}</code></pre>
<button type="button" class="copy" data-copy hidden>Copy</button>
</div>`

export const foldedCode = (summary: string, text: string): SafeHtml =>
  folded(summary, copyable(text, summary))

// More makes a page slow, and nobody reads it there.
const LONGEST = 100_000

/** JSON with indentation and colours; a text that is not JSON as it is, and only the beginning of a very long one. */
export function jsonBlock(text: string, label: string): SafeHtml {
  const whole = indented(text)
  const shown =
    whole.length > LONGEST ? `${whole.slice(0, LONGEST)}\n… ${whole.length - LONGEST} more characters` : whole
  return copyable(shown, label, highlighted(shown))
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

const TOKENS =
  /(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*")|\b(?<word>true|false|null)\b|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g

/** The tokens of JSON as elements whose class says what they are. */
function highlighted(json: string): SafeHtml {
  const parts: (SafeHtml | string)[] = []
  let end = 0
  for (const { 0: token, index, groups = {} } of json.matchAll(TOKENS)) {
    const [kind] = Object.keys(groups).filter(name => groups[name] !== undefined)
    parts.push(json.slice(end, index), html`<span class="j-${kind}">${token}</span>`)
    end = index + token.length
  }
  return html`${parts}${json.slice(end)}`
}

const curlWithToken = ({ site, baseUrl }: SiteView, tokenRequest: TokenRequest): SafeHtml =>
  copyable(
    credentialsFor(site, baseUrl, tokenRequest).curl,
    'A request with a token that is valid for an hour',
  )

/** A request with a fresh token, to copy. Without the control API, no credentials are shown. */
export const callWithToken = (view: SiteView, tokenRequest: TokenRequest): SafeHtml | string =>
  view.options.control ? foldedSection('Call it with curl', curlWithToken(view, tokenRequest)) : ''

/** The base URL and the credentials of a site, with a request that works. */
export function howToCall(view: SiteView): SafeHtml {
  const { site, options, baseUrl } = view
  return html`${facts([
    ['Base URL', html`<code>${baseUrl}</code>`],
    ['Site id', html`<code>${site.site_id}</code>`],
    ['Secret', options.control && html`<code>${site.secret}</code>`],
    ['Token', options.auth === 'off' ? 'not needed: the sandbox was started with --auth off' : undefined],
  ])}
${options.control && curlWithToken(view, { operation: 'getJourneys' })}
<p class="hint">Each request needs a token of its own. The pages of journeys and members have one for theirs.</p>`
}
