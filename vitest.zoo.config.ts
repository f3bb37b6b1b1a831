import { defineConfig } from 'vitest/config'

/** Models of other libraries against those libraries: `npm run test:zoo`; needs Python with their packages. */
export default defineConfig({
  test: {
    include: ['src/**/*.zoo.ts'],
    globalSetup: 'src/testing/built.ts',
    testTimeout: 5 * 60_000,
    hookTimeout: 10 * 60_000,
  },
})
