import type { FastifyInstance, FastifyReply } from 'fastify'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { type Action, actionOf, isAction } from './actions.ts'
import type { Notice } from './notices.ts'
import type { ControlCall, Form, InspectorOptions } from './options.ts'
import { redirect } from './page.ts'
import { ownPath, withQuery } from './paths.ts'
import { PAGE, type PageOptions } from './view.ts'

/** A seed of usual size fits into a form. Larger ones are put by the control API. */
const BODY_LIMIT = 32 * 1024 * 1024

/** What the buttons do: exactly the call that is shown beside them, and then back to the page. */
export async function actionRoutes(scope: FastifyInstance, { options, notices }: PageOptions): Promise<void> {
  const { control } = options

  scope.post<{ Params: { action: string }; Body: Form | undefined }>(
    '/actions/:action',
    { ...PAGE, bodyLimit: BODY_LIMIT },
    async ({ params: { action }, body }, reply) => {
      if (!isAction(action)) throw new NotFound(`there is no action ${action}`)
      if (!control) throw new Conflict('the control API is off, so the inspector cannot change anything')
      return act(actionOf(action), body ?? {}, control, reply)
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
      redirect(reply, withQuery(to, { notice: notices.put(notice) }))
    const refused = (text: string, details?: string[]) =>
      leave(back, { tone: 'bad', text, ...(details && { details }), form: form as Record<string, string> })

    let call: ControlCall
    try {
      call = action.call(form.site ?? '', form)
    } catch (error) {
      if (error instanceof Invalid) return refused(error.message)
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
    return leave(action.next?.(answer, form) ?? back, {
      tone: 'good',
      answer,
      ...action.said(form, answer),
    })
  }
}
