import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { toCurl } from '../sites/credentials.ts'
import { Conflict, NotFound } from '../sites/refusals.ts'
import { ownPath, siteHref, withQuery } from './addresses.ts'
import { folded } from './elements.ts'
import type { Form } from './form.ts'
import type { Notice, Notices } from './notices.ts'
import type { ControlCall, InspectorOptions } from './options.ts'

/** Something that a person can do: a call to the control plane, made from what was filled in. */
interface Action {
  /** @throws {SyntaxError} for JSON that is none */
  call(site: string, form: Form): ControlCall
  /** What is said when it is done; `body` is what the control plane answered. */
  said(form: Form, body: unknown): Omit<Notice, 'tone'>
  /** Where it leads to; back to where the form was, when left out. */
  next?(body: unknown): string
}

const segment = encodeURIComponent
const sitePath = (site: string): string => `/_sandbox/sites/${segment(site)}`
const given = (text: string | undefined): string | undefined => (text?.trim() ? text.trim() : undefined)

/** Everything that the pages have buttons for. */
const ACTIONS = {
  reset: {
    call: site => ({ method: 'POST', path: `${sitePath(site)}/reset` }),
    said: () => ({ text: 'The site is back at its seed: data, clock, faults and journal.' }),
  },
  advance: {
    call: (site, { by = '' }) => ({ method: 'POST', path: `${sitePath(site)}/clock/advance`, body: { by } }),
    said: (_, body) => ({ text: `The clock of the site is now at ${(body as { now: string }).now}.` }),
  },
  freeze: {
    call: site => ({ method: 'PUT', path: `${sitePath(site)}/clock`, body: { frozen: true } }),
    said: (_, body) => ({ text: `The clock of the site stands still at ${(body as { now: string }).now}.` }),
  },
  unfreeze: {
    call: site => ({ method: 'PUT', path: `${sitePath(site)}/clock`, body: { frozen: false } }),
    said: () => ({ text: 'The clock of the site runs again.' }),
  },
  takeSnapshot: {
    call: (site, { name = '' }) => ({ method: 'PUT', path: `${sitePath(site)}/snapshots/${segment(name)}` }),
    said: ({ name }) => ({ text: `The snapshot "${name}" holds the site as it is now.` }),
  },
  restoreSnapshot: {
    call: (site, { name = '' }) => ({
      method: 'POST',
      path: `${sitePath(site)}/snapshots/${segment(name)}/restore`,
    }),
    said: ({ name }) => ({ text: `The site is as the snapshot "${name}" holds it.` }),
  },
  addFault: {
    call: (site, { status = '' }) => ({
      method: 'POST',
      path: `${sitePath(site)}/faults`,
      body: { times: 1, fault: { kind: 'status', status: Number(status) } },
    }),
    said: ({ status }) => ({ text: `The next call to the API is answered ${status}.` }),
  },
  removeFault: {
    call: (site, { id = '' }) => ({ method: 'DELETE', path: `${sitePath(site)}/faults/${segment(id)}` }),
    said: ({ id }) => ({ text: `The rule ${id} is gone.` }),
  },
  clearRequests: {
    call: site => ({ method: 'DELETE', path: `${site === '' ? '/_sandbox' : sitePath(site)}/requests` }),
    said: () => ({ text: 'The journal is empty.' }),
  },
  createSite: {
    call: (_, { name, seed }) => ({
      method: 'POST',
      path: '/_sandbox/sites',
      body: { ...(given(name) && { name: given(name) }), seed },
    }),
    said: () => ({ text: 'This site is new.' }),
    next: body => siteHref((body as { site_id: string }).site_id),
  },
  postEvent: {
    call: (site, { email = '', event = '', attributes, at }) => ({
      method: 'POST',
      path: `${sitePath(site)}/members/${segment(email)}/events`,
      body: {
        event: event.trim(),
        ...(given(attributes) && { attributes: JSON.parse(attributes as string) }),
        ...(given(at) && { at: given(at) }),
      },
    }),
    said: ({ event }, body) => ({
      text: `“${event?.trim()}” has happened.`,
      details: (body as { outcomes: { message: string }[] }).outcomes.map(({ message }) => message),
    }),
  },
} satisfies Record<string, Action>

export type ActionName = keyof typeof ACTIONS

const actions: Record<ActionName, Action> = ACTIONS

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
    const { method, path, body } = actions[action].call(site, given)
    const headers = { ...(body && { 'Content-Type': 'application/json' }) }
    const line = toCurl(`${origin}${path}`, headers, { method, ...(body && { body: JSON.stringify(body) }) })
    // Not the token itself, which would then be in every shell's history.
    return guard.token === '' ? line : `${line} -H "Authorization: Bearer $SANDBOX_CONTROL_TOKEN"`
  })
  return folded('The same with curl', lines.join('\n'))
}

interface ActionOptions {
  options: InspectorOptions
  notices: Notices
}

/** What the buttons do: exactly what the call does that is shown beside them, and then back to the page. */
export async function actionRoutes(
  scope: FastifyInstance,
  { options, notices }: ActionOptions,
): Promise<void> {
  const { control } = options

  scope.post<{ Params: { action: string }; Body: Form | undefined }>(
    '/actions/:action',
    { schema: { hide: true } },
    async (request, reply) => {
      const { params, body } = request
      const form = body ?? {}
      if (!Object.hasOwn(actions, params.action)) throw new NotFound(`there is no action ${params.action}`)
      if (!control) throw new Conflict('The control plane is off, so nothing can be done from here.')
      return act(actions[params.action as ActionName], form, control, reply)
    },
  )

  async function act(
    action: Action,
    form: Form,
    control: NonNullable<InspectorOptions['control']>,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const back = ownPath(form.back)
    const leave = (to: string, notice: Notice) =>
      reply.redirect(withQuery(to, { notice: notices.put(notice) }), 303)
    const refused = (text: string, details?: string[]) =>
      leave(back, { tone: 'bad', text, ...(details && { details }), form: form as Record<string, string> })

    let call: ControlCall
    try {
      call = action.call(form.site ?? '', form)
    } catch (error) {
      if (error instanceof SyntaxError) return refused(`The attributes are not JSON: ${error.message}`)
      throw error
    }
    const { status, body } = await control(call)
    const answer = body === '' ? undefined : JSON.parse(body)
    if (status >= 400) {
      const { detail, errors } = answer as { detail: string; errors?: { pointer: string; detail: string }[] }
      return refused(
        detail,
        errors?.map(error => `${error.pointer || '/'} ${error.detail}`),
      )
    }
    return leave(action.next?.(answer) ?? back, { tone: 'good', ...action.said(form, answer) })
  }
}
