import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { benchFile, type Server, start } from './servers.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** The command as it is published, in a place of its own. */
export interface Packed {
  program: string
  /** How it got there. */
  how: string
  /** Started with arguments for `serve`, on a free port. `compileCache` is where Node keeps what it compiled. */
  serve(args?: string[], compileCache?: string): Promise<Server>
  /** Started with a copy of a database, as two processes that keep one would be in each other's way. */
  serveCopy(database: string, args?: string[]): Promise<Server>
  /** A new empty directory. */
  directory(): string
}

/**
 * Builds and packs the sandbox, and installs the package in a temporary directory: from the registry with all it depends
 * on, or, sooner and without a network, beside the packages that are here already.
 */
export function packSandbox(fromRegistry: boolean): Packed {
  const home = temporaryDirectory()
  const directory = (): string => mkdtempSync(join(home, 'd-'))
  const root = benchFile('..')
  run(root, process.execPath, 'scripts/build.ts')
  // What else a release builds is declarations, which no start reads.
  run(root, 'npm', 'pack', '--ignore-scripts', '--pack-destination', home)
  const tarball = join(home, readdirSync(home).find(name => name.endsWith('.tgz')) as string)
  const place = fromRegistry ? installed(home, tarball) : unpacked(home, tarball, root)
  const program = join(place, 'bin/journeys-sandbox.js')
  const usual = directory()
  const serve: Packed['serve'] = (args = [], compileCache = usual) =>
    start(program, ['serve', '--port', '0', ...args], {
      env: { NODE_COMPILE_CACHE: compileCache },
      // Not that of a request log, which leaves out the base path.
      says: /^Journeys API/,
    })
  return {
    program,
    how: fromRegistry ? 'npm pack, npm install' : 'npm pack, unpacked beside the packages of the sources',
    serve,
    serveCopy: (database, args = []) => {
      const copy = join(directory(), 'copy.db')
      copyFileSync(database, copy)
      return serve(['--db', copy, ...args])
    },
    directory,
  }
}

function installed(home: string, tarball: string): string {
  run(home, 'npm', 'install', '--prefix', home, '--no-audit', '--no-fund', tarball)
  return join(home, 'node_modules/journeys-sandbox')
}

function unpacked(home: string, tarball: string, root: string): string {
  run(home, 'tar', '-xzf', tarball)
  symlinkSync(join(root, 'node_modules'), join(home, 'package/node_modules'))
  return join(home, 'package')
}

/** @throws with what the command said, when it failed */
export function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}
