import { cpSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'
import type { TestProject } from 'vitest/node'
import packageJson from '../../package.json' with { type: 'json' }
import { temporaryFolder } from './folder.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the package lies as it is published, beside the packages of the sources. */
    packaged: string
  }
}

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Builds the package once for all tests that start the command: it is what a user runs. */
export default async function (project: TestProject): Promise<() => void> {
  const folder = temporaryFolder()
  await build({
    config: root('tsdown.config.ts'),
    outDir: folder.file('dist'),
    dts: false,
    publint: false,
    attw: false,
    logLevel: 'error',
  })
  for (const path of ['package.json', ...packageJson.files.filter(path => path !== 'dist')])
    cpSync(root(path), folder.file(path), { recursive: true })
  symlinkSync(root('node_modules'), folder.file('node_modules'))
  project.provide('packaged', folder.path)
  return () => folder[Symbol.dispose]()
}
