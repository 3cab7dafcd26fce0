import { html, type SafeHtml } from '@remix-run/html-template'
import { toCurl } from '../sites/credentials.ts'
import { type ActionName, actionOf, callOf } from './actions.ts'
import { foldedCode } from './code.ts'
import type { ControlCall, Values, View } from './view.ts'

/** Forms and buttons, each of which makes a call to the control API. */

/** Attributes of an element; those that are undefined or false are left out. */
type Attributes = Record<string, string | number | boolean | undefined>

/** A field with its label; a text area where the number of `rows` is given. A form that was refused keeps its values. */
export function field(view: View, label: string, name: string, attributes: Attributes = {}): SafeHtml {
  const { rows, ...rest } = attributes
  const value = view.notice?.form?.[name] ?? rest.value
  const all = { name, autocomplete: 'off', spellcheck: 'false', rows, ...rest, value: undefined }
  const written = Object.entries(all)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? html` ${name}` : html` ${name}="${value}"`))
  const element =
    rows === undefined
      ? html`<input${written} value="${value}">`
      : html`<textarea${written}>${value}</textarea>`
  return html`<label>${label} ${element}</label>`
}

/** The options of a `select`, or of a list of suggestions. */
export const optionsOf = (values: readonly string[], selected?: string): SafeHtml[] =>
  values.map(
    value => html`<option value="${value}"${value === selected ? html` selected` : ''}>${value}</option>`,
  )

/** A large text, to be filled in or read from a file. */
export const fileField = (
  view: View,
  label: string,
  name: string,
  { accept, ...attributes }: Attributes,
): SafeHtml =>
  html`${field(view, label, name, { ...attributes, required: true, 'data-file-target': true })}
<label data-file hidden>Or a file <input type="file" accept="${accept}"></label>`

export interface ActionForm {
  action: ActionName
  /** The text of the button. */
  label: string
  /** The path to redirect to; that of the page with the form, when left out. */
  back?: string
  /** Fields that are not shown. A field must not have the name of a property that scripts read of a form, such as `id` or `attributes`. */
  given?: Values
  fields?: SafeHtml
  /** The values of the fields in the command line beside the form. */
  example?: Values
  /** What a browser asks before it sends the form. */
  confirm?: string | undefined
  tone?: 'primary' | 'danger' | 'small' | 'small danger'
}

/** A form or a button; nothing where the control API is off. */
export function actionForm(
  view: View,
  { action, label, back = view.path, given = {}, fields, confirm, tone }: ActionForm,
): SafeHtml | undefined {
  if (!view.options.control) return undefined
  const hidden = Object.entries({ site: view.site?.site_id, back, ...given })
  // With a script the answer replaces the page in place: no jump to the top, and what is open stays open.
  return html`<form class="action ${fields ? 'filled' : ''}" method="post" action="/actions/${action}" hx-boost="true" hx-swap="innerMorph show:none"${actionOf(action).next ? '' : html` hx-replace-url="true"`}${confirm && html` hx-confirm="${confirm}"`}>
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fields}
<button class="${tone}">${label}</button>
</form>`
}

/** A call to the control API as a command line. */
export function curlOf({ options, origin }: View, { method, path, body }: ControlCall): string {
  const headers = { ...(body && { 'Content-Type': 'application/json' }) }
  const line = toCurl(`${origin}${path}`, headers, { method, ...(body && { body: JSON.stringify(body) }) })
  // Not the token itself, which would then be in every shell's history.
  return options.guard.token === '' ? line : `${line} -H "Authorization: Bearer $SANDBOX_CONTROL_TOKEN"`
}

/** Several forms in a row, or a single one, with their calls as command lines; nothing where the control API is off. */
export function actionForms(view: View, ...forms: readonly ActionForm[]): SafeHtml | string {
  if (!view.options.control) return ''
  const shown = forms.map(form => actionForm(view, form))
  const isLong = forms.length === 1 && forms[0]?.fields !== undefined
  const lines = forms.map(({ action, given, example }) =>
    curlOf(view, callOf(actionOf(action), { site: view.site?.site_id, ...given, ...example })),
  )
  return html`${isLong ? shown : html`<div class="buttons">${shown}</div>`}
${foldedCode('The same with curl', lines.join('\n'))}`
}
