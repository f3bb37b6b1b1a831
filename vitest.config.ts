/** How tests run: those of rooms, those of whole studies (`--mode system`) and those that take minutes (`--mode slow`). */
import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Tests of rooms share processes, as loading the program anew for each file took a tenth of all. What a test changes of its process it restores. */
const inFewProcesses: ViteUserConfig['test'] = {
  setupFiles: 'src/testing/equality.ts',
  // For tests that load ONNX Runtime themselves.
  env: { ORT_DISABLE_TELEMETRY: '1' },
  // They end tests that hang. None of them may end one on a machine that is slow or busy.
  testTimeout: 20 * 60_000,
  hookTimeout: 20 * 60_000,
  // One more than there are cores, as some tests wait for a clock. Processes, as tests change folders and load
  // native libraries.
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
}

const inMinutes: ViteUserConfig['test'] = { testTimeout: 30 * 60_000, hookTimeout: 30 * 60_000 }

/** Kinds of tests, by what their files end with; `--mode` names the one that is run. */
const kinds: Readonly<Record<string, ViteUserConfig['test']>> = {
  test: {
    ...inFewProcesses,
    include: ['src/**/*.test.ts'],
    exclude: ['**/*.{system,slow,zoo}.test.ts'],
  },
  // Whole studies, and the program as it is started.
  system: { ...inFewProcesses, include: ['src/**/*.system.test.ts'] },
  // Whole studies again and again.
  slow: { ...inMinutes, include: ['src/**/*.slow.test.ts'] },
  // Models of other libraries against those libraries; needs Python with their packages.
  zoo: { ...inMinutes, include: ['src/**/*.zoo.test.ts'] },
}

export default defineConfig(({ mode }) => {
  const kind = kinds[mode]
  if (kind === undefined) throw new Error(`--mode is one of ${Object.keys(kinds).join(', ')}`)
  return { test: { globalSetup: 'src/testing/built.ts', ...kind } }
})
