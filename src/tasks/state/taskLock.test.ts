/** What a task says and does while another process holds its lock. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { InterruptedError } from '../../core/errors.js'
import type { Plan, Task } from '../../plan/types.js'
import type { TaskContext, TaskEvent } from '../types.js'
import { lockOfTask, withTaskLock } from './taskLock.js'

let results: string
beforeAll(async () => {
  results = await mkdtemp(join(tmpdir(), 'lowlayer-task-lock-'))
})
afterAll(() => rm(results, { recursive: true }))

const task: Task = { kind: 'compare', id: 'compare', needs: [] }
/** All of a study that says where its folder is. */
const plan = { study: 'tiny', id: '0123456789abcdef' } as Plan

type Heard = Pick<TaskContext, 'report' | 'signal'>
const contextOf = (heard: Partial<Heard>) => ({
  plan,
  results,
  report: () => undefined,
  signal: new AbortController().signal,
  ...heard,
})

it('a task says for which process it waits, and only when it waits', async () => {
  const told: TaskEvent[] = []
  let second: Promise<void> | undefined
  await withTaskLock(task, contextOf({ report: (event) => told.push(event) }), async () => {
    expect(told).toEqual([])
    await new Promise<void>((done) => {
      const report = (event: TaskEvent) => {
        told.push(event)
        done()
      }
      second = withTaskLock(task, contextOf({ report }), async () => undefined)
    })
  })
  await second
  const path = lockOfTask(task, { plan, results })
  const note = `waiting for process ${process.pid} on ${hostname()}, which holds ${path}`
  const waitsFor = `process ${process.pid} on ${hostname()}`
  expect(told).toEqual([{ done: 0, total: 1, note, waitsFor }])
})

it('a task that waits stops when it is asked to', async () => {
  await withTaskLock(task, contextOf({}), async () => {
    const stop = new AbortController()
    const context = contextOf({ report: () => stop.abort('SIGINT'), signal: stop.signal })
    const second = withTaskLock(task, context, async () => undefined)
    await expect(second).rejects.toThrow(InterruptedError)
  })
  expect(await readdir(join(results, 'tiny-01234567'))).toEqual([])
})
