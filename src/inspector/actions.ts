import { siteHref } from './addresses.ts'
import type { Form } from './form.ts'
import type { Notice } from './notices.ts'
import type { ControlCall } from './options.ts'

/** Something that a person can do: a call to the control plane, made from what was filled in. */
export interface Action {
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

/** An action by its name. */
export const actionOf = (name: ActionName): Action => ACTIONS[name]

export const isAction = (name: string): name is ActionName => Object.hasOwn(ACTIONS, name)
