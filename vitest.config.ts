import { defineConfig } from 'vitest/config'

// What starts the command again and again, and what needs a browser, curl, Python, PHP or Java. What is missing fails, and
// nothing is skipped.
const PROGRAMS = 'test/programs/**/*.test.ts'
// Minutes of abuse of a real process; see test/abuse/settings.ts.
const ABUSE = 'test/abuse/**/*.test.ts'

export default defineConfig({
  test: {
    // A machine that is busy with other things takes a multiple of what it takes else.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    globalSetup: 'test/support/packaged.ts',
    // No test leaves anything behind in a module, so that a worker can serve several files.
    isolate: false,
    // Some tests wait for programs that they start.
    maxWorkers: '150%',
    projects: [
      { extends: true, test: { name: 'node', include: ['test/**/*.test.ts'], exclude: [PROGRAMS, ABUSE] } },
      { extends: true, test: { name: 'programs', include: [PROGRAMS] } },
      { extends: true, test: { name: 'abuse', include: [ABUSE], testTimeout: 600_000, maxConcurrency: 10 } },
    ],
  },
})
