import { statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/process.ts'
import { journeyOf, memberOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

const PATHS = ['/journeys', `/journeys/${journeyOf(1).id}`, '/user/ann@example.com/journeys']

const answersOf = (url: string) =>
  Promise.all(
    PATHS.map(async path => {
      const response = await fetch(`${url}${path}`, { headers: { 'X-AnnexCloud-Site': SITE.site_id } })
      expect(response.status).toBe(200)
      return response.text()
    }),
  )

it('What was committed with --db survives kill -9, and is found in the log it left behind', async () => {
  using folder = temporaryFolder()
  const seed = seedOf({ members: [memberOf('ann@example.com', participationOf(9001, 1))] })
  const db = folder.file('kept.db')
  await using program = new Program([
    ...['--port', '0', '--auth', 'off', '--db', db],
    ...['--seed', folder.file('seed.json', JSON.stringify(seed))],
  ])
  const [, url = ''] = await program.printed(/(http:\S+)[\s\S]*curl .*\n/)
  const before = await answersOf(url)
  expect(before.join()).toContain(seed.journeys[0]?.name)
  expect(await program.stop('SIGKILL')).toMatchObject({ code: null, signal: 'SIGKILL' })
  expect(statSync(`${db}-wal`).size).toBeGreaterThan(0)

  // The seed is for a new database only; this one has its site already.
  await using sandbox = await startSandbox({ db, auth: 'off', seed: 'empty' })
  expect(await answersOf(sandbox.url)).toEqual(before)
  expect(sandbox.sites().map(({ site_id, name, secret }) => ({ site_id, name, secret }))).toEqual([SITE])
})
