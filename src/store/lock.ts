import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from './atomic.js'

const HEARTBEAT_MS = 5_000
/** A lock whose heart has not beaten for this long belongs to a process that is gone. */
const STALE_MS = 60_000
const POLL_MS = 500

interface Owner {
  readonly host: string
  readonly pid: number
}

/**
 * Runs a function while holding a lock file, waiting while another live process holds it, so that
 * two runs on one results folder share work instead of spoiling it. The file comes into being with
 * its owner in it, by a hard link, which is atomic on network file systems too. A lock left by a dead
 * process is taken over: at once on the same host, after a minute without heartbeat otherwise.
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
    await rm(path, { force: true })
  }
}

async function acquire(path: string): Promise<void> {
  await makeFolder(dirname(path))
  const owner: Owner = { host: hostname(), pid: process.pid }
  const own = uniqueName(path)
  await writeFile(own, JSON.stringify(owner))
  try {
    while (!(await tryLink(own, path))) {
      const abandoned = await abandonedOwner(path)
      if (abandoned === undefined) await sleep(POLL_MS)
      else await remove(path, abandoned)
    }
  } finally {
    await rm(own, { force: true })
  }
}

async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The content of a lock that nobody holds any more; undefined while somebody does. */
async function abandonedOwner(path: string): Promise<string | undefined> {
  const content = await readFile(path, 'utf8').catch(() => undefined)
  const beat = await stat(path).catch(() => undefined)
  if (content === undefined || beat === undefined) return undefined
  const owner = parseOwner(content)
  if (owner?.host === hostname()) return isAlive(owner.pid) ? undefined : content
  return Date.now() - beat.mtimeMs > STALE_MS ? content : undefined
}

/** Removes an abandoned lock, unless somebody else replaced it meanwhile. */
async function remove(path: string, abandoned: string): Promise<void> {
  const aside = uniqueName(path)
  try {
    await rename(path, aside)
  } catch {
    return
  }
  const taken = await readFile(aside, 'utf8')
  if (taken !== abandoned) await tryLink(aside, path)
  await rm(aside, { force: true })
}

function uniqueName(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
}

function parseOwner(content: string): Owner | undefined {
  try {
    return JSON.parse(content) as Owner
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
