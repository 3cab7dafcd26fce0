import { describe, expect, it } from 'vitest'
import { Conflict, type Sandbox, SeedError, type SeedInput, startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'

const siteOf = (site_id: string): SeedInput => ({ site: { site_id }, journeys: [{ name: site_id }] })
const text = (site_id: string) => JSON.stringify(siteOf(site_id))
const idsOf = (sandbox: Sandbox) => sandbox.sites().map(({ site_id }) => site_id)
const start = (options: Parameters<typeof startSandbox>[0]) =>
  startSandbox({ logLevel: 'silent', ...options })

describe('A sandbox starts with several seeds', () => {
  it('from files, documents and the demo, each a site', async () => {
    using folder = temporaryFolder()
    const file = folder.file('shop.yaml', 'site: { site_id: shop }')
    await using sandbox = await start({ seed: [file, siteOf('other'), 'demo'] })
    expect(idsOf(sandbox)).toEqual(['shop', 'other', '9991331'])
    sandbox.sites()[1]?.member('ann@example.com').did('purchase')
    sandbox.reset()
    expect(sandbox.sites()[1]?.content.read().members).toEqual([])
  })

  it('from one document', async () => {
    await using sandbox = await start({ seed: siteOf('alone') })
    expect(idsOf(sandbox)).toEqual(['alone'])
  })

  it('from a directory, in the order of the names, and passes over what is no seed', async () => {
    using folder = temporaryFolder()
    for (const name of ['c.yml', 'a.yaml', 'b.json']) folder.file(name, text(name))
    folder.file('notes.md', 'no seed')
    folder.file('seed.schema.json', '{}')
    await using sandbox = await start({ seed: folder.path })
    expect(idsOf(sandbox)).toEqual(['a.yaml', 'b.json', 'c.yml'])
  })

  it('or with none, when something is wrong with any of them, and says all of it', async () => {
    using folder = temporaryFolder()
    const [good, wrong, same] = [
      folder.file('good.json', text('shop')),
      folder.file('wrong.yaml', 'journeys:\n  - nmae: x\n'),
      folder.file('same.json', text('shop')),
    ]
    const db = folder.file('kept.db')
    const started = start({ seed: [good, wrong, same, folder.file('gone.yaml')], db })
    await expect(started).rejects.toThrow(SeedError)
    await expect(started).rejects.toThrow(
      new RegExp(
        [
          `${wrong}:2:5 /journeys/0/name: is missing`,
          `${wrong}:2:5 /journeys/0/nmae: is not a known property here; did you mean "name"\\?`,
          `${same} /site/site_id: "shop" is taken by ${good}`,
          `${folder.file('gone.yaml')} /: cannot be read: ENOENT`,
        ].join('\n'),
      ),
    )
    await using sandbox = await start({ seed: good, db })
    expect(idsOf(sandbox)).toEqual(['shop'])
  })

  it('but not from a directory without any', async () => {
    using folder = temporaryFolder()
    await expect(start({ seed: folder.path })).rejects.toThrow(
      /is a directory without a \.yaml, \.yml or \.json file/,
    )
  })
})

describe('A sandbox that starts at a time', () => {
  it('has it on all sites, frozen, until a test sets it, and again after a reset', async () => {
    await using sandbox = await start({ seed: [siteOf('a'), siteOf('b')], now: '2026-03-01' })
    const reading = { now: '2026-03-01T00:00:00.000000Z', frozen: true, tokens: false }
    const later = sandbox.createSite({ site_id: 'c', seed: 'empty' })
    for (const site of sandbox.sites()) expect(site.clock.read()).toEqual(reading)
    later.clock.advance('P1D')
    expect(later.clock.read()).toEqual({ ...reading, now: '2026-03-02T00:00:00.000000Z' })
    expect(() => later.clock.set({ now: '2026-02-01T00:00:00Z' })).toThrow(Conflict)
    later.reset()
    expect(later.clock.read()).toEqual(reading)
  })

  it('loads relative times from there, so that every start is the same', async () => {
    const seed: SeedInput = {
      journeys: [{ name: 'J', end_date: '+P1D', nodes: [{ type: 'entry', name: 'In' }] }],
      members: [{ email: 'ann@example.com', events: [{ event: 'x', at: '-PT1H' }] }],
    }
    const exports: string[] = []
    for (let i = 0; i < 2; i++) {
      await using sandbox = await start({ seed, now: '2026-03-01T12:00:00+01:00' })
      const site = sandbox.createSite({ site_id: 'other', seed })
      const [first] = sandbox.sites()
      expect(site.content.read().journeys).toEqual(first?.content.read().journeys)
      exports.push(JSON.stringify(first?.content.read()))
    }
    expect(exports[1]).toBe(exports[0])
    expect(exports[0]).toContain('"at":"2026-03-01T10:00:00.000000"')
  })

  it('takes tokens by the system clock', async () => {
    await using sandbox = await start({ seed: siteOf('a'), now: '2099-01-01' })
    const headers = sandbox.sites()[0]?.headersFor() ?? {}
    expect((await fetch(`${sandbox.url}/journeys`, { headers })).status).toBe(200)
  })

  it.each(['soon', '2026-02-30', '-P3D'])('does not start at %s', async now => {
    await expect(start({ now })).rejects.toThrow(/^now: /)
  })
})
