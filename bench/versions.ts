import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFile } from './servers.ts'

const versionIn =
  (modules: string) =>
  (name: string): string =>
    JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version

/** The installed version of a package that the product uses. */
export const versionOf = versionIn(benchFile('../node_modules'))

/** The installed version of a peer. */
export const peerVersionOf = versionIn(benchFile('node_modules'))
