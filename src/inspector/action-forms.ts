import { html, type SafeHtml } from '@remix-run/html-template'
import { toCurl } from '../sites/credentials.ts'
import { type ActionName, actionOf } from './actions.ts'
import { folded } from './elements.ts'
import type { InspectorOptions } from './options.ts'

export interface ActionForm {
  action: ActionName
  /** Of the site; empty for what belongs to none. */
  site: string
  /** What the button says. */
  label: string
  /** The path of the page that has the form. */
  back: string
  /** Fields that are not shown. */
  given?: Record<string, string>
  /** Fields to fill in. */
  fields?: SafeHtml
  /** What a browser asks before it sends the form. */
  confirm?: string
  tone?: 'primary' | 'danger'
}

/** Makes the forms of a page: none where nothing can be done. */
export type FormMaker = (form: ActionForm) => SafeHtml | undefined

export const formsFor =
  ({ control }: InspectorOptions): FormMaker =>
  ({ action, site, label, back, given = {}, fields, confirm, tone = '' }) =>
    control &&
    html`<form class="action" method="post" action="/actions/${action}">
${Object.entries({ site, back, ...given }).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fields}
<button class="${tone}"${confirm === undefined ? '' : html` data-confirm="${confirm}"`}>${label}</button>
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
