/** Processes that hang, run out of memory, or are sent signals before they heed their parent; built, as they start others. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan, Task } from '../plan/types.js'
import { studyFailures } from '../tasks/state/failures.js'
import { builtModule } from '../testing/built.js'
import { planOfDocument } from '../testing/studyRun.js'
import type { RunningTask } from './types.js'

type Local = typeof import('./local.js')
const built = builtModule('executors/local.js')

const root = mkdtempSync(join(tmpdir(), 'lowlayer-local-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let plan: Plan
beforeAll(async () => {
  const document = {
    study: 'tiny',
    data: { source: 'tic-tac-toe', train: 100, test: 50 },
    model: { architecture: 'mlp-5', low: 2, width: 8 },
    training: { epochs: '5it', batchSize: 50, checkpoints: { steps: [5] } },
    networks: { list: [{ name: 'only' }] },
    analysis: { samples: { count: 4, testCount: 0 }, players: { count: 2 } },
    runtime: { device: 'cpu' },
  }
  plan = await planOfDocument(document, { baseDir: root, results: root })
})

/** Starts the training in a process in which `fault`, in JavaScript, happens when it is given the task. */
async function startWith(
  name: string,
  fault: string,
  { options = '', silentMs = 60_000 } = {},
): Promise<RunningTask & { readonly results: string }> {
  const { processesEndedAfter }: Local = await import(built)
  const file = join(root, `${name}.cjs`)
  writeFileSync(
    file,
    `const on = process.on
    process.on = (event, listener) => on.call(process, event, event !== 'message' ? listener : async (message) => {
      ${fault}
      listener(message)
    })`,
  )
  const before = process.env.NODE_OPTIONS
  process.env.NODE_OPTIONS = `--require ${file} ${options}`
  try {
    const results = join(root, name)
    const start = processesEndedAfter(silentMs)({ plan, results, baseDir: root, dataDirs: [] })
    return { ...start(plan.tasks[0], () => undefined), results }
  } finally {
    if (before === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = before
  }
}

it.skipIf(process.platform !== 'linux').each([
  ['is stopped', "process.kill(process.pid, 'SIGSTOP')"],
  ['waits for what never comes', 'await new Promise((resolve) => setTimeout(resolve, 1e8))'],
])('a process that %s is ended, and says so to the tables', async (name, fault) => {
  const { finished, results } = await startWith(name.replaceAll(' ', '-'), fault, {
    silentMs: 3000,
  })
  await expect(finished).rejects.toThrow(/process hung and was ended: for 0.05 minutes/)
  expect(Object.values(await studyFailures({ plan, results })).join()).toContain('process hung')
})

it('a process that computes long and tells nothing is left alone', async () => {
  const busy = 'for (const end = Date.now() + 4000; Date.now() < end; ) Math.sqrt(2)'
  const { finished } = await startWith('busy', busy, { silentMs: 3000 })
  await finished
})

it.each([
  ['the heap of V8', 'const all = []; for (;;) all.push(new Array(1e5).fill(0))'],
  ['an array', "throw new RangeError('Array buffer allocation failed')"],
])(
  'a process that has no memory for %s is told from one that failed otherwise',
  async (name, fault) => {
    const options = '--max-old-space-size=60'
    const { finished, results } = await startWith(name.replaceAll(' ', '-'), fault, { options })
    await expect(finished).rejects.toMatchObject({ code: 'out-of-memory', exitCode: 1 })
    expect(Object.values(await studyFailures({ plan, results })).join()).toContain('out of memory')
  },
)

it('the last words of a process are told without their colours', async () => {
  const words =
    "process.stderr.write('\\x1b[1;31m[E:onnxruntime] no kernel\\x1b[m', () => process.exit(3))"
  const { finished } = await startWith('coloured', `${words}; await new Promise(() => 0)`)
  await expect(finished).rejects.toThrow(
    /exit code 3; its last words:\n\[E:onnxruntime\] no kernel$/,
  )
})

it('a process that a signal ends before it heeds its parent was interrupted, if its parent was', async () => {
  const { finished, interrupt, results } = await startWith(
    'early',
    "process.removeAllListeners('SIGTERM'); process.kill(process.pid, 'SIGTERM')",
  )
  interrupt()
  await expect(finished).rejects.toMatchObject({ code: 'interrupted' })
  expect(await studyFailures({ plan, results })).toEqual({})
})

it('short tasks share a process, but none the one in which another failed', async () => {
  const { processesEndedAfter }: Local = await import(built)
  const [fault, pids] = [join(root, 'pids.cjs'), join(root, 'pids')]
  writeFileSync(
    fault,
    `const on = process.on
    process.on = (event, listener) => on.call(process, event, event !== 'message' ? listener : (message) => {
      if (message.task) require('node:fs').appendFileSync(${JSON.stringify(pids)}, message.task.kind + ' ' + process.pid + '\\n')
      listener(message)
    })`,
  )
  const before = process.env.NODE_OPTIONS
  process.env.NODE_OPTIONS = `--require ${fault}`
  try {
    const results = join(root, 'shared')
    const start = processesEndedAfter(60_000)({
      plan,
      results,
      baseDir: root,
      dataDirs: [],
      drawsFigures: false,
    })
    const run = (task: Task) => start(task, () => undefined).finished
    // Nothing is there yet that it could decompose.
    const interactions = plan.tasks.find(({ kind }) => kind === 'interactions')!
    await expect(run(interactions)).rejects.toThrow()
    for (const task of plan.tasks) await run(task)
  } finally {
    if (before === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = before
  }
  const told = readFileSync(pids, 'utf8').trim().split('\n')
  const [kinds, processes] = [0, 1].map((part) => told.map((line) => line.split(' ')[part]))
  expect(kinds.slice(1)).toEqual(plan.tasks.map(({ kind }) => kind))
  expect(new Set(processes.slice(1)).size).toBe(1)
  expect(processes[1]).not.toBe(processes[0])
})
