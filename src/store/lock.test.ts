/** Locks of folders among processes that fail, die, fall silent or come back. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LockLostError } from '../core/errors.js'
import { type Lease, type LockTiming, withLock } from './lock.js'
import { lockContent, ownerIn } from './lockFile.js'
import { type Owner, ownerHere } from './owner.js'

/** Fast enough for tests; slow enough for a busy machine to beat in time. */
const timing: LockTiming = { beat: 100, stale: 1_200, poll: 25 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-lock-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The number of a process that is gone. */
const deadPid = () => Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))

/** Leaves a lock whose owner is this process but for what is changed. */
async function leaveLock(path: string, change: Partial<Owner> = {}): Promise<void> {
  await writeFile(path, lockContent({ ...(await ownerHere('of the one before')), ...change }))
}

/** Takes a lock that nobody gives back, and lets another take over as if its owner had been silent. */
async function takeOver(path: string): Promise<void> {
  const content = await readFile(path, 'utf8')
  const owner = ownerIn(content) as Owner
  await rename(`${path}.${owner.token}`, `${path}.gone`)
  await rm(`${path}.gone`, { recursive: true })
  const other = { ...owner, token: 'f'.repeat(32), pid: 4321, host: 'elsewhere' }
  await writeFile(`${path}.new`, lockContent(other))
  await rename(`${path}.new`, path)
}

const left = async (name: string) =>
  (await readdir(folder)).filter((file) => file.startsWith(name)).sort()

describe('withLock', () => {
  it('lets one in at a time, and leaves nothing behind', async () => {
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
    expect(await left('lock')).toEqual([])
  })

  it('is freed when the action fails', async () => {
    const path = join(folder, 'failing')
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withLock(path, async () => 'free')).toBe('free')
  })

  it('says which place cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    const path = join(folder, 'file', 'lock')
    await expect(withLock(path, async () => undefined)).rejects.toThrow(`cannot write ${path}`)
  })

  // Without /proc no owner can be seen.
  describe.runIf(existsSync('/proc/self/ns/pid'))('where the owner can be seen from here', () => {
    it('takes over from a dead process at once', async () => {
      const path = join(folder, 'dead')
      await leaveLock(path, { pid: deadPid() })
      expect(await withLock(path, async () => 'mine')).toBe('mine')
    })

    it.each([
      ['an unrelated process', 1],
      ['this very process, as in a container that was started again', process.pid],
    ])('takes over at once where the number of a dead one is now that of %s', async (_, pid) => {
      const path = join(folder, `reused-${pid}`)
      await leaveLock(path, { pid, started: 'earlier' })
      expect(await withLock(path, async () => 'mine')).toBe('mine')
    })

    it('leaves it to an owner that lives, however long its heart stands still, and names it', async () => {
      const path = join(folder, 'busy')
      await leaveLock(path)
      const waitedFor: string[] = []
      let entered = false
      const enter = async () => {
        entered = true
      }
      const visit = withLock(path, enter, {
        onWait: (holder) => waitedFor.push(holder),
        timing,
      })
      await sleep(2 * timing.stale)
      expect(entered).toBe(false)
      expect(waitedFor).toEqual([`process ${process.pid} on ${hostname()}`])
      await rm(path)
      await visit
      expect(entered).toBe(true)
    })
  })

  it.concurrent.each<[string, Partial<Owner>]>([
    ['another host', { host: 'elsewhere' }],
    ['an earlier boot or another namespace', { place: 'elsewhere' }],
    ['a system that does not tell', { place: undefined }],
  ])('waits for the heart of an owner of %s, whatever the clocks say', async (name, change) => {
    const path = join(folder, name)
    await leaveLock(path, { pid: deadPid(), ...change })
    let beats = 0
    let entered = false
    const enter = async () => {
      entered = true
    }
    const visit = withLock(path, enter, { timing })
    const shifts = [-86_400, 86_400, -90, 90]
    const began = performance.now()
    while (performance.now() - began < 2 * timing.stale) {
      const now = Date.now() / 1000 + shifts[beats % shifts.length]
      const content = await readFile(path, 'utf8')
      await writeFile(path, content.replace(/\d{16}/, String(++beats).padStart(16, '0')))
      await utimes(path, now, now)
      await sleep(100)
    }
    expect(entered).toBe(false)
    await visit
    expect(entered).toBe(true)
  })

  it.concurrent.each(['', 'null\n0\n', '[]', '{"pid": "1"}', '{"token": 1, "host": null}', '\0\0'])(
    'takes over a lock that names nobody (%j) when it has stood still',
    async (content) => {
      const path = join(folder, `nobody-${content.length}`)
      await writeFile(path, content)
      const waitedFor: string[] = []
      const onWait = (holder: string) => waitedFor.push(holder)
      expect(await withLock(path, async () => 'mine', { onWait, timing })).toBe('mine')
      expect(waitedFor).toEqual([
        expect.stringContaining('unnamed process (its lock is taken over after a minute'),
      ])
    },
  )

  it('takes over from a silent owner of another host whose clock is an hour ahead', async () => {
    const path = join(folder, 'ahead')
    await leaveLock(path, { host: 'elsewhere' })
    await utimes(path, Date.now() / 1000 + 3600, Date.now() / 1000 + 3600)
    expect(await withLock(path, async () => 'mine', { timing })).toBe('mine')
  })

  it('names a folder in the place of a lock, and what to do', async () => {
    const path = join(folder, 'folder')
    await mkdir(path)
    await expect(withLock(path, async () => undefined)).rejects.toThrow(/is a folder.*remove it/)
  })

  it('keeps its heart beating while the process computes without a pause', async () => {
    const path = join(folder, 'computing')
    const beatOf = async () => (await readFile(path, 'utf8')).split('\n')[1]
    await withLock(
      path,
      async () => {
        const before = await beatOf()
        while (before === (await beatOf())) await sleep(10)
        const first = await beatOf()
        const end = performance.now() + 10 * timing.beat
        while (performance.now() < end);
        expect(Number(await beatOf())).toBeGreaterThan(Number(first) + 1)
      },
      { timing },
    )
  })

  it('beats in all locks that a process holds, and in no file that was opened since', async () => {
    const paths = ['beats-a', 'beats-b', 'beats-c'].map((name) => join(folder, name))
    const beatOf = async (path: string) => Number((await readFile(path, 'utf8')).split('\n')[1])
    const beaten = async (path: string) => {
      while ((await beatOf(path)) < 2) await sleep(timing.beat)
    }
    await withLock(
      paths[0],
      async () => {
        await withLock(paths[1], () => beaten(paths[1]), { timing })
        // The file has the number that the lock had.
        const file = await open(join(folder, 'beats-file'), 'w')
        const before = await beatOf(paths[0])
        await withLock(paths[2], () => beaten(paths[2]), { timing })
        expect(await beatOf(paths[0])).toBeGreaterThan(before)
        expect((await file.stat()).size).toBe(0)
        await file.close()
      },
      { timing },
    )
  })

  it.skipIf(process.platform !== 'linux')('starts one thread for all locks', async () => {
    const threads = async () => (await readdir('/proc/self/task')).length
    const atOnce = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          withLock(
            join(folder, `threads-${index}`),
            async () => {
              await sleep(8 * timing.beat)
              return threads()
            },
            { timing },
          ),
        ),
      )
    // With those that Node reads files in.
    const [few] = await atOnce(4)
    expect(Math.max(...(await atOnce(12)))).toBeLessThan(few + 4)
  })

  it('lets only one of many take over an abandoned lock at a time', async () => {
    const path = join(folder, 'contended')
    await leaveLock(path, { pid: deadPid(), host: 'elsewhere' })
    let inside = 0
    let most = 0
    const enter = async () => {
      most = Math.max(most, ++inside)
      await sleep(5)
      inside--
    }
    const visits = Array.from({ length: 8 }, () => withLock(path, enter, { timing }))
    await Promise.all(visits)
    expect(most).toBe(1)
    expect(await left('contended')).toEqual([])
  })

  it('removes what former owners had not put in its place', async () => {
    const path = join(folder, 'litter')
    await leaveLock(path, { pid: deadPid() })
    await withLock(path, async () => {
      const [own] = (await left('litter.')).map((name) => join(folder, name))
      await rm(own, { recursive: true })
      await rename(path, `${path}.${'0'.repeat(32)}`)
    }).catch(() => undefined)
    await withLock(path, async () => expect(await left('litter')).toHaveLength(2))
    expect(await left('litter')).toEqual([])
  })
})

describe('a lease', () => {
  it('writes files whole, and removes them', async () => {
    const path = join(folder, 'owned')
    const file = join(folder, 'deep', 'file')
    await withLock(path, async (lease) => {
      await lease.write(file, 'one')
      await lease.write(file, async (write) => write(Buffer.from('two')))
      expect(await readFile(file, 'utf8')).toBe('two')
      expect(await readdir(join(folder, 'deep'))).toEqual(['file'])
      await lease.remove(file)
      await lease.remove(file)
      expect(await readdir(join(folder, 'deep'))).toEqual([])
    })
  })

  it.each([
    ['writes', (lease: Lease, file: string) => lease.write(file, 'mine')],
    ['removes', (lease: Lease, file: string) => lease.remove(file)],
  ])('%s nothing once another took over', async (_, act) => {
    const path = join(folder, 'lost')
    const file = join(folder, 'kept')
    await writeFile(file, 'theirs')
    const former = withLock(path, async (lease) => {
      await takeOver(path)
      await act(lease, file)
    })
    await expect(former).rejects.toThrow(LockLostError)
    await expect(former).rejects.toThrow(/process 4321 on elsewhere holds it now/)
    expect(await readFile(file, 'utf8')).toBe('theirs')
    // On its way out it left the lock to its holder.
    expect(await readFile(path, 'utf8')).toContain('f'.repeat(32))
    await rm(path)
  })

  it('puts no file in its place though it looked at the lock in time, and slept then', async () => {
    const path = join(folder, 'slept')
    const file = join(folder, 'replaced')
    await writeFile(file, 'theirs')
    const former = withLock(path, async (lease) => {
      await lease.write(file, async (write) => {
        await write(Buffer.from('mine'))
        // All that a new owner does to a former one; the lock itself is shown as it was, as caches may do.
        await rm(`${path}.${lease.token}`, { recursive: true })
      })
    })
    await expect(former).rejects.toThrow(LockLostError)
    expect(await readFile(file, 'utf8')).toBe('theirs')
  })

  it('is told of its loss by its signal, within some beats', async () => {
    const path = join(folder, 'told')
    const former = withLock(
      path,
      async ({ signal, stopIfLost }) => {
        stopIfLost()
        await takeOver(path)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        stopIfLost()
      },
      { timing },
    )
    await expect(former).rejects.toThrow(/Run the same command again/)
    await rm(path)
  })

  it('is lost where somebody removes the lock', async () => {
    const path = join(folder, 'removed')
    const former = withLock(path, async (lease) => {
      await rm(path)
      await lease.write(join(folder, 'never'), '')
    })
    await expect(former).rejects.toThrow(/the lock was removed meanwhile/)
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })
})
