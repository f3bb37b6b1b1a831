import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const HEARTBEAT_MS = 5_000
/** A lock whose heart has not beaten for this long belongs to a process that is gone. */
const STALE_MS = 60_000
const POLL_MS = 500

interface Owner {
  readonly host: string
  readonly pid: number
}

/**
 * Runs a function while holding a lock folder, waiting while another live process holds it, so that
 * two runs on one results folder share work instead of spoiling it. `mkdir` is atomic, on network
 * file systems too. A lock left by a dead process is taken over: at once on the same host, after a
 * minute without heartbeat otherwise.
 */
export async function withLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  await acquire(path)
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => undefined)
  }, HEARTBEAT_MS)
  heartbeat.unref()
  try {
    return await action()
  } finally {
    clearInterval(heartbeat)
    await rm(path, { recursive: true, force: true })
  }
}

async function acquire(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  for (;;) {
    try {
      await mkdir(path)
      const owner: Owner = { host: hostname(), pid: process.pid }
      await writeFile(join(path, 'owner.json'), JSON.stringify(owner))
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (await isAbandoned(path)) await rm(path, { recursive: true, force: true })
    else await sleep(POLL_MS)
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const age = await stat(path).then(
    (found) => Date.now() - found.mtimeMs,
    () => undefined,
  )
  if (age === undefined) return false
  const owner = await readFile(join(path, 'owner.json'), 'utf8').then(
    (text) => JSON.parse(text) as Owner,
    () => undefined,
  )
  if (owner !== undefined && owner.host === hostname()) return !isAlive(owner.pid)
  return age > STALE_MS
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
