/** Who holds a lock, and whether it lives. */
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'

/** A process as its lock names it. */
export interface Owner {
  /** Names one hold of one lock; drawn anew each time. */
  readonly token: string
  readonly host: string
  readonly pid: number
  /** Boot and namespaces in which `pid` and `started` mean something; undefined where the system does not tell. */
  readonly place?: string
  /** When the process began: its number alone may be another's by now. */
  readonly started?: string
}

/** This process as the owner of a lock. */
export async function ownerHere(token: string): Promise<Owner> {
  const started = (await processState(process.pid))?.started
  return { token, host: hostname(), pid: process.pid, place: await placeHere(), started }
}

/**
 * Whether the owner's process lives; undefined where that cannot be known from here: on another host or
 * since another boot, in another namespace of processes (two containers may have the same host name and the
 * same process numbers), or where the system does not tell. A stopped process lives; a zombie does not.
 */
export async function livesHere({
  host,
  place,
  pid,
  started,
}: Owner): Promise<boolean | undefined> {
  if (place === undefined || host !== hostname() || place !== (await placeHere())) return undefined
  if (!isNumberTaken(pid)) return false
  const found = await processState(pid)
  // A number of which the system tells nothing, as of another user's, is taken all the same.
  if (found === undefined) return true
  return !'ZX'.includes(found.state) && found.started === started
}

/** `process 1234 on gpu-7`. */
export function describeOwner(owner: Owner | undefined): string {
  return owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`
}

/**
 * Boot, process namespace and time namespace (start times are relative to it); undefined without a `/proc`
 * of this very process namespace, as on macOS.
 */
async function placeHere(): Promise<string | undefined> {
  try {
    if ((await readlink('/proc/self')) !== String(process.pid)) return undefined
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const processes = await readlink('/proc/self/ns/pid')
    // Kernels before 5.6 have none.
    const time = await readlink('/proc/self/ns/time').catch(() => '')
    return [boot.trim(), processes, time].join(' ')
  } catch {
    return undefined
  }
}

/** State and start of a process, the 3rd and 22nd field of its {@link statFields}. */
async function processState(pid: number): Promise<{ state: string; started: string } | undefined> {
  const fields = await statFields(pid)
  return fields && { state: fields[0], started: fields[19] }
}

/**
 * The 3rd and later fields of `/proc/<pid>/stat` (the second, a name in brackets, may hold spaces); undefined where the
 * system does not tell.
 */
export async function statFields(pid: number): Promise<string[] | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function isNumberTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
