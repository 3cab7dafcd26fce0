import { describe, test } from 'vitest'
import { useDemo } from '../support/demo.ts'
import { followPage } from '../support/follow.ts'

/** The commands of the pages that need curl are run as they stand. */

const demo = useDemo()

describe('The commands work, and leave the demo as they found it:', () => {
  test.each(['README.md', 'docs/control-api.md', 'docs/testing.md', 'docs/docker.md'])('%s', page =>
    followPage(page, demo),
  )
})
