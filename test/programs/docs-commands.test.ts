import { readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { useDemo } from '../support/demo.ts'
import { ROOT } from '../support/docs.ts'
import { followPage } from '../support/follow.ts'

/** The commands of the pages that need Node alone are run as they stand. */

const demo = useDemo()

describe('The commands work, and leave the demo as they found it:', () => {
  test('docs/seeds.md', () => followPage('docs/seeds.md', demo))

  test('docs/live-api.md', () =>
    followPage('docs/live-api.md', demo, {
      'vendor.yaml': readFileSync(new URL('openapi/journeys.openapi.yaml', ROOT), 'utf8'),
    }))
})
