import { defineConfig } from 'vitest/config'

/** Tests that train whole studies: `npm run test:slow`. */
export default defineConfig({
  test: {
    include: ['src/**/*.slow.ts'],
    globalSetup: 'src/testing/built.ts',
    testTimeout: 30 * 60_000,
    hookTimeout: 30 * 60_000,
  },
})
