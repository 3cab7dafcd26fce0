import { html, type SafeHtml } from '@remix-run/html-template'

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

/** The same, folded up. */
export const folded = (summary: string, text: string): SafeHtml =>
  html`<details class="folded"><summary>${summary}</summary>${copyable(text, summary)}</details>`

// More than this makes a page heavy, and nobody reads it there.
const LONGEST = 100_000

/** JSON with indentation and colours; a text that is not JSON as it is, and only the beginning of a very long one. */
export function jsonBlock(text: string, label: string): SafeHtml {
  const whole = prettyJson(text)
  const shown =
    whole.length > LONGEST ? `${whole.slice(0, LONGEST)}\n… ${whole.length - LONGEST} more characters` : whole
  return copyable(shown, label, highlight(shown))
}

/** JSON as people read it; any other text as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

const TOKENS = /("(?:[^"\\\n]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g

/** The tokens of JSON as elements whose class says what they are. */
function highlight(json: string): SafeHtml {
  const parts: (SafeHtml | string)[] = []
  let end = 0
  for (const match of json.matchAll(TOKENS)) {
    const [whole, string, colon, word, number] = match
    parts.push(json.slice(end, match.index))
    end = match.index + whole.length
    if (string !== undefined)
      parts.push(
        colon === undefined
          ? html`<span class="j-string">${string}</span>`
          : html`<span class="j-key">${string}</span>${colon}`,
      )
    else if (word !== undefined) parts.push(html`<span class="j-word">${word}</span>`)
    else parts.push(html`<span class="j-number">${number}</span>`)
  }
  return html`${parts}${json.slice(end)}`
}

/** Panels of which one is shown, chosen by radio buttons, so that it works without a script. */
export const tabs = (
  name: string,
  legend: string,
  panels: readonly (readonly [label: string, content: SafeHtml])[],
): SafeHtml => html`<fieldset class="tabs"><legend>${legend}</legend>
${panels.map(
  (
    [label, content],
    i,
  ) => html`<label><input type="radio" name="${name}" value="${i}"${i === 0 ? html` checked` : ''}>${label}</label>
<div class="panel">${content}</div>`,
)}
</fieldset>`
