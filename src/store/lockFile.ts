/**
 * The content of a lock: a line of JSON that names the owner, then a line with the number of the last beat of
 * its heart. The owner alone writes it, through the handle with which it came into being; once another lock
 * has taken its place, it beats into a file that nobody sees.
 */
import { closeSync, constants as flags, openSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { InputError, messageOf } from '../core/errors.js'
import type { Owner } from './owner.js'

const { O_NOFOLLOW, O_RDONLY } = flags

/** Digits of a beat's number, which ends the content, before a line's end. */
export const BEAT_DIGITS = 16

/** How often, and after what time each, a file is looked for that another host replaced. */
const REPLACED_ATTEMPTS = 100
const REPLACED_WAIT_MS = 100

/** Content of a lock whose heart has not beaten yet. */
export function lockContent(owner: Owner): string {
  return `${JSON.stringify(owner)}\n${'0'.padStart(BEAT_DIGITS, '0')}\n`
}

/** The owner that a lock names; undefined where it names none. */
export function ownerIn(content: string): Owner | undefined {
  try {
    const { token, host, pid, ...rest } = JSON.parse(content.split('\n', 1)[0]) as Partial<Owner>
    const isOwner = [token, host].every((word) => typeof word === 'string') && Number.isInteger(pid)
    return isOwner ? ({ token, host, pid, ...rest } as Owner) : undefined
  } catch {
    return undefined
  }
}

/**
 * The content of a lock; undefined where there is none. Throws InputError when it cannot be read. Not read asynchronously: whoever
 * writes looks at it several times a file, and each look would take four turns through the threads that do that.
 */
export async function readLock(path: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return textOf(path)
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (['ENOENT', 'ENOTDIR'].includes(code)) return undefined
      if (['EISDIR', 'ELOOP'].includes(code))
        throw new InputError(`${path} is a folder or a link, where a lock belongs: remove it`)
      if (!wasReplaced(error) || attempt === REPLACED_ATTEMPTS) {
        throw new InputError(`cannot read the lock ${path}: ${messageOf(error)}`, { cause: error })
      }
      await sleep(REPLACED_WAIT_MS)
    }
  }
}

/** Never through a link, which may point at a file of somebody else. */
function textOf(path: string): string {
  const file = openSync(path, O_RDONLY | O_NOFOLLOW)
  try {
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/**
 * Whether an error is a network file system's word for a file that another host replaced: a client may go on
 * looking for the old one for seconds. Node has no name for it.
 */
export function wasReplaced(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).errno === -constants.errno.ESTALE
}
