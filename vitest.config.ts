import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    globalSetup: 'src/testing/built.ts',
    setupFiles: 'src/testing/equality.ts',
    // For tests that load ONNX Runtime themselves.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // They end tests that hang. None of them may end one on a machine that is slow or busy.
    testTimeout: 20 * 60_000,
    hookTimeout: 20 * 60_000,
    // One more than there are cores, as some tests wait for a clock. Processes, as tests change folders and load
    // native libraries, each for many files: loading the program anew for each file took a tenth of all. What a test
    // changes of its process it restores.
    maxWorkers: availableParallelism() + 1,
    pool: 'forks',
    // A sixth of the suite's CPU time was V8 optimising what then runs a few times more. Later Nodes have no such budget.
    execArgv: [
      '--always-sparkplug',
      ...(process.versions.node.startsWith('20.') ? ['--interrupt-budget=500000'] : []),
    ],
    isolate: false,
    // What was built is taken as it is.
    server: { deps: { external: [/\/\.testbuild\/src\//] } },
  },
})
