import type { FastifyInstance, FastifyReply } from 'fastify'
import { Conflict, NotFound } from '../errors.ts'
import { type Action, actionOf, isAction } from './actions.ts'
import { ownPath, withQuery } from './addresses.ts'
import type { Form } from './form.ts'
import type { Notice } from './notices.ts'
import type { ControlCall, InspectorOptions } from './options.ts'
import { PAGE, type PageOptions } from './view.ts'

/** What the buttons do: exactly what the call does that is shown beside them, and then back to the page. */
export async function actionRoutes(scope: FastifyInstance, { options, notices }: PageOptions): Promise<void> {
  const { control } = options

  scope.post<{ Params: { action: string }; Body: Form | undefined }>(
    '/actions/:action',
    PAGE,
    async ({ params: { action }, body }, reply) => {
      if (!isAction(action)) throw new NotFound(`there is no action ${action}`)
      if (!control) throw new Conflict('the control plane is off, so nothing can be done from here')
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
