import { Invalid } from '../errors.ts'
import { SeedError } from '../seed/issues.ts'
import { formatOf, parseSeedText } from '../seed/text.ts'
import type { EventResult } from '../sites/events.ts'
import { faultRuleOf } from './fault-form.ts'
import type { Notice } from './notices.ts'
import type { ControlCall, Form } from './options.ts'
import { memberPath, membersPath, requestPath, SITES_PATH, sitePath } from './paths.ts'

/** Something that a person can do: a call to the control API, made from what was filled in. */
export interface Action {
  /** @throws {Invalid} for what cannot be made into a call */
  call(site: string, form: Form): ControlCall
  /** What is said when it is done; `body` is what the control API answered. */
  said(form: Form, body: unknown): Omit<Notice, 'tone'> & Partial<Pick<Notice, 'tone'>>
  /** Where it leads to; back to where the form was, when left out. */
  next?(body: unknown, form: Form): string
}

const segment = encodeURIComponent
const controlPath = (site: string, rest = ''): string => `/_sandbox/sites/${segment(site)}${rest}`
const given = (text: string | undefined): string | undefined => (text?.trim() ? text.trim() : undefined)

/** @throws {Invalid} saying what was filled in wrongly */
function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Invalid(`${what} must be JSON: ${(error as Error).message}`)
  }
}

/** A seed in JSON or YAML, as the value that the control API checks. @throws {Invalid} where it is neither */
function seedValue(text: string): object {
  try {
    return parseSeedText(text, { format: formatOf('', text), name: 'the seed' }) as object
  } catch (error) {
    if (error instanceof SeedError) throw new Invalid(error.message)
    throw error
  }
}

/** What changed when the clock was moved, where the control API says so. */
interface ClockAnswer {
  now: string
  changes?: { message: string }[]
  more?: number
}

function clockMoved(body: unknown): Omit<Notice, 'tone'> {
  const { now, changes, more = 0 } = body as ClockAnswer
  const text = `The clock of the site is now at ${now}.`
  if (changes === undefined) return { text }
  if (changes.length === 0) return { text, details: ['Nothing changed by it.'] }
  const details = changes.slice(0, 6).map(({ message }) => message)
  const rest = changes.length - details.length + more
  return { text, details: rest > 0 ? [...details, `and ${rest} more changes`] : details }
}

/** Everything that the pages have buttons for. */
const ACTIONS = {
  reset: {
    call: site => ({ method: 'POST', path: controlPath(site, '/reset') }),
    said: () => ({ text: 'The site is back at its seed: data, clock, faults and requests.' }),
  },
  advance: {
    call: (site, { by, to }) => ({
      method: 'POST',
      path: controlPath(site, '/clock/advance'),
      body: to === undefined ? { by: by ?? '' } : { to },
    }),
    said: (_, body) => clockMoved(body),
  },
  setClock: {
    call: (site, { now = '' }) => ({ method: 'PUT', path: controlPath(site, '/clock'), body: { now } }),
    said: (_, body) => clockMoved(body),
  },
  freeze: {
    call: site => ({ method: 'PUT', path: controlPath(site, '/clock'), body: { frozen: true } }),
    said: (_, body) => ({ text: `The clock of the site is frozen at ${(body as ClockAnswer).now}.` }),
  },
  unfreeze: {
    call: site => ({ method: 'PUT', path: controlPath(site, '/clock'), body: { frozen: false } }),
    said: () => ({ text: 'The clock of the site runs again.' }),
  },
  tokenClock: {
    call: (site, { tokens }) => ({
      method: 'PUT',
      path: controlPath(site, '/clock'),
      body: { tokens: tokens === 'true' },
    }),
    said: ({ tokens }) => ({
      text: `Tokens expire by the ${tokens === 'true' ? 'clock of the site' : 'system clock'} from now on.`,
    }),
  },
  takeSnapshot: {
    call: (site, { name = '' }) => ({
      method: 'PUT',
      path: controlPath(site, `/snapshots/${segment(name)}`),
    }),
    said: ({ name }) => ({ text: `The snapshot “${name}” holds the site as it is now.` }),
  },
  restoreSnapshot: {
    call: (site, { name = '' }) => ({
      method: 'POST',
      path: controlPath(site, `/snapshots/${segment(name)}/restore`),
    }),
    said: ({ name }) => ({ text: `The site is as the snapshot “${name}” holds it.` }),
  },
  removeSnapshot: {
    call: (site, { name = '' }) => ({
      method: 'DELETE',
      path: controlPath(site, `/snapshots/${segment(name)}`),
    }),
    said: ({ name }) => ({ text: `The snapshot “${name}” is removed.` }),
  },
  addFault: {
    call: (site, form) => ({ method: 'POST', path: controlPath(site, '/faults'), body: faultRuleOf(form) }),
    said: (_, body) => ({ text: `The fault rule ${(body as { id: string }).id} is active.` }),
  },
  removeFault: {
    call: (site, { rule = '' }) => ({
      method: 'DELETE',
      path: controlPath(site, `/faults/${segment(rule)}`),
    }),
    said: ({ rule }) => ({ text: `The fault rule ${rule} is removed.` }),
  },
  clearFaults: {
    call: site => ({ method: 'DELETE', path: controlPath(site, '/faults') }),
    said: () => ({ text: 'All fault rules are removed.' }),
  },
  clearRequests: {
    call: site => ({ method: 'DELETE', path: `${site === '' ? '/_sandbox' : controlPath(site)}/requests` }),
    said: () => ({ text: 'The request journal is empty.' }),
  },
  resend: {
    call: (site, { request = '' }) => ({
      method: 'POST',
      path: controlPath(site, `/requests/${segment(request)}/resend`),
    }),
    said: () => ({ text: 'The request was sent again, with a fresh token.' }),
    next: (body, { site = '', request = '' }) =>
      requestPath(site, (body as { id?: string } | undefined)?.id ?? request),
  },
  createSite: {
    call: (_, { name, seed = 'demo' }) => ({
      method: 'POST',
      path: '/_sandbox/sites',
      body: { ...(given(name) && { name: given(name) }), seed },
    }),
    said: () => ({ text: 'The site is created.' }),
    next: body => sitePath((body as { site_id: string }).site_id),
  },
  removeSite: {
    call: site => ({ method: 'DELETE', path: controlPath(site) }),
    said: ({ site }) => ({ text: `The site ${site} is removed.` }),
    next: () => SITES_PATH,
  },
  putData: {
    call: (site, { seed = '' }) => ({
      method: 'PUT',
      path: controlPath(site, '/data'),
      body: seedValue(seed),
    }),
    said: () => ({ text: 'The site holds the data of the seed.' }),
  },
  openCapsule: {
    call: (site, { capsule = '' }) => ({
      method: 'PUT',
      path: controlPath(site, '/capsule'),
      body: json(capsule, 'The capsule') as object,
    }),
    said: () => ({ text: 'The site is as the capsule holds it.' }),
  },
  createMember: {
    call: (site, { email = '', attributes_json: attributes }) => ({
      method: 'PUT',
      path: controlPath(site, `/members/${segment(email.trim())}`),
      body: { ...(given(attributes) && { attributes: json(attributes as string, 'The attributes') }) },
    }),
    said: ({ email }) => ({ text: `The member ${email} is created.` }),
    next: (body, { site = '' }) => memberPath(site, (body as { email: string }).email),
  },
  setMemberStatus: {
    call: (site, { email = '', status, member = '' }) => ({
      method: 'PUT',
      path: controlPath(site, `/members/${segment(email)}`),
      body: { ...(json(member, 'The member') as object), status },
    }),
    said: ({ email, status = '' }) => ({ text: `The member ${email} is ${status.replace('_', ' ')} now.` }),
  },
  removeMember: {
    call: (site, { email = '' }) => ({
      method: 'DELETE',
      path: controlPath(site, `/members/${segment(email)}`),
    }),
    said: ({ email }) => ({ text: `The member ${email} is removed.` }),
    next: (_, { site = '' }) => membersPath(site),
  },
  postEvent: {
    call: (site, { email = '', event = '', attributes_json: attributes, at }) => ({
      method: 'POST',
      path: controlPath(site, `/members/${segment(email.trim())}/events`),
      body: {
        event: event.trim(),
        ...(given(attributes) && { attributes: json(attributes as string, 'The attributes') }),
        ...(given(at) && { at: given(at) }),
      },
    }),
    said: ({ event = '', email = '' }, body) => eventSent(event.trim(), email, body as EventResult),
  },
} satisfies Record<string, Action>

/** Green where something moved, amber where the event had no effect. */
function eventSent(event: string, email: string, { outcomes }: EventResult): ReturnType<Action['said']> {
  const effects = outcomes.filter(({ type }) => type !== 'no_effect')
  const told = effects.map(({ message }) => message)
  return effects.length > 0
    ? { text: `“${event}” was sent to ${email}.`, details: told }
    : { tone: 'wait', text: `“${event}” was sent to ${email} and had no effect.` }
}

export type ActionName = keyof typeof ACTIONS

/** An action by its name. */
export const actionOf = (name: ActionName): Action => ACTIONS[name]

export const isAction = (name: string): name is ActionName => Object.hasOwn(ACTIONS, name)
