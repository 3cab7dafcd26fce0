// Refuses a Node that is too old, on which SQLite would end the process without a word. The command and the library
// both import it; in plain JavaScript, as an old Node reads no more than that.
import { readFileSync } from 'node:fs'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const required = engines.node.replace('>=', '')
const { node } = process.versions

if (required.localeCompare(node, undefined, { numeric: true }) > 0)
  throw new Error(`journeys-sandbox needs Node ${required} or newer; this is Node ${node}`)
