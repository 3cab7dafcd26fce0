import { html, type SafeHtml } from '@remix-run/html-template'
import { toCurl } from '../sites/credentials.ts'
import { type ActionName, actionOf } from './actions.ts'
import { folded } from './code.ts'
import type { InspectorOptions } from './options.ts'

export interface ActionForm {
  action: ActionName
  /** Empty for an action that belongs to no site. */
  site: string
  /** The text of the button. */
  label: string
  /** The path of the page that has the form. */
  back: string
  /** Fields that are not shown. A field must not have the name of a property that scripts read of a form, such as `id` or `attributes`. */
  given?: Record<string, string>
  /** Fields to fill in. */
  fields?: SafeHtml
  /** What a browser asks before it sends the form. */
  confirm?: string
  tone?: 'primary' | 'danger' | 'small' | 'small danger'
}

/** Makes the forms of a page: undefined where the control API is off. */
export type FormMaker = (form: ActionForm) => SafeHtml | undefined

// With a script the answer replaces the page in place: no jump to the top, and what is open stays open.
const IN_PLACE = html` hx-boost="true" hx-swap="innerMorph show:none"`

export const formsFor =
  ({ control }: InspectorOptions): FormMaker =>
  ({ action, site, label, back, given = {}, fields, confirm, tone = '' }) =>
    control &&
    html`<form class="action ${fields ? 'filled' : ''}" method="post" action="/actions/${action}"${IN_PLACE}${actionOf(action).next ? '' : html` hx-replace-url="true"`}${confirm === undefined ? '' : html` hx-confirm="${confirm}"`}>
${Object.entries({ site, back, ...given }).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fields}
<button class="${tone}">${label}</button>
</form>`

/** The same calls as command lines, folded up. `origin` is the server as the caller reaches it. */
export function curls(
  { control, guard }: InspectorOptions,
  origin: string,
  forms: readonly Pick<ActionForm, 'action' | 'site' | 'given'>[],
): SafeHtml | undefined {
  if (!control) return undefined
  const lines = forms.map(({ action, site, given = {} }) => {
    const { method, path, body } = actionOf(action).call(site, given)
    const headers = { ...(body && { 'Content-Type': 'application/json' }) }
    const line = toCurl(`${origin}${path}`, headers, { method, ...(body && { body: JSON.stringify(body) }) })
    // Not the token itself, which would then be in every shell's history.
    return guard.token === '' ? line : `${line} -H "Authorization: Bearer $SANDBOX_CONTROL_TOKEN"`
  })
  return folded('The same with curl', lines.join('\n'))
}
