/** Tasks in this very process: progress, interruption and errors. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isComplete } from '../artifacts/networkState.js'
import { experimentSchema } from '../config/schema.js'
import { InterruptedError, TaskError } from '../core/errors.js'
import { loadDataset } from '../data/load.js'
import { planStudy } from '../plan/plan.js'
import type { Plan, Task } from '../plan/types.js'
import { exists } from '../store/atomic.js'
import { networkPaths } from '../store/layout.js'
import { describeDataset } from '../tasks/dataset.js'
import { announceStudy } from '../tasks/state/announceStudy.js'
import { studyFailures } from '../tasks/state/failures.js'
import type { TaskEvent } from '../tasks/types.js'
import { inProcess } from './inProcess.js'
import { schedule } from './schedule.js'

const root = mkdtempSync(join(tmpdir(), 'lowlayer-in-process-'))
afterAll(() => rmSync(root, { recursive: true }))

const places = { baseDir: '.', dataDirs: [] }
let plan: Plan
beforeAll(async () => {
  const config = experimentSchema.parse({
    study: 'tiny',
    data: { source: 'tic-tac-toe', train: 100, test: 50 },
    model: { architecture: 'mlp-5', low: 2, width: 8 },
    training: { epochs: '12ep', batchSize: 50, checkpoints: { steps: [10] } },
    networks: { list: [{ name: 'only' }] },
    analysis: {
      samples: { count: 4, testCount: 0 },
      players: { count: 2 },
      checkpoints: 'final',
    },
    runtime: { device: 'cpu' },
  })
  plan = planStudy(config, describeDataset(await loadDataset(config.data, places)))
})

const taskOf = (kind: Task['kind']) => plan.tasks.find((task) => task.kind === kind)!

/** Starts one task in a results folder of its own name. */
async function start(
  kind: Task['kind'],
  name: string,
  onEvent: (event: TaskEvent) => void = () => undefined,
) {
  const results = join(root, name)
  await announceStudy(plan, results)
  const running = inProcess({ plan, results, ...places })(taskOf(kind), onEvent)
  return { running, results }
}

it('tells how far a task has come, to its end', async () => {
  const events: TaskEvent[] = []
  const { running, results } = await start('train', 'whole', (event) => events.push(event))
  await running.finished
  expect(events.length).toBeGreaterThan(1)
  expect(events.at(-1)!.done).toBe(events.at(-1)!.total)
  expect(await isComplete(networkPaths(results, plan.networks[0].id))).toBe(true)
})

it('stops a task at a safe point when asked, from where the next run goes on', async () => {
  const { running, results } = await start('train', 'stopped', ({ done, total }) => {
    if (done < total) running.interrupt()
  })
  await expect(running.finished).rejects.toThrow(InterruptedError)
  const paths = networkPaths(results, plan.networks[0].id)
  expect(await isComplete(paths)).toBe(false)
  expect(await exists(join(paths.folder, 'resume.npz'))).toBe(true)
  // What the user stopped did not fail.
  expect(await studyFailures({ plan, results })).toEqual({})
})

it('fails with the error of the task, whose kind and reason the run tells', async () => {
  const { running, results } = await start('values', 'failed')
  await expect(running.finished).rejects.toThrow(TaskError)
  const [outcome] = await schedule([{ ...taskOf('values'), needs: [] }], {
    jobs: 1,
    failFast: false,
    isDone: async () => false,
    start: inProcess({ plan, results, ...places }),
    signal: new AbortController().signal,
    listener: {},
  })
  expect(outcome).toMatchObject({ status: 'failed', failure: { code: 'task-failed', exitCode: 1 } })
  expect(Object.values(await studyFailures({ plan, results })).join()).toMatch(/^values failed: /)
})
