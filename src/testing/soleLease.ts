import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { writeAtomically } from '../store/atomic.js'
import type { Lease } from '../store/lock.js'

/** A lease that cannot be lost, for a folder that nobody but one test knows. */
export function soleLease(): Lease {
  return {
    path: 'no lock',
    token: randomBytes(16).toString('hex'),
    signal: new AbortController().signal,
    check: async () => undefined,
    stopIfLost: () => undefined,
    write: (path, data) => writeAtomically(path, data),
    remove: (path) => rm(path, { force: true }),
  }
}
