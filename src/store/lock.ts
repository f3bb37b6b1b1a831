/**
 * Locks that hold against processes that stop and go on. No lock keeps a process from being suspended between
 * its last look at the lock and what it does next, and from being taken for dead meanwhile. So the owner's
 * looks decide nothing: **every effect of an owner is a rename out of or into a folder of its own**, beside the
 * lock and named by its token, and **who takes over moves that folder away** before anything else. From then on
 * each rename of the former owner fails, in the file system, whenever it wakes: a file is put in its place by a
 * rename out of the folder, removed by a rename into it, and so is the lock on release; the folders of others
 * are moved into it. Whatever was renamed before that is what the former owner did while it held the lock, as a
 * kill at that time would have left it.
 *
 * A lock is taken by creating its file exclusively, or, where it was abandoned, by a rename over it. The file
 * that is renamed lies in the judge's folder and came there before the judge looked at the lock for the last
 * time. So of several judges one remains: the last to rename moves the others' folders away, and those who
 * renamed before it find another token in the lock.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InterruptedError, LockLostError } from '../core/errors.js'
import { exists, makeFolder, type WriteFile, writeAtomically } from './atomic.js'
import { beat, type Heart } from './heart.js'
import { lockContent, ownerIn, readLock, wasReplaced } from './lockFile.js'
import { describeOwner, livesHere, type Owner, ownerHere } from './owner.js'
import { RecordKeeper } from './recordKeeper.js'
import { Judge } from './staleness.js'
import { writeFailure } from './writeFailure.js'

/** Times in milliseconds. */
export interface LockTiming {
  readonly beat: number
  /** A heart that stands still for so long is taken for dead. */
  readonly stale: number
  /** How often a process that waits looks. */
  readonly poll: number
}

const TIMING: LockTiming = { beat: 5_000, stale: 60_000, poll: 500 }
/** Whose lock says nothing that can be read: somebody else's file, or one that a disk spoiled. */
const NAMELESS = 'an unnamed process (its lock is taken over after a minute without a sign of life)'
/** Between two attempts at a lock that was free, or abandoned, a moment ago. */
const RETRY_MS = 20

/** How a process waits while another one holds a lock. */
export interface Waiting {
  /** Told, once, which process that is. */
  readonly onWait?: (holder: string) => void
  /** Ends the waiting when it is aborted. */
  readonly signal?: AbortSignal
}

/** A lock that is held, until another process takes over or the action ends. */
export interface Lease {
  /** The lock's file. */
  readonly path: string
  /** Names this hold of the lock: no other one ever has the same. */
  readonly token: string
  /** Aborted, with the LockLostError as its reason, within seconds of the loss. */
  readonly signal: AbortSignal
  /** Throws LockLostError when the lock is lost. */
  check(): Promise<void>
  /** Throws LockLostError when it is known that the lock is lost: costs nothing, knows within seconds. */
  stopIfLost(): void
  /**
   * Writes a file as {@link writeAtomically} does and lists it in the record of the lock's folder; never after
   * the lock was lost. Throws LockLostError then, and {@link writeFailure} when the place cannot be written.
   */
  write: WriteFile
  /** Removes a file, if it is there, and strikes it off the record; never after the lock was lost. Throws LockLostError then. */
  remove(path: string): Promise<void>
}

/**
 * Runs a function while holding a lock file, waiting while another live process holds it, so that
 * two runs on one results folder share work instead of spoiling it. A lock left by a dead process is taken
 * over: at once where that can be seen from here, otherwise when its heart has stood still for a minute.
 * Throws {@link writeFailure} when the place cannot be written, InterruptedError when it was waited for until `signal`, and
 * LockLostError when another process took over meanwhile, or somebody removed the lock.
 */
export async function withLock<T>(
  path: string,
  action: (lease: Lease) => Promise<T>,
  { timing = TIMING, ...waiting }: Waiting & { readonly timing?: LockTiming } = {},
): Promise<T> {
  const hold = await acquire(path, waiting, timing)
  const lease = leaseOf(hold)
  const looking = setInterval(() => lease.check().catch(() => undefined), timing.beat)
  looking.unref()
  let heart: Heart | undefined
  try {
    heart = beat(hold.lock, lockContent(hold.owner), timing.beat)
    return await action(lease)
  } finally {
    clearInterval(looking)
    await heart?.stop()
    await release(hold)
  }
}

/** Whether a process holds a lock that lives, or of which that cannot be known from here. */
export async function isHeld(path: string): Promise<boolean> {
  const content = await readLock(path)
  if (content === undefined) return false
  const owner = ownerIn(content)
  return owner === undefined || (await livesHere(owner)) !== false
}

/** Who would own a lock. */
interface Attempt {
  readonly path: string
  readonly owner: Owner
  /** The folder out of and into which all its renames go. */
  readonly folder: string
}

/** Who owns it, with the handle to beat with. */
interface Hold extends Attempt {
  readonly lock: FileHandle
}

async function acquire(
  path: string,
  { onWait, signal }: Waiting,
  timing: LockTiming,
): Promise<Hold> {
  const judge = new Judge(timing.stale, timing.poll)
  let isWaiting = false
  for (;;) {
    const content = await readLock(path)
    if (content === undefined || (await judge.isAbandoned(content))) {
      const hold = await tryToTake(path, content)
      if (hold !== undefined) return hold
      await sleep(RETRY_MS)
      continue
    }
    const owner = ownerIn(content)
    const holder = owner === undefined ? NAMELESS : describeOwner(owner)
    if (!isWaiting) onWait?.(holder)
    isWaiting = true
    await sleep(timing.poll, undefined, { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error
      throw new InterruptedError(`interrupted while ${holder} held ${path}`)
    })
  }
}

/** Takes a lock that is free, or, abandoned, has this content; undefined where another process was faster. */
async function tryToTake(path: string, abandoned: string | undefined): Promise<Hold | undefined> {
  const owner = await ownerHere(randomBytes(16).toString('hex'))
  const folder = `${path}.${owner.token}`
  const attempt = { path, owner, folder }
  try {
    await makeFolder(folder)
    const lock = await putLock(attempt, abandoned)
    const hold = { ...attempt, lock }
    if (lock !== undefined && (await expelOthers(attempt, abandoned))) return { ...hold, lock }
    await release(hold)
    return undefined
  } catch (error) {
    await release(attempt)
    throw writeFailure(path, error)
  }
}

/** Puts a lock of one's own in its place; undefined where there is another. */
async function putLock(
  { path, folder, owner }: Attempt,
  abandoned: string | undefined,
): Promise<FileHandle | undefined> {
  const born = abandoned === undefined ? path : join(folder, 'lock')
  const lock = await open(born, 'wx').catch(async (error: unknown) => {
    // Some network file systems (SFTP) have no word for a file that is there already.
    if (isOthers(error, ['EEXIST', 'ENOENT']) || (await appears(path))) return undefined
    throw error
  })
  if (lock === undefined) return undefined
  try {
    await lock.writeFile(lockContent(owner))
    await lock.sync()
    if (born === path) return lock
    // After the file has come into its folder: who took the lock since has moved that folder away.
    if ((await readLock(path)) === abandoned) {
      await rename(born, path)
      return lock
    }
  } catch (error) {
    // Without an owner in it, nobody could tell that it is nobody's.
    if (born === path) await rename(path, join(folder, 'unwritten')).catch(() => undefined)
    if (!isOthers(error, ['ENOENT'])) {
      await lock.close().catch(() => undefined)
      throw error
    }
  }
  await lock.close().catch(() => undefined)
  return undefined
}

/** Whether what went wrong comes of what another process did meanwhile, as these codes tell. */
function isOthers(error: unknown, codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '') || wasReplaced(error)
}

/** Whether a file is there, or comes into sight within the second for which it may have been looked for in vain. */
async function appears(path: string): Promise<boolean> {
  for (let looks = 0; looks < 50; looks++) {
    if (await exists(path)) return true
    await sleep(RETRY_MS)
  }
  return false
}

/**
 * Moves away the folders of all who held the lock, or were about to, so that none of their renames succeeds any
 * more; then tells whether the lock is still one's own, as it stays from then on until it is judged anew.
 */
async function expelOthers(
  { path, owner, folder }: Attempt,
  abandoned: string | undefined,
): Promise<boolean> {
  const place = dirname(path)
  const former = tokenIn(abandoned)
  // By its name, whatever a network file system's client lists: it is the one that matters.
  let others = former === undefined ? [] : [`${basename(path)}.${former}`]
  for (;;) {
    others = [...others, ...(await foldersBeside(path))].filter(
      (name) => join(place, name) !== folder,
    )
    let isSure = true
    for (const name of new Set(others)) {
      const moved = join(folder, name)
      try {
        await rename(join(place, name), moved)
        await removeFolder(moved)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        // Invalid where two move each other's folder at one time: one's own lies in the other by then.
        const isMoved = code === 'EINVAL' && !(await exists(folder))
        if (wasReplaced(error) || isMoved) isSure = false
        else if (code !== 'ENOENT') throw error
      }
    }
    if (tokenIn(await readLock(path)) !== owner.token) return false
    if (isSure && (await exists(folder))) return true
    // Or a former owner woke before its folder was moved, and moved this one.
    await makeFolder(folder)
    await sleep(RETRY_MS)
  }
}

/** Names of the folders of all owners of a lock, former and present. */
async function foldersBeside(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.`
  const names = await readdir(dirname(path))
  return names.filter(
    (name) => name.startsWith(prefix) && /^[0-9a-f]{32}$/.test(name.slice(prefix.length)),
  )
}

function leaseOf({ path, owner, folder }: Attempt): Lease {
  const { token } = owner
  const loss = new AbortController()
  let files = 0
  const lose = (content: string | undefined): LockLostError => {
    if (!loss.signal.aborted) loss.abort(lossOf(path, content))
    return loss.signal.reason as LockLostError
  }
  const stopIfLost = (): void => {
    if (loss.signal.aborted) throw loss.signal.reason
  }
  const check = async (): Promise<void> => {
    stopIfLost()
    const content = await readLock(path)
    if (tokenIn(content) !== token) throw lose(content)
  }
  /** What went wrong where it is not that the lock was lost: another host may see an old lock for seconds. */
  const unlessLost = async (error: unknown): Promise<unknown> => {
    if (error instanceof LockLostError) return error
    await check()
    return (await exists(folder)) ? error : lose(undefined)
  }
  const ownFile = () => join(folder, String(files++))
  const record = new RecordKeeper(dirname(path), async (file, data, beforeRename) => {
    const guard = async () => {
      await beforeRename?.()
      await check()
    }
    try {
      await check()
      await writeAtomically(file, data, { temporary: ownFile(), guard })
    } catch (error) {
      throw await unlessLost(error)
    }
  })
  return {
    path,
    token,
    signal: loss.signal,
    check,
    stopIfLost,
    write: (file, data, from) => record.write(file, data, from),
    async remove(file) {
      try {
        await check()
        await record.forget(file)
        const removed = ownFile()
        await rename(file, removed)
        await rm(removed, { recursive: true, force: true })
      } catch (error) {
        const other = await unlessLost(error)
        if ((other as NodeJS.ErrnoException).code === 'ENOENT') return
        if (other instanceof LockLostError) throw other
        throw writeFailure(file, other)
      }
    },
  }
}

/** Removes the lock if it is one's own still; leaves what is another's. */
async function release({ path, owner, folder, lock }: Attempt & Partial<Hold>): Promise<void> {
  await lock?.close().catch(() => undefined)
  const content = await readLock(path).catch(() => undefined)
  if (tokenIn(content) === owner.token) {
    await rename(path, join(folder, 'released')).catch(() => undefined)
  }
  await removeFolder(folder)
}

/**
 * Removes a folder as far as it goes: a network file system keeps files that are open somewhere. Whoever holds
 * the lock next removes the rest.
 */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
}

function tokenIn(content: string | undefined): string | undefined {
  return content === undefined ? undefined : ownerIn(content)?.token
}

function lossOf(path: string, content: string | undefined): LockLostError {
  const why =
    content === undefined
      ? 'the lock was removed meanwhile'
      : `${describeOwner(ownerIn(content))} holds it now: this process, or its way to the disk, had stood still for too long`
  return new LockLostError(
    `lost the lock ${path}: ${why}. It stops here and writes nothing more; ` +
      'what was written before is whole and is kept. Run the same command again to see it to its end',
  )
}
