import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startSandbox } from 'journeys-sandbox'
import newman, { type NewmanRunSummary } from 'newman'
import { expect, test } from 'vitest'
import collection from '../journeys.postman_collection.json' with { type: 'json' }

const FILE = fileURLToPath(new URL('../journeys.postman_collection.json', import.meta.url))

test('every request of the Postman collection is signed by its script, and answered', async () => {
  const sandbox = await startSandbox()
  const run = newman.run({ collection: FILE, envVar: [{ key: 'baseUrl', value: sandbox.url }] })
  const [error, summary] = (await once(run, 'done')) as [Error | null, NewmanRunSummary]
  await sandbox.close()

  expect(error).toBeNull()
  expect(summary.run.failures).toEqual([])
  const statuses = summary.run.executions.map(({ item, response }) => [item.name, response.code])
  expect(statuses).toEqual(collection.item.map(({ name }) => [name, 200]))
})
