/** A file system of a few pages that can be filled, for tests; made by root on Linux. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Bytes of a page, of which a file takes whole ones. */
export const PAGE_BYTES = 4096

/** A disk of its own below a folder. */
export interface SmallDisk {
  readonly path: string
  /** Takes up all room but this many pages, or gives some back. */
  leave(pages: number): void
  /** Lets nobody write any more, root neither. */
  freeze(): void
  remove(): void
}

/** Makes a disk of this many pages. Throws where that is not permitted. */
export function smallDisk(pages: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'lowlayer-disk-'))
  const size = `size=${pages * PAGE_BYTES}`
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'none', path], { encoding: 'utf8' })
  if (made.status !== 0) {
    rmdirSync(path)
    throw new Error(`no disk can be made here: ${made.stderr || made.error}`)
  }
  const ballast = join(path, 'ballast')
  return {
    path,
    leave(wanted) {
      rmSync(ballast, { force: true })
      const file = openSync(ballast, 'w')
      const page = Buffer.alloc(PAGE_BYTES)
      while (statfsSync(path).bfree > wanted) writeSync(file, page)
      closeSync(file)
    },
    freeze() {
      const frozen = spawnSync('mount', ['-o', 'remount,ro', path])
      if (frozen.status !== 0) throw new Error(`${path} stays writable: ${frozen.stderr}`)
    },
    remove() {
      spawnSync('umount', ['-l', path])
      rmdirSync(path)
    },
  }
}

/** Why there are no small disks here; undefined where there are. */
export const noSmallDisk: string | undefined = (() => {
  try {
    smallDisk(1).remove()
    return undefined
  } catch (error) {
    return String(error)
  }
})()
