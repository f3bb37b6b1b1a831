import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../store/atomic.js'
import type { Lease } from '../store/lock.js'
import { RecordKeeper } from '../store/recordKeeper.js'

/** A lease that cannot be lost, for a folder that nobody but one test knows. */
export function soleLease(folder: string): Lease {
  let files = 0
  const record = new RecordKeeper(folder, (path, data, guard = async () => undefined) =>
    writeAtomically(path, data, { temporary: `${path}.${files++}.tmp`, guard }),
  )
  return {
    path: join(folder, 'lock'),
    token: randomBytes(16).toString('hex'),
    signal: new AbortController().signal,
    check: async () => undefined,
    stopIfLost: () => undefined,
    write: (path, data, from) => record.write(path, data, from),
    remove: async (path) => {
      await record.forget(path)
      await rm(path, { force: true })
    },
  }
}
