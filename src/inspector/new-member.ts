import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import { curls } from './action-forms.ts'
import type { SiteView } from './view.ts'

/** A form that creates a member; without an email, it asks for one. */
export function creation({ site, form, path, options, origin, notice }: SiteView, email: string): SafeHtml {
  const given = notice?.form ?? {}
  const common = { action: 'createMember', site: site.site_id } as const
  const asked =
    email === ''
      ? html`<label>Email <input name="email" required maxlength="320" value="${given.email}" placeholder="new@example.com" autocomplete="off"></label>`
      : ''
  const fields = html`${asked}<label>Attributes, as JSON <input name="attributes_json" value="${given.attributes_json}" placeholder='{"tier": "gold"}' spellcheck="false" autocomplete="off"></label>`
  return html`${form({
    ...common,
    label: email === '' ? 'Create member' : `Create ${clip(email, 60)}`,
    back: path,
    ...(email !== '' && { given: { email } }),
    fields,
    tone: 'primary',
  })}${curls(options, origin, [{ ...common, given: { email: email || 'new@example.com' } }])}`
}
