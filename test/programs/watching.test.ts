import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { seedWatch } from '../../src/cli/seed-watch.ts'
import { ConfigError } from '../../src/config.ts'
import { type SeedDocument, startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/process.ts'
import { id, journeyOf, memberOf, SITE, seedOf } from '../support/seeds.ts'

const folder = temporaryFolder()
const file = folder.file('seed.json', JSON.stringify(seedOf()))
const named = (name: string): SeedDocument => seedOf({ journeys: [journeyOf(1, { name })] })
const text = (name: string) => JSON.stringify(named(name))

let program: Program
let origin: string
beforeAll(async () => {
  program = new Program(['--seed', file, '--port', '0', '--auth', 'off', '--watch'])
  const [, url = ''] = await program.printed(/^Journeys API {2}(\S+)\n[\s\S]*\ncurl /)
  origin = new URL(url).origin
})
afterAll(async () => {
  await program[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const names = async (): Promise<string[]> => {
  const { journeys } = (await (await fetch(`${origin}/api/3.0/journeys`)).json()) as {
    journeys: { name: string }[]
  }
  return journeys.map(({ name }) => name)
}
const control = (method: string, path: string, body?: object) =>
  fetch(`${origin}/_sandbox/sites${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })

/** What is printed, on either stream, from here on. */
function printing(stream: 'stdout' | 'stderr') {
  const start = program[stream].length
  return async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const printed = program[stream].slice(start)
      if (pattern.test(printed)) return printed
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
}
const RELOADED = /seed\.json reloaded: site \S+ with 1 journeys and 1 members\n/

describe('A server that watches its seed', () => {
  it.each<[string, () => void]>([
    ['written in place', () => writeFileSync(file, text('written in place'))],
    [
      'put in its place, as editors do',
      () => {
        writeFileSync(`${file}.new`, text('put in its place, as editors do'))
        renameSync(`${file}.new`, file)
      },
    ],
    [
      'written in two halves',
      () => {
        const all = text('written in two halves')
        writeFileSync(file, all.slice(0, 200))
        setTimeout(() => writeFileSync(file, all), 150)
      },
    ],
  ])('has what is %s', async (name, write) => {
    const printed = printing('stdout')
    write()
    await printed(RELOADED)
    expect(await names()).toEqual([name])
  })

  it('goes back to it on a reset, and keeps its clock and faults', async () => {
    await control('PUT', `/${SITE.site_id}/clock`, { now: '2099-01-01T00:00:00Z', frozen: true })
    await control('POST', `/${SITE.site_id}/faults`, { times: 1, fault: { kind: 'status', status: 503 } })
    const printed = printing('stdout')
    writeFileSync(file, text('reloaded'))
    await printed(RELOADED)
    const headers = { 'x-annexcloud-site': SITE.site_id }
    expect((await fetch(`${origin}/api/3.0/journeys`, { headers })).status).toBe(503)
    const clock = (await (await control('GET', `/${SITE.site_id}/clock`)).json()) as { now: string }
    expect(clock.now).toMatch(/^2099/)
    await control('DELETE', `/${SITE.site_id}/journeys/${id(1)}`)
    expect(await names()).toEqual([])
    await control('POST', `/${SITE.site_id}/reset`)
    expect(await names()).toEqual(['reloaded'])
  })

  it('keeps its data while the file has issues or is missing, lists the issues, and reloads the file when it is back', async () => {
    let printed = printing('stderr')
    const members = [memberOf('ann'), memberOf('bob')]
    const wrong = JSON.stringify(seedOf({ members }), null, 1)
    writeFileSync(file, wrong)
    const lineOf = (email: string) => wrong.slice(0, wrong.indexOf(`"${email}"`)).split('\n').length
    expect(await printed(/\/members\/1/)).toBe(
      `warning: ${file} was not reloaded, and the site stays as it is:\n` +
        `${file}:${lineOf('ann')}:13 /members/0/email: "ann" is not an email address\n` +
        `${file}:${lineOf('bob')}:13 /members/1/email: "bob" is not an email address\n`,
    )
    printed = printing('stderr')
    rmSync(file)
    expect(await printed(/ENOENT/)).toContain('was not reloaded')
    expect(await names()).toEqual(['reloaded'])
    const back = printing('stdout')
    writeFileSync(file, text('back'))
    await back(RELOADED)
    expect(await names()).toEqual(['back'])
  })

  it('takes another name and secret, and moves to another id unless that is taken', async () => {
    const site = { site_id: 'moved', name: 'another', secret: 'changed' }
    let printed = printing('stdout')
    writeFileSync(file, JSON.stringify({ ...named('moved'), site }))
    await printed(/site moved with/)
    expect(await (await control('GET', '/moved')).json()).toMatchObject(site)
    expect((await control('GET', `/${SITE.site_id}`)).status).toBe(404)

    await control('POST', '', { site_id: 'taken', seed: 'empty' })
    const warned = printing('stderr')
    writeFileSync(file, JSON.stringify({ ...named('taken'), site: { ...site, site_id: 'taken' } }))
    expect(await warned(/there is a site taken already/)).toContain('was not reloaded')
    expect(await names()).toEqual(['moved'])
    printed = printing('stdout')
    writeFileSync(file, JSON.stringify({ ...named('again'), site }))
    await printed(RELOADED)
    expect(await names()).toEqual(['again'])
  })

  it('stops on SIGTERM', async () => {
    expect(await program.stop('SIGTERM')).toMatchObject({ code: 0, signal: null })
  })
})

it('What is written while the server starts is not missed', async () => {
  using own = temporaryFolder()
  const seed = own.file('seed.json', text('at first'))
  const follow = seedWatch([seed], '')
  await using sandbox = await startSandbox({ seed, logLevel: 'silent' })
  writeFileSync(seed, text('meanwhile'))
  const printed = Promise.withResolvers<string>()
  const unfollow = follow(sandbox, { print: printed.resolve, warn: printed.reject })
  expect(await printed.promise).toMatch(/reloaded/)
  unfollow()
  const [site] = sandbox.sites()
  expect(site?.content.read().journeys.map(({ name }) => name)).toEqual(['meanwhile'])
})

it('Of a directory each file is followed, and a new one is a new site', async () => {
  using own = temporaryFolder()
  const yaml = (site_id: string, name: string) =>
    `site: { site_id: ${site_id} }\njourneys: [{ name: ${name} }]\n`
  own.file('a.yaml', yaml('a', 'First'))
  own.file('b.yaml', yaml('b', 'Second'))
  const follow = seedWatch([own.path], '')
  await using sandbox = await startSandbox({ seed: own.path, logLevel: 'silent' })
  const printed: string[] = []
  const warned: string[] = []
  const unfollow = follow(sandbox, { print: line => printed.push(line), warn: line => warned.push(line) })
  own.file('b.yaml', yaml('b', 'Changed'))
  own.file('c.yaml', yaml('c', 'New'))
  own.file('d.yaml', Buffer.from([0xff, 0xfe]))
  await expect.poll(() => [printed.length, warned.length]).toEqual([2, 1])
  unfollow()
  const names = sandbox.sites().map(({ site_id, content }) => [site_id, content.read().journeys[0]?.name])
  expect(names).toEqual([
    ['a', 'First'],
    ['b', 'Changed'],
    ['c', 'New'],
  ])
  expect(warned[0]).toContain('UTF-16')
})

it('Relative times of a changed and of a new file are resolved by the time of --now, as at the start', async () => {
  using own = temporaryFolder()
  const now = '2031-05-06T00:00:00Z'
  const yaml = (name: string) =>
    `site: { site_id: ${name} }\njourneys: [{ name: J, created_at: -P1D }]\nmembers: []\n`
  own.file('a.yaml', yaml('a'))
  const follow = seedWatch([own.path], now)
  await using sandbox = await startSandbox({ seed: own.path, now, logLevel: 'silent' })
  const createdAt = () =>
    sandbox.sites().map(({ site_id, content }) => [site_id, content.read().journeys[0]?.created_at])
  const dayBefore = '2031-05-05T00:00:00.000000'
  expect(createdAt()).toEqual([['a', dayBefore]])
  const printed: string[] = []
  const unfollow = follow(sandbox, { print: line => printed.push(line), warn: line => printed.push(line) })
  own.file('a.yaml', `${yaml('a')}# changed\n`)
  own.file('b.yaml', yaml('b'))
  await expect.poll(() => printed.length).toBe(2)
  unfollow()
  expect(createdAt()).toEqual([
    ['a', dayBefore],
    ['b', dayBefore],
  ])
})

it.each([
  ['without a file', [], /^--watch: there is no file to watch/],
  ['without a file of its own', ['--seed', 'empty'], /^--watch: there is no file to watch/],
  ['with a database', ['--seed', file, '--db', 'kept.db'], /^--watch: .* --db/],
])('To watch %s is a usage error', async (_what, args, message) => {
  const nothing = () => expect.fail()
  const started = buildProgram({
    print: nothing,
    warn: nothing,
    readInput: nothing,
    onStop: nothing,
  }).parseAsync([...['node', 'journeys-sandbox', '--watch'], ...args])
  await expect(started).rejects.toThrow(ConfigError)
  await expect(started).rejects.toThrow(message)
})
