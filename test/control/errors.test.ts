import { expect, test, vi } from 'vitest'
import { errorBody } from '../../src/contract/errors.ts'
import { StorageFull } from '../../src/errors.ts'
import { testApp } from '../support/app.ts'
import { SITE } from '../support/seeds.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'

const full = new StorageFull('database kept.db cannot grow: its disk is full; free some space and try again')

test('A database that cannot be written is a 507 with what to do about it', async () => {
  await using sandbox = await testApp()
  vi.spyOn(sandbox.sites.get(SITE.site_id).clock, 'set').mockImplementation(() => {
    throw full
  })
  const url = `/_sandbox/sites/${SITE.site_id}/clock`
  const response = await sandbox.app.inject({ method: 'PUT', url, payload: { frozen: true } })
  expect(response.statusCode).toBe(507)
  expect(response.json()).toMatchObject({ status: 507, detail: full.message })
})

test("To the vendor's API it is a 500, with what to do about it in the explanation", async () => {
  await using sandbox = await testApp()
  vi.spyOn(sandbox.sites.get(SITE.site_id).faults, 'next').mockImplementation(() => {
    throw full
  })
  const response = await sandbox.app.inject({
    url: '/api/3.0/journeys',
    headers: headersOf(jwt(goodClaims(''))),
  })
  expect(response.statusCode).toBe(500)
  expect(response.json()).toEqual(errorBody('AC1001'))
  expect(response.headers['x-sandbox-explain']).toBe(`server: ${full.message}`)
})

test('A bug is a 500 that does not describe it', async () => {
  await using sandbox = await testApp()
  vi.spyOn(sandbox.sites.get(SITE.site_id).clock, 'read').mockImplementation(() => {
    throw new Error('a secret')
  })
  const response = await sandbox.app.inject({ url: `/_sandbox/sites/${SITE.site_id}/clock` })
  expect(response.statusCode).toBe(500)
  expect(response.body).not.toContain('a secret')
})
