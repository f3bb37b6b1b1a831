/** What killed processes leave beside whole files, and who removes it. */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Task } from '../../plan/types.js'
import { isHeld, withLock } from '../../store/lock.js'
import { isStored } from '../../store/stored.js'
import type { StudyPlace } from '../types.js'
import { lockOfTask } from './taskLock.js'

/** Locks and the folders of their owners; evaluations, by the file that they are of; temporary files. */
const LEFTOVER = /^(?:lock(?:\.[0-9a-f]{32})?|(?<whole>.*)\.[0-9a-f]{32}\.partial|.*\.tmp)$/

/**
 * Removes what killed processes have left of a task that is done: it will not run again, which would do the same.
 * Nothing happens where a process may be at work.
 */
export async function removeLeftovers(task: Task, place: StudyPlace): Promise<void> {
  const lock = lockOfTask(task, place)
  const folder = dirname(lock)
  const names = await readdir(folder).catch(() => [])
  if (!names.some((name) => LEFTOVER.test(name)) || (await isHeld(lock))) return
  // Who takes a lock removes what former owners have left of it.
  await withLock(lock, async (lease) => {
    for (const name of names) {
      const whole = LEFTOVER.exec(name)?.groups?.whole
      const isOver = whole !== undefined && (await isStored(join(folder, whole), 'place'))
      if (isOver || name.endsWith('.tmp')) await lease.remove(join(folder, name))
    }
  })
}
