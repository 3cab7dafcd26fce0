import { readFileSync } from 'node:fs'

/**
 * A file of this package, by its path from the top. This file lies as deep below the top as the bundle that it becomes
 * a part of, so that it holds for both.
 */
export const packageFile = (path: string): URL => new URL(`../${path}`, import.meta.url)

/** The version of this package. */
export const version: string = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')).version
