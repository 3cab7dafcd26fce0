import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/packaged.ts',
    testTimeout: 60_000,
    // No test leaves anything behind in a module, so that a worker can serve several files.
    isolate: false,
    maxWorkers: '100%',
  },
})
