#!/usr/bin/env node
// Plain JavaScript, so that a Node that is too old for the program still understands this much.
import { existsSync } from 'node:fs'
import module from 'node:module'

await import('./check-node.js').catch(({ message }) => {
  console.error(message)
  process.exit(1)
})

// Keeps what V8 compiles for the next start.
module.enableCompileCache()

// A checkout runs from its sources, the package from what is built of them.
const source = new URL('../src/main.ts', import.meta.url)
await import(existsSync(source) ? source.href : '../dist/main.mjs')
