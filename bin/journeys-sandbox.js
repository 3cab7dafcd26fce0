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

// When `npm start` is told to end, npm ends the shell between it and this process, and nothing else.
const { ppid, env } = process
if (env.npm_package_name === 'journeys-sandbox' && env.npm_lifecycle_event === 'start') {
  const endWithoutShell = () => process.ppid === ppid || process.kill(process.pid, 'SIGTERM')
  setInterval(endWithoutShell, 500).unref()
}

// A checkout runs from its sources, the package from what is built of them.
const source = new URL('../src/main.ts', import.meta.url)
await import(existsSync(source) ? source.href : '../dist/main.mjs')
