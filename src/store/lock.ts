import { randomBytes } from 'node:crypto'
import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InputError, messageOf } from '../core/errors.js'
import { makeFolder } from './atomic.js'

const HEARTBEAT_MS = 5_000
/** A lock of another host whose heart has not beaten for this long belongs to a process that is gone. */
const STALE_MS = 60_000
/**
 * The same on this host, where its number lives and it is not known when that process began: no heart beats
 * during a solve, and one of 14 players that uses up its iterations takes a minute, more beside other work.
 */
const SILENT_MS = 15 * 60_000
const POLL_MS = 500
/** Removing an abandoned lock takes milliseconds. */
const TAKEOVER_POLL_MS = 20

interface Owner {
  readonly host: string
  readonly pid: number
  /** When the process began, where the system tells: its number alone may be another's by now. */
  readonly started?: string
}

/**
 * Runs a function while holding a lock file, waiting while another live process holds it, so that
 * two runs on one results folder share work instead of spoiling it. The file comes into being with
 * its owner in it, by a hard link, which is atomic on network file systems too. A lock left by a dead
 * process is taken over: at once on the same host, also where its number lives on as another process's
 * (as after a reboot), after a minute without heartbeat otherwise. `onWait` is told, once, which process
 * holds it. Throws InputError when the place cannot be written.
 */
export async function withLock<T>(
  path: string,
  action: () => Promise<T>,
  onWait: (holder: string) => void = () => undefined,
): Promise<T> {
  await acquire(path, onWait)
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

async function acquire(path: string, onWait: (holder: string) => void): Promise<void> {
  const started = await startOf(process.pid)
  const owner: Owner = { host: hostname(), pid: process.pid, started }
  const own = uniqueName(path)
  try {
    await makeFolder(dirname(path))
    await writeFile(own, JSON.stringify(owner))
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${messageOf(error)}`, { cause: error })
  }
  let isWaiting = false
  try {
    while (!(await tryLink(own, path))) {
      if (await isAbandoned(path)) {
        if (!(await removeAbandoned(path, own))) await sleep(TAKEOVER_POLL_MS)
        continue
      }
      if (!isWaiting) onWait(await holderOf(path))
      isWaiting = true
      await sleep(POLL_MS)
    }
  } finally {
    await rm(own, { force: true })
  }
}

/** Makes `own`, its heart beating now, the lock; false where there is one. */
async function tryLink(own: string, path: string): Promise<boolean> {
  const now = new Date()
  await utimes(own, now, now)
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Whether a lock is there and nobody holds it any more. */
async function isAbandoned(path: string): Promise<boolean> {
  const content = await readFile(path, 'utf8').catch(() => undefined)
  const beat = await stat(path).catch(() => undefined)
  if (content === undefined || beat === undefined) return false
  const owner = parseOwner(content)
  const silence = Date.now() - beat.mtimeMs
  if (owner?.host !== hostname()) return silence > STALE_MS
  if (!isAlive(owner.pid)) return true
  const started = await startOf(owner.pid)
  // A computation that lasts keeps the heart of a live owner from beating: its start tells for sure.
  if (owner.started !== undefined && started !== undefined) return owner.started !== started
  return silence > SILENT_MS
}

/** `process 1234 on gpu-7`. */
async function holderOf(path: string): Promise<string> {
  const content = await readFile(path, 'utf8').catch(() => '')
  const owner = parseOwner(content)
  return owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`
}

/**
 * When a process began, in ticks since the system did (the 22nd field of `/proc/<pid>/stat`; the second, a
 * name in brackets, may hold spaces); undefined where the system does not tell.
 */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

/**
 * Removes an abandoned lock; false where somebody else is about to. One at a time, and only what is
 * abandoned still: who saw the dead owner a moment ago would else remove the lock of the next one.
 */
async function removeAbandoned(path: string, own: string): Promise<boolean> {
  const takeover = `${path}.takeover`
  if (!(await tryLink(own, takeover))) {
    if (await isAbandoned(takeover)) await rm(takeover, { force: true })
    return false
  }
  try {
    if (await isAbandoned(path)) await rm(path, { force: true })
    return true
  } finally {
    await rm(takeover, { force: true })
  }
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
