import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Folder, temporaryFolder } from '../support/folder.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'
import { BASE_PATH, CALM } from './requests.ts'
import { type ControlAnswer, Server } from './server.ts'
import { report } from './settings.ts'

const HERE = `/sites/${CALM.site_id}`
const OTHER = '/sites/other'

/** A place for a database where there is little room, which can be used up. */
interface Disk extends Disposable {
  /** The path of the database. */
  db: string
  /** How the program is started there. */
  options: { shell?: string }
  use(): void
  free(): { shell?: string }
}

/** A file system of 6 MiB. @throws when this user may not mount one */
function smallFileSystem(folder: Folder): Disk {
  const path = folder.file('disk')
  const ballast = `${path}/ballast`
  mkdirSync(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', path])
  return {
    db: `${path}/kept.db`,
    options: {},
    use: () => writeUntilFull(ballast),
    free() {
      rmSync(ballast)
      return {}
    },
    [Symbol.dispose]: () => execFileSync('umount', ['-l', path]),
  }
}

function writeUntilFull(file: string): void {
  const descriptor = openSync(file, 'a')
  try {
    for (let size = 1 << 20; size >= 1; size >>= 1) {
      while (writes(descriptor, size));
    }
  } finally {
    closeSync(descriptor)
  }
}

function writes(descriptor: number, size: number): boolean {
  try {
    return writeSync(descriptor, Buffer.alloc(size)) === size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}

/** A process whose files may not grow beyond 1 MiB. */
const smallFiles = (folder: Folder): Disk => ({
  db: folder.file('kept.db'),
  // In blocks of 512 bytes.
  options: { shell: 'ulimit -f 2048' },
  use: () => undefined,
  free: () => ({}),
  [Symbol.dispose]: () => undefined,
})

// Only root can mount one, and not in every container.
const canMount = process.getuid?.() === 0 && mounts()
if (!canMount) report('No file system can be mounted here: a full one is not tested.')

function mounts(): boolean {
  using folder = temporaryFolder()
  try {
    smallFileSystem(folder)[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}

const DISKS: [name: string, disk: (folder: Folder) => Disk][] = [
  ['files that may not grow', smallFiles],
  ...(canMount ? [['a full file system', smallFileSystem] as [string, typeof smallFileSystem]] : []),
]

/** A member for whom there is a fault rule that counts. */
const COUNTED = 'counted@example.com'
const journeyId = 'de04a64d-dc40-445f-8351-3dde7567d5c8'

/** Every kind of write. */
const WRITES: [method: string, path: string, body?: unknown][] = [
  ['DELETE', `${HERE}/faults/fault-1`],
  ['POST', `${HERE}/faults`, { fault: { kind: 'hang' } }],
  ['PUT', `${HERE}/clock`, { now: '2035-01-01T00:00:00Z' }],
  ['POST', `${HERE}/clock/advance`, { by: 'P1D' }],
  ['POST', `${HERE}/members/ann@example.com/events`, { event: 'e' }],
  ['POST', `${HERE}/events`, { events: [{ email: 'new@example.com', event: 'e' }] }],
  ['PUT', `${HERE}/members/new@example.com`, {}],
  ['DELETE', `${HERE}/members/ann@example.com`],
  ['DELETE', `${HERE}/journeys/${journeyId}`],
  ['PUT', `${HERE}/snapshots/second`],
  ['DELETE', `${HERE}/snapshots/first`],
  ['POST', `${HERE}/snapshots/first/restore`],
  ['POST', '/provider-states', { state: 'a member without journeys' }],
  ['POST', '/sites', { site_id: 'third' }],
  ['DELETE', OTHER],
  ['DELETE', `${HERE}/faults`],
  ['POST', `${HERE}/reset`],
  ['POST', `${OTHER}/reset`],
  ['POST', '/reset'],
]

describe.each(DISKS)('On %s', (_name, diskIn) => {
  test('a refused write changes nothing, in memory and after a restart, and the server lives on', async () => {
    using folder = temporaryFolder()
    using disk = diskIn(folder)
    const args = ['--db', disk.db, '--log-level', 'silent']
    let before: unknown
    {
      await using server = await Server.start(args, disk.options)
      await server.expect('POST', '/sites', { site_id: 'other' })
      await server.expect('POST', `${HERE}/faults`, {
        match: { email: 'f@example.com' },
        fault: { kind: 'hang' },
      })
      await server.expect('POST', `${HERE}/faults`, {
        match: { email: COUNTED },
        fault: { kind: 'status', status: 429 },
      })
      await server.expect('PUT', `${HERE}/clock`, { now: '2034-01-01T00:00:00Z', frozen: true })
      await server.expect('PUT', `${HERE}/snapshots/first`)
      disk.use()
      await fill(server)
      await expectAnswers(server)
      let refused = 0
      for (const [method, path, body] of WRITES) {
        before = await stateOf(server)
        const answer = await server.control(method, path, body)
        if (answer.status < 400) continue
        refused++
        expectRefusal(`${method} ${path}`, answer)
        expect(await stateOf(server), `${method} ${path}`).toEqual(before)
      }
      expect(refused).toBeGreaterThan(WRITES.length / 2)
      before = await stateOf(server)
      await server.program.stop('SIGKILL')
    }
    await expectRestart(args, disk.options, before)
    const options = disk.free()
    await using server = await Server.start(args, options)
    expect(await stateOf(server)).toEqual(before)
    await server.expect('PUT', `${HERE}/members/later@example.com`, {})
    expect(await server.program.stop('SIGTERM')).toMatchObject({ code: 0, stderr: '' })
  })
})

/** Writes until even little is refused. */
async function fill(server: Server): Promise<void> {
  for (const size of [40_000, 4000, 10]) {
    let refused = 0
    for (let n = 0; refused < 3; n++) {
      if (n > 400) throw new Error('the disk does not get full')
      const body = { attributes: { text: 'x'.repeat(size) } }
      const { status } = await server.control('PUT', `${HERE}/members/filler-${size}-${n}@example.com`, body)
      if (status >= 400) refused++
    }
  }
}

function expectRefusal(call: string, { status, body }: ControlAnswer): void {
  expect([500, 507], `${call}: ${JSON.stringify(body)}`).toContain(status)
  expect(body.detail, call).toMatch(/^database .*kept\.db (cannot|is) .*(disk|folder|space)/)
}

/** The vendor's API goes on; only where a fault rule has to count a request it may be unable to. */
async function expectAnswers({ origin }: Server): Promise<void> {
  const call = (path: string, identifier: string) =>
    fetch(`${origin}${BASE_PATH}${path}`, { headers: headersOf(jwt(goodClaims(identifier)), CALM.site_id) })
  expect((await call('/journeys', '')).status).toBe(200)
  const counted = await call(`/user/${COUNTED}/journeys`, COUNTED)
  expect([429, 500]).toContain(counted.status)
  expect(await counted.json()).toEqual({ errorCode: 'AC1001', errorMessage: 'Oops! Something went wrong' })
  if (counted.status === 500)
    expect(counted.headers.get('x-sandbox-explain')).toMatch(/^server: database .* (disk|folder|space)/)
}

/** With the disk still full, the program either serves what it had or says in one line what to do. */
async function expectRestart(args: string[], options: { shell?: string }, before: unknown): Promise<void> {
  const server = await Server.start(args, options).catch((error: Error) => error)
  if (server instanceof Error) {
    expect(server.message).toMatch(
      /"code":1,.*"stderr":"database ((?!\\n).)* (disk|folder|space)((?!\\n).)*\\n"\}$/,
    )
    return
  }
  await using running = server
  expect(await stateOf(running)).toEqual(before)
  expect(await running.program.stop('SIGTERM')).toMatchObject({ code: 0 })
}

/** All that the server holds. */
async function stateOf(server: Server): Promise<unknown> {
  const { sites } = await server.expect('GET', '/sites')
  const states = []
  for (const { base_url: _port, clock: _running, ...site } of sites) {
    const path = `/sites/${site.site_id}`
    const { faults } = await server.expect('GET', `${path}/faults`)
    const { snapshots } = await server.expect('GET', `${path}/snapshots`)
    const clock = site.site_id === CALM.site_id ? await server.expect('GET', `${path}/clock`) : undefined
    states.push({ site, faults, snapshots, clock, data: await server.expect('GET', `${path}/data`) })
  }
  return states
}
