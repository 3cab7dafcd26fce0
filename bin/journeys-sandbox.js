#!/usr/bin/env node
// Plain old JavaScript, so that a Node too old for the program still understands this much of it; and CommonJS, as
// package.json beside it says, since Node starts that sooner.
const { existsSync } = require('node:fs')
const { enableCompileCache, flushCompileCache } = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

const OLDEST = [22, 18]
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `journeys-sandbox needs Node ${OLDEST.join('.')} or newer, this is ${process.versions.node}; use npm start, which brings its own`,
  )
  process.exit(1)
}

// What is compiled is kept for the next start. Flushed once the program runs, as it may be ended in any way.
enableCompileCache()

// A checkout runs from its sources; the package, which has none, from what was built of them.
const source = join(__dirname, '../src/main.ts')
const program = existsSync(source)
  ? import(pathToFileURL(source).href)
  : Promise.resolve(require('../dist/main.cjs'))
program
  .then(({ running }) => running)
  .then(() => {
    flushCompileCache()
    setTimeout(saveMemory, 100).unref()
  })

// Less than half of the memory, for about a tenth of the throughput: garbage is looked for sooner, among what is new by
// this thread alone, since waking others for so little takes longer. V8 reads all three whenever it collects; not at
// the start, which they would make longer.
function saveMemory() {
  const { setFlagsFromString } = require('node:v8')
  for (const flag of ['semi-space-growth-factor=1', 'heap-growing-percent=20', 'no-parallel-scavenge'])
    setFlagsFromString(`--${flag}`)
}
