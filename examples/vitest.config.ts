import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['vitest/*.test.ts', 'pact/*.test.ts', 'postman/*.test.ts'],
    testTimeout: 15_000,
  },
})
