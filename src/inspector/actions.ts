import type { FastifyInstance } from 'fastify'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { SeedError } from '../seed/issues.ts'
import { formatOf, parseSeedText } from '../seed/text.ts'
import type { EventResult } from '../sites/events.ts'
import { faultRuleOf, parseJson } from './fault-form.ts'
import {
  type Context,
  type ControlCall,
  type Notice,
  ownPath,
  redirect,
  requestsPath,
  SITES_PATH,
  sitePath,
  type Values,
  withQuery,
} from './view.ts'

/** What a button does: a call to the control API, made from the fields of its form. */
export interface Action {
  /** The method and the path below `/_sandbox`, in which `:name` is a field of the form. */
  call: string
  /** @throws {Invalid} for what cannot be made into a body */
  body?(form: Values): object
  /** The notice when it is done; `answer` is the body that the control API answered. */
  done: string | ((form: Values, answer: unknown) => string | Partial<Notice>)
  /** The path to redirect to; that of the page with the form, when left out. */
  next?(form: Values, answer: unknown): string
}

/** Everything that the pages have buttons for. */
const ACTIONS = {
  reset: {
    call: 'POST /sites/:site/reset',
    done: 'The site is back at its seed: data, clock, faults and requests.',
  },
  advance: {
    call: 'POST /sites/:site/clock/advance',
    body: ({ by = '', to }) => (to === undefined ? { by } : { to }),
    done: (_, answer) => clockMoved(answer as ClockAnswer),
  },
  setClock: {
    call: 'PUT /sites/:site/clock',
    body: ({ now = '' }) => ({ now }),
    done: (_, answer) => clockMoved(answer as ClockAnswer),
  },
  freeze: {
    call: 'PUT /sites/:site/clock',
    body: () => ({ frozen: true }),
    done: (_, answer) => `The clock of the site is frozen at ${(answer as ClockAnswer).now}.`,
  },
  unfreeze: {
    call: 'PUT /sites/:site/clock',
    body: () => ({ frozen: false }),
    done: 'The clock of the site runs again.',
  },
  tokenClock: {
    call: 'PUT /sites/:site/clock',
    body: ({ tokens }) => ({ tokens: tokens === 'true' }),
    done: ({ tokens }) =>
      `Tokens expire by the ${tokens === 'true' ? 'clock of the site' : 'system clock'} from now on.`,
  },
  takeSnapshot: {
    call: 'PUT /sites/:site/snapshots/:name',
    done: ({ name }) => `The snapshot “${name}” holds the site as it is now.`,
  },
  restoreSnapshot: {
    call: 'POST /sites/:site/snapshots/:name/restore',
    done: ({ name }) => `The site is as the snapshot “${name}” holds it.`,
  },
  removeSnapshot: {
    call: 'DELETE /sites/:site/snapshots/:name',
    done: ({ name }) => `The snapshot “${name}” is removed.`,
  },
  addFault: {
    call: 'POST /sites/:site/faults',
    body: faultRuleOf,
    done: (_, answer) => `The fault rule ${(answer as { id: string }).id} is active.`,
  },
  removeFault: {
    call: 'DELETE /sites/:site/faults/:rule',
    done: ({ rule }) => `The fault rule ${rule} is removed.`,
  },
  clearFaults: { call: 'DELETE /sites/:site/faults', done: 'All fault rules are removed.' },
  clearRequests: { call: 'DELETE /sites/:site/requests', done: 'The request journal is empty.' },
  clearUnmatched: { call: 'DELETE /requests', done: 'The request journal is empty.' },
  resend: {
    call: 'POST /sites/:site/requests/:request/resend',
    done: 'The request was sent again, with a fresh token.',
    next: ({ site = '', request = '' }, answer) =>
      requestsPath({ site_id: site }, (answer as { id?: string } | undefined)?.id ?? request),
  },
  createSite: {
    call: 'POST /sites',
    body: ({ name, seed = 'demo' }) => ({ name: filledIn(name), seed }),
    done: 'The site is created.',
    next: (_, answer) => sitePath(answer as { site_id: string }),
  },
  removeSite: {
    call: 'DELETE /sites/:site',
    done: ({ site }) => `The site ${site} is removed.`,
    next: () => SITES_PATH,
  },
  putData: {
    call: 'PUT /sites/:site/data',
    body: ({ seed = '' }) => seedIn(seed),
    done: 'The site holds the data of the seed.',
  },
  openCapsule: {
    call: 'PUT /sites/:site/capsule',
    body: ({ capsule = '' }) => parseJson(capsule, 'The capsule'),
    done: 'The site is as the capsule holds it.',
  },
  createMember: {
    call: 'PUT /sites/:site/members/:email',
    body: form => ({ attributes: attributesIn(form) }),
    done: ({ email }) => `The member ${email} is created.`,
    next: ({ site = '' }, answer) =>
      sitePath({ site_id: site }, 'members', (answer as { email: string }).email),
  },
  setMemberStatus: {
    call: 'PUT /sites/:site/members/:email',
    body: ({ status, member = '' }) => ({ ...parseJson(member, 'The member'), status }),
    done: ({ email, status = '' }) => `The member ${email} is ${status.replace('_', ' ')} now.`,
  },
  removeMember: {
    call: 'DELETE /sites/:site/members/:email',
    done: ({ email }) => `The member ${email} is removed.`,
    next: ({ site = '' }) => sitePath({ site_id: site }, 'members'),
  },
  postEvent: {
    call: 'POST /sites/:site/members/:email/events',
    body: form => ({
      event: form.event?.trim() ?? '',
      attributes: attributesIn(form),
      at: filledIn(form.at),
    }),
    done: (form, answer) => eventSent(form, answer as EventResult),
  },
} satisfies Record<string, Action>

export type ActionName = keyof typeof ACTIONS

export const actionOf = (name: ActionName): Action => ACTIONS[name]

/** The call to the control API that an action makes. @throws {Invalid} */
export function callOf(action: Action, form: Values): ControlCall {
  const [method, path = ''] = action.call.split(' ')
  const filled = path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(form[name] ?? ''))
  return { method: method as ControlCall['method'], path: `/_sandbox${filled}`, body: action.body?.(form) }
}

const filledIn = (text: string | undefined): string | undefined => text?.trim() || undefined

function attributesIn({ attributes_json }: Values): object | undefined {
  const text = filledIn(attributes_json)
  return text === undefined ? undefined : parseJson(text, 'The attributes')
}

/** A seed in JSON or YAML, as the value that the control API checks. @throws {Invalid} for neither */
function seedIn(text: string): object {
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

const MOST_CHANGES = 6

function clockMoved({ now, changes, more = 0 }: ClockAnswer): Partial<Notice> {
  const text = `The clock of the site is now at ${now}.`
  if (changes?.length === 0) return { text, details: ['Nothing changed by it.'] }
  const details = changes?.slice(0, MOST_CHANGES).map(({ message }) => message)
  const rest = more + (changes?.slice(MOST_CHANGES).length ?? 0)
  return { text, details: rest > 0 ? [...(details ?? []), `and ${rest} more changes`] : details }
}

function eventSent({ event = '', email }: Values, { outcomes }: EventResult): Partial<Notice> {
  const sent = `“${event.trim()}” was sent to ${email}`
  const effects = outcomes.filter(({ type }) => type !== 'no_effect')
  return effects.length > 0
    ? { text: `${sent}.`, details: effects.map(({ message }) => message) }
    : { tone: 'wait', text: `${sent} and had no effect.` }
}

/** A seed of usual size fits into a form. Larger ones are put by the control API. */
const BODY_LIMIT = 32 * 1024 * 1024

/** Makes the call of a button, and redirects to a page with the notice. */
export async function actionRoutes(
  scope: FastifyInstance,
  { options: { control }, notices }: Context,
): Promise<void> {
  scope.post<{ Params: { action: string }; Body: Values | undefined }>(
    '/actions/:action',
    { schema: { hide: true }, bodyLimit: BODY_LIMIT },
    async ({ params: { action: name }, body }, reply) => {
      if (!Object.hasOwn(ACTIONS, name)) throw new NotFound(`there is no action ${name}`)
      if (!control) throw new Conflict('the control API is off, so the inspector cannot change anything')
      const action = actionOf(name as ActionName)
      const form = { ...body, email: body?.email?.trim() } as Values
      const leave = (to: string, notice: Notice) =>
        redirect(reply, withQuery(to, { notice: notices.put(notice) }))
      const back = ownPath(form.back)

      let call: ControlCall
      try {
        call = callOf(action, form)
      } catch (error) {
        if (error instanceof Invalid) return leave(back, { tone: 'bad', text: error.message, form })
        throw error
      }
      const response = await control(call)
      const answer = response.body === '' ? undefined : JSON.parse(response.body)
      if (response.status >= 400) {
        const { detail, errors } = answer as Problem
        const details = errors?.map(error => `${error.pointer || '/'} ${error.detail}`)
        return leave(back, { tone: 'bad', text: detail, details, form })
      }
      const done = typeof action.done === 'string' ? action.done : action.done(form, answer)
      const said = typeof done === 'string' ? { text: done } : done
      return leave(action.next?.(form, answer) ?? back, { tone: 'good', text: '', answer, ...said })
    },
  )
}

/** How the control API refuses a call. */
interface Problem {
  detail: string
  errors?: { pointer: string; detail: string }[]
}
