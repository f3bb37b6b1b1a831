import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    // For tests that load ONNX Runtime themselves.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // They end tests that hang. None of them may end one on a machine that is slow or busy.
    testTimeout: 20 * 60_000,
    hookTimeout: 20 * 60_000,
    // Of two cores Vitest would leave one idle. A process a file: tests change folders and load native libraries.
    maxWorkers: '100%',
    pool: 'forks',
    // What was built is taken as it is.
    server: { deps: { external: [/^(?!.*node_modules).*\/dist\/src\//] } },
  },
})
