import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { InterruptedError } from '../../core/errors.js'
import type { TaskEvent } from '../types.js'
import { withTaskLock } from './taskLock.js'

it('a task says for which process it waits, and only when it waits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lowlayer-task-lock-'))
  const path = join(folder, 'lock')
  const told: TaskEvent[] = []
  const { signal } = new AbortController()
  const context = { report: (event: TaskEvent) => told.push(event), signal }
  let second: Promise<void> | undefined
  await withTaskLock(path, context, async () => {
    expect(told).toEqual([])
    await new Promise<void>((done) => {
      const report = (event: TaskEvent) => {
        told.push(event)
        done()
      }
      second = withTaskLock(path, { report, signal }, async () => undefined)
    })
  })
  await second
  const note = `waiting for process ${process.pid} on ${hostname()}, which holds ${path}`
  expect(told).toEqual([{ done: 0, total: 1, note }])
  await rm(folder, { recursive: true })
})

it('a task that waits stops when it is asked to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lowlayer-task-lock-'))
  const path = join(folder, 'lock')
  const { signal } = new AbortController()
  await withTaskLock(path, { report: () => undefined, signal }, async () => {
    const stop = new AbortController()
    const context = { report: () => stop.abort('SIGINT'), signal: stop.signal }
    const second = withTaskLock(path, context, async () => 'worked')
    await expect(second).rejects.toThrow(InterruptedError)
  })
  expect(await readdir(folder)).toEqual([])
  await rm(folder, { recursive: true })
})
