/** The order in which a schedule starts tasks, and what it does about failures and interruptions. */
import { describe, expect, it } from 'vitest'
import { InputError, InterruptedError, OutOfMemoryError, TaskError } from '../core/errors.js'
import type { Task } from '../plan/types.js'
import { type ScheduleOptions, schedule } from './schedule.js'

const task = (kind: 'train' | 'values' | 'compare', id: string, needs: string[] = []): Task =>
  ({ kind, id, needs }) as unknown as Task

const study = [
  task('train', 'a'),
  task('train', 'b'),
  task('values', 'va', ['a']),
  task('values', 'vb', ['b']),
  task('compare', 'c', ['a', 'b', 'va', 'vb']),
]

/** Runs a study whose tasks behave as told; returns statuses and the order of starts. */
async function runStudy(
  behaviour: Record<string, () => Promise<void>> = {},
  options: Partial<ScheduleOptions> = {},
) {
  const started: string[] = []
  let running = 0
  let atOnce = 0
  const outcomes = await schedule(study, {
    jobs: 2,
    failFast: false,
    isDone: async () => false,
    signal: new AbortController().signal,
    listener: {},
    start: ({ id }) => {
      started.push(id)
      atOnce = Math.max(atOnce, ++running)
      const work = behaviour[id] ?? (() => new Promise<void>((resolve) => setTimeout(resolve, 2)))
      return { finished: work().finally(() => running--), interrupt: () => undefined }
    },
    ...options,
  })
  const statuses = Object.fromEntries(outcomes.map(({ task, status }) => [task.id, status]))
  return { statuses, started, atOnce }
}

const fail = async () => {
  throw new TaskError('the training loss became NaN at step 3')
}

describe('schedule', () => {
  it('runs everything, no more than `jobs` at once, each after what it needs', async () => {
    const { statuses, started, atOnce } = await runStudy()
    expect(new Set(Object.values(statuses))).toEqual(new Set(['done']))
    expect(atOnce).toBe(2)
    expect(started.indexOf('va')).toBeGreaterThan(started.indexOf('a'))
    expect(started[4]).toBe('c')
  })

  it('skips what needs a failed task, finishes the rest and still compares', async () => {
    const { statuses } = await runStudy({ a: fail })
    expect(statuses).toEqual({ a: 'failed', b: 'done', va: 'skipped', vb: 'done', c: 'done' })
  })

  it('tries what ran out of memory beside others again, beside half as many', async () => {
    const isAlone = { a: false, b: false }
    let running = 0
    const hungry = (id: 'a' | 'b') => async () => {
      running++
      await new Promise((resolve) => setTimeout(resolve, 5))
      isAlone[id] = running-- === 1
      if (!isAlone[id]) throw new OutOfMemoryError('the process ran out of memory')
    }
    const told: [string, number][] = []
    const again = ({ id }: Task, jobs: number) => void told.push([id, jobs])
    const { statuses } = await runStudy({ a: hungry('a'), b: hungry('b') }, { listener: { again } })
    expect(new Set(Object.values(statuses))).toEqual(new Set(['done']))
    expect(told).toContainEqual(['a', 1])
    expect(isAlone.a).toBe(true)
  })

  it('fails a task that runs out of memory though it runs alone', async () => {
    const hungry = async () => {
      throw new OutOfMemoryError('the process ran out of memory')
    }
    const { statuses, started } = await runStudy({ a: hungry }, { jobs: 1 })
    expect(statuses).toMatchObject({ a: 'failed', b: 'done' })
    expect(started.filter((id) => id === 'a')).toEqual(['a'])
  })

  it('starts nothing more after a failure when asked to fail fast', async () => {
    const { statuses } = await runStudy({ a: fail }, { jobs: 1, failFast: true })
    expect(statuses.a).toBe('failed')
    expect(statuses.b).toBe('interrupted')
  })

  it('does not run what is there', async () => {
    const { statuses, started } = await runStudy({}, { isDone: async ({ id }) => id === 'a' })
    expect(statuses.a).toBe('cached')
    expect(started).not.toContain('a')
    expect(statuses.va).toBe('done')
  })

  it('starts a task of which it cannot be told whether it is done: it says what is wrong', async () => {
    const damaged = async () => {
      throw new InputError('state.json is damaged')
    }
    const isDone = ({ id }: Task) => (id === 'b' ? damaged() : Promise.resolve(false))
    const { statuses } = await runStudy({ b: damaged }, { isDone })
    expect(statuses).toEqual({ a: 'done', b: 'failed', va: 'done', vb: 'skipped', c: 'done' })
  })

  it('asks running tasks to stop when interrupted, and starts no other', async () => {
    const controller = new AbortController()
    const asked: string[] = []
    const outcomes = await schedule(study, {
      jobs: 2,
      failFast: false,
      isDone: async () => false,
      signal: controller.signal,
      listener: { started: ({ id }) => id === 'b' && setTimeout(() => controller.abort(), 1) },
      start: ({ id }) => {
        let stop: (error: Error) => void
        const finished = new Promise<void>((_, reject) => {
          stop = reject
        })
        return {
          finished,
          interrupt: () => {
            asked.push(id)
            stop(new InterruptedError())
          },
        }
      },
    })
    expect(asked).toEqual(['a', 'b'])
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['interrupted']))
  })
})
