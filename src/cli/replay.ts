import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { ConfigError, readConfig, settings } from '../config.ts'
import { MOST_EVENTS } from '../sites/events.ts'
import { readWholeNumber } from './input.ts'
import { startProgress } from './progress.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

interface Flags {
  origin: string
  site: string
  controlToken?: string
  batch: string
  json?: boolean
}

/** `journeys-sandbox replay FILE.jsonl`: posts a file of events, one JSON object a line, in batches. */
export function replayCommand({ print }: Terminal): Command {
  return new Command('replay')
    .description('post a file of events to a running server')
    .argument(
      '<file>',
      'JSON lines, each {"email", "event", "attributes"?, "at"?}, in the order in which they happen',
    )
    .requiredOption('--site <id>', 'the site whose members they are')
    .option('--origin <url>', 'where the server is', 'http://127.0.0.1:4300')
    .option(settings.controlToken.flag, `what its control plane demands (env: ${settings.controlToken.env})`)
    .option('--batch <number>', 'how many events to post at once, all or nothing', '1000')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, flags: Flags) => {
      const size = readWholeNumber('--batch', flags.batch, [1, MOST_EVENTS])
      const { controlToken } = readConfig(
        flags.controlToken === undefined ? {} : { controlToken: flags.controlToken },
      )
      const events = await readEvents(file)
      const outcomes = await postAll(events, size, { ...flags, controlToken })
      const counts = Object.fromEntries(
        [...Map.groupBy(outcomes, type => type)].map(([type, all]) => [type, all.length]),
      )
      print(
        flags.json
          ? JSON.stringify({ events: events.length, outcomes: counts })
          : summary(events.length, counts),
      )
    })
}

const summary = (events: number, counts: Record<string, number>): string =>
  [
    `${events} events`,
    ...Object.entries(counts).map(([type, count]) => `  ${type.padEnd(18)} ${count}`),
  ].join('\n')

/** Reads the whole file before anything is posted, so that a bad line changes nothing. @throws {ConfigError} naming the line */
async function readEvents(file: string): Promise<unknown[]> {
  const events: unknown[] = []
  let line = 0
  try {
    for await (const text of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      line++
      if (text.trim() !== '') events.push(JSON.parse(text))
    }
  } catch (error) {
    const place = error instanceof SyntaxError ? `${file}:${line}` : file
    throw new ConfigError(`${place}: ${(error as Error).message}`)
  }
  return events
}

async function postAll(events: unknown[], size: number, flags: Flags): Promise<string[]> {
  const bar = await startProgress('{value} of {total} events, {eta} s left', { total: events.length })
  const outcomes: string[] = []
  try {
    for (let start = 0; start < events.length; start += size) {
      for (const type of await post(events.slice(start, start + size), start, flags)) outcomes.push(type)
      bar.update(Math.min(start + size, events.length))
    }
  } finally {
    bar.stop()
  }
  return outcomes
}

/** @returns the types of what happened @throws {CommandFailed} with what the server has against it */
async function post(
  events: unknown[],
  start: number,
  { origin, site, controlToken }: Flags,
): Promise<string[]> {
  const url = `${origin.replace(/\/$/, '')}/_sandbox/sites/${encodeURIComponent(site)}/events`
  const authorization = controlToken ? { Authorization: `Bearer ${controlToken}` } : {}
  const headers = { 'Content-Type': 'application/json', ...authorization }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ events }) }).catch(
    error => {
      throw new CommandFailed(
        `${origin} cannot be reached: ${(error.cause ?? error).message}; is the server running?`,
      )
    },
  )
  const body = (await response.json()) as { detail: string; results: { outcomes: { type: string }[] }[] }
  if (!response.ok) {
    throw new CommandFailed(
      `events ${start + 1} to ${start + events.length} were refused, and those after not sent: ${body.detail}`,
    )
  }
  return body.results.flatMap(({ outcomes }) => outcomes.map(({ type }) => type))
}
