/** Processes that wait for another task; built, as they are started. */
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { PROCESS_BYTES } from '../plan/memory.js'
import { builtModule } from '../testing/built.js'
import type { WorkerProcess } from './workerPool.js'

type Pool = typeof import('./workerPool.js')
const { workerPool, release }: Pool = await import(builtModule('executors/workerPool.js'))

/** Lets a process go, which then ends by itself and well. */
async function expectToEnd(worker: WorkerProcess): Promise<void> {
  const closed = once(worker.child, 'close')
  release(worker)
  expect(await closed).toEqual([0, null])
}

it('a process that waits is taken before another is started', async () => {
  const pool = workerPool()
  const [first, second] = [pool.take(), pool.take()]
  expect(second.child.pid).not.toBe(first.child.pid)
  expect(pool.keep(first, 1)).toBe(true)
  expect(pool.take()).toBe(first)
  const third = pool.take()
  expect([first.child.pid, second.child.pid]).not.toContain(third.child.pid)
  for (const worker of [first, second, third]) await expectToEnd(worker)
})

it('a process that worked long, or holds much, is not kept', async () => {
  const pool = workerPool()
  const worker = pool.take()
  expect(pool.keep(worker, PROCESS_BYTES + 1)).toBe(false)
  worker.workedMs = 60_000
  expect(pool.keep(worker, 1)).toBe(false)
  const another = pool.take()
  expect(another).not.toBe(worker)
  for (const each of [worker, another]) await expectToEnd(each)
})

it('a process that waited in vain ends by itself', async () => {
  const pool = workerPool()
  const worker = pool.take()
  const closed = once(worker.child, 'close')
  expect(pool.keep(worker, 1)).toBe(true)
  expect(await closed).toEqual([0, null])
})

it('a process that died while it waited is not taken', async () => {
  const pool = workerPool()
  const worker = pool.take()
  expect(pool.keep(worker, 1)).toBe(true)
  const closed = once(worker.child, 'close')
  worker.child.kill('SIGKILL')
  await closed
  const another = pool.take()
  expect(another).not.toBe(worker)
  await expectToEnd(another)
})
