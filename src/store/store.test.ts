import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readJson, writeAtomically } from './atomic.js'
import { withLock } from './lock.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-store-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('writeAtomically', () => {
  it('makes folders, replaces the file and leaves nothing else behind', async () => {
    const path = join(folder, 'deep', 'er', 'file.txt')
    await writeAtomically(path, 'one')
    await writeAtomically(path, 'two')
    expect(await readFile(path, 'utf8')).toBe('two')
    expect(await readdir(join(folder, 'deep', 'er'))).toEqual(['file.txt'])
  })

  it('gives up where folders cannot be made, instead of trying for ever', async () => {
    await expect(writeAtomically('/proc/nowhere/file', '')).rejects.toThrow(/cannot write/)
  })

  it('says which place cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    const path = join(folder, 'file', 'below')
    await expect(writeAtomically(path, '')).rejects.toThrow(`cannot write ${path}`)
  })
})

describe('readJson', () => {
  it('tells a missing file from a damaged one', async () => {
    expect(await readJson(join(folder, 'none.json'))).toBeUndefined()
    const path = join(folder, 'half.json')
    await writeFile(path, '{"complete": tr')
    await expect(readJson(path)).rejects.toThrow(/half\.json is damaged/)
  })
})

describe('withLock', () => {
  it('lets one in at a time', async () => {
    const path = join(folder, 'lock')
    const events: string[] = []
    const visit = (name: string) =>
      withLock(path, async () => {
        events.push(`${name} in`)
        await sleep(20)
        events.push(`${name} out`)
      })
    await Promise.all([visit('a'), visit('b')])
    expect([events[0][0], events[2][0]].sort()).toEqual(['a', 'b'])
    expect(events[1]).toBe(`${events[0][0]} out`)
    expect(events[3]).toBe(`${events[2][0]} out`)
  })

  it('is freed when the action fails', async () => {
    const path = join(folder, 'failing')
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withLock(path, async () => 'free')).toBe('free')
  })

  it('takes over from a dead process on this host at once', async () => {
    const path = join(folder, 'dead')
    const pid = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))
    await writeFile(path, JSON.stringify({ host: hostname(), pid }))
    expect(await withLock(path, async () => 'mine')).toBe('mine')
  })

  // Start times are read from /proc.
  it.runIf(process.platform === 'linux').each([
    ['an unrelated process', 1],
    ['this very process, as in a container that was started again', process.pid],
  ])('takes over at once where the number of a dead one is now that of %s', async (_, pid) => {
    const path = join(folder, `reused-${pid}`)
    await writeFile(path, JSON.stringify({ host: hostname(), pid, started: 'earlier' }))
    expect(await withLock(path, async () => 'mine')).toBe('mine')
  })

  it('takes over from a living number whose start is not known when its heart stopped long ago', async () => {
    const path = join(folder, 'unknown')
    await writeFile(path, JSON.stringify({ host: hostname(), pid: process.pid }))
    const yesterday = new Date(Date.now() - 24 * 3_600_000)
    await utimes(path, yesterday, yesterday)
    expect(await withLock(path, async () => 'mine')).toBe('mine')
  })

  it.runIf(process.platform === 'linux')(
    'leaves it to an owner whose long computation keeps its heart from beating, and names it',
    async () => {
      const path = join(folder, 'busy')
      const yesterday = new Date(Date.now() - 24 * 3_600_000)
      const waitedFor: string[] = []
      let finish = (): void => undefined
      const computing = withLock(path, () => new Promise<void>((resolve) => (finish = resolve)))
      while ((await readFile(path).catch(() => undefined)) === undefined) await sleep(5)
      await utimes(path, yesterday, yesterday)
      let entered = false
      const visit = withLock(
        path,
        async () => {
          entered = true
        },
        (holder) => waitedFor.push(holder),
      )
      await sleep(700)
      expect(entered).toBe(false)
      expect(waitedFor).toEqual([`process ${process.pid} on ${hostname()}`])
      finish()
      await Promise.all([computing, visit])
      expect(entered).toBe(true)
    },
  )

  it('lets only one of many take over an abandoned lock at a time', async () => {
    const path = join(folder, 'contended')
    const pid = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))
    await writeFile(path, JSON.stringify({ host: hostname(), pid }))
    let inside = 0
    let most = 0
    const visit = () =>
      withLock(path, async () => {
        most = Math.max(most, ++inside)
        await sleep(5)
        inside--
      })
    await Promise.all(Array.from({ length: 5 }, visit))
    expect(most).toBe(1)
    expect((await readdir(folder)).filter((name) => name.startsWith('contended'))).toEqual([])
  })

  it('takes over from another host only when its heart has stopped', async () => {
    const path = join(folder, 'other')
    await writeFile(path, JSON.stringify({ host: 'elsewhere', pid: 1 }))
    let entered = false
    const visit = withLock(path, async () => {
      entered = true
    })
    await sleep(700)
    expect(entered).toBe(false)
    const longAgo = new Date(Date.now() - 120_000)
    await utimes(path, longAgo, longAgo)
    await visit
    expect(entered).toBe(true)
  })
})
