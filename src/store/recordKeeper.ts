/** Keeps the record of a folder: which files were written there, and the checksum of each. */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { FileContent } from './atomic.js'
import { RECORD_NAME } from './layout.js'
import {
  EMPTY_RECORD,
  type FolderRecord,
  formatRecord,
  nameIn,
  readRecord,
  type Sum,
} from './record.js'

/**
 * Writes a file atomically, and not after the lock of its folder was lost. `beforeRename` is waited for when all
 * is on the disk and not yet in its place.
 */
type PutFile = (
  path: string,
  data: FileContent,
  beforeRename?: () => Promise<void>,
) => Promise<void>

/** Writes and removes the files of a folder, under its lock, and keeps its record. */
export class RecordKeeper {
  private record: Promise<FolderRecord> | undefined
  private queue: Promise<void> = Promise.resolve()

  constructor(
    private readonly folder: string,
    private readonly put: PutFile,
  ) {}

  /** Writes a file and lists it, with what it was made from. */
  async write(path: string, data: FileContent, from?: string): Promise<void> {
    const { content, sum } = measured(data, from)
    await this.put(path, content, () => this.recordNext(path, sum()))
    await this.recordWritten(path, sum())
  }

  /** Strikes a file off the list, to be called before it is removed. */
  forget(path: string): Promise<void> {
    const name = nameIn(this.folder, path)
    return this.change(({ files, next }) =>
      files.has(name) ? { files: without(files, name), next: without(next, name) } : undefined,
    )
  }

  private recordNext(path: string, sum: Sum): Promise<void> {
    const name = nameIn(this.folder, path)
    return this.change(({ files, next }) => {
      const old = files.get(name)
      if (old === undefined || isSame(old, sum)) return undefined
      return { files, next: new Map(next).set(name, sum) }
    })
  }

  private recordWritten(path: string, sum: Sum): Promise<void> {
    const name = nameIn(this.folder, path)
    return this.change(({ files, next }) => {
      const old = files.get(name)
      if (old !== undefined && isSame(old, sum) && !next.has(name)) return undefined
      return { files: new Map(files).set(name, sum), next: without(next, name) }
    })
  }

  /** One change after the other. */
  private change(changed: (record: FolderRecord) => FolderRecord | undefined): Promise<void> {
    const done = this.queue.then(async () => {
      // A damaged record vouches for nothing; what is written from now on is listed in a new one.
      this.record ??= readRecord(this.folder).catch(() => EMPTY_RECORD)
      const record = changed(await this.record)
      if (record === undefined) return
      await this.put(join(this.folder, RECORD_NAME), formatRecord(record))
      this.record = Promise.resolve(record)
    })
    this.queue = done.catch(() => undefined)
    return done
  }
}

function without(sums: ReadonlyMap<string, Sum>, name: string): ReadonlyMap<string, Sum> {
  const rest = new Map(sums)
  rest.delete(name)
  return rest
}

function isSame(a: Sum, b: Sum): boolean {
  return a.sha256 === b.sha256 && a.from === b.from
}

/** A content and its sum, which is known once all of it was written. */
function measured(
  data: FileContent,
  from: string | undefined,
): { readonly content: FileContent; readonly sum: () => Sum } {
  const hash = createHash('sha256')
  let bytes = 0
  const add = (piece: Uint8Array) => {
    hash.update(piece)
    bytes += piece.length
  }
  let total: Sum | undefined
  const sum = () => {
    total ??= { bytes, sha256: hash.digest('hex'), ...(from === undefined ? {} : { from }) }
    return total
  }
  if (typeof data !== 'function') {
    add(typeof data === 'string' ? Buffer.from(data) : data)
    return { content: data, sum }
  }
  const content: FileContent = (write) =>
    data((piece) => {
      add(piece)
      return write(piece)
    })
  return { content, sum }
}
