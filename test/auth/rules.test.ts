import { describe, expect, it } from 'vitest'
import { ATTEMPTS } from '../../src/auth/attempts.ts'
import { AUTH_RULES } from '../../src/auth/rules.ts'
import { CHECKS } from '../../src/auth/verdict.ts'
import { verify } from '../../src/auth/verify.ts'
import { NOW_SECONDS } from '../support/app.ts'
import { SITE } from '../support/seeds.ts'

const IDENTIFIERS = [
  undefined,
  'de04a64d-dc40-445f-8351-3dde7567d5c8',
  'ann@example.com',
  'ann+b/c@example.com',
  'zoë@exämple.com',
]

describe('Every rule', () => {
  it('has a check and an attempt, and every check has a rule', () => {
    expect(new Set(AUTH_RULES.map(({ check }) => check))).toEqual(new Set(CHECKS))
    expect(AUTH_RULES.map(({ name }) => name).sort()).toEqual(Object.keys(ATTEMPTS).sort())
  })

  it.each(AUTH_RULES)('$name is kept: $what', ({ attempt, accepted, check }) => {
    const verdicts = IDENTIFIERS.flatMap(identifier => {
      const headers = attempt({ ...SITE, identifier, exp: NOW_SECONDS + 60 })
      if (!headers) return []
      const request = {
        authorization: headers.Authorization,
        siteId: headers['X-AnnexCloud-Site'],
        identifier: identifier ?? null,
      }
      const findSite = (id: string) => (id === SITE.site_id ? SITE : undefined)
      return verify(request, { findSite, now: NOW_SECONDS })
    })
    expect(verdicts.length).toBeGreaterThan(0)
    for (const verdict of verdicts) {
      expect(verdict).toMatchObject(accepted ? { ok: true } : { ok: false, check })
    }
  })
})
