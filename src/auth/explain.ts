import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from '../contract/formats.ts'
import { CHECKS } from './verdict.ts'
import { type AuthContext, type AuthRequest, runChecks } from './verify.ts'

const text = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

export const CheckReport = Type.Object(
  {
    check: OneOf(CHECKS),
    outcome: OneOf(['passed', 'warning', 'failed', 'skipped'], {
      description: 'skipped when an earlier check leaves nothing to check',
    }),
    expected: text('What passes'),
    actual: text('What was sent'),
    hint: text('What to do about it; null when there is nothing to do'),
  },
  { title: 'Check', description: 'A check of the authentication' },
)
export type CheckReport = Static<typeof CheckReport>

/** Every check of a request's authentication, where `verify` stops at the first that fails. In the same order. */
export function explain(request: AuthRequest, context: AuthContext): CheckReport[] {
  const results = [...runChecks(request, context)]
  return CHECKS.map(check => {
    const result = results.find(found => found.check === check)
    return result
      ? { ...result, hint: result.hint || null }
      : { check, outcome: 'skipped', expected: null, actual: null, hint: null }
  })
}
