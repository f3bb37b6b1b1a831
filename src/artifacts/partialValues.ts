/**
 * The samples of a checkpoint that are evaluated already, so that a stopped evaluation goes on: a file
 * to which every sample is appended as one record, its row, `v(S)` of all coalitions, prediction, loss and the
 * checksum of these, all float64. A record that a kill cut short is told by its length or checksum and
 * evaluated again; one in the place of another, by its row.
 *
 * Every hold of a lock has a file of its own (`<value file>.<token>.partial`), so that no two processes ever
 * write to one. Who comes next copies what is whole of the files that are there and removes them: what a
 * process that was suspended appends to its file later counts for nothing.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32c } from '../core/crc32c.js'
import { InputError } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { makeFolder } from '../store/atomic.js'
import type { Lease } from '../store/lock.js'
import { writeFailure } from '../store/writeFailure.js'
import type { EvaluationPlan } from '../study/types.js'
import type { EvaluatedRow } from './valueFile.js'

/** The file begins with the hash of what is evaluated, in hexadecimal. */
const HEADER_BYTES = 64

/** What is done of a value file. */
interface PartialValues {
  /** Samples that are there. */
  readonly count: number
  append(row: EvaluatedRow): Promise<void>
  /** All samples that are there, one after the other. */
  rows(): AsyncGenerator<EvaluatedRow>
  close(): Promise<void>
}

/**
 * Opens what is there of the value file `file`, or begins it, for the holder of a lock. What is of other samples,
 * players, another baseline or other `settings` (whatever the file's name does not tell), or damaged from some
 * record on, counts for nothing. Throws {@link writeFailure} when the place cannot be written.
 */
export async function openPartial(
  file: string,
  plan: EvaluationPlan,
  lease: Pick<Lease, 'token' | 'remove'>,
  settings = '',
): Promise<PartialValues> {
  const own = `${file}.${lease.token}.partial`
  const writing = <T>(action: Promise<T>): Promise<T> =>
    action.catch((error: unknown) => {
      throw writeFailure(own, error)
    })
  await writing(makeFolder(dirname(file)))
  // Not through a link, which may point at a file of somebody else.
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
  const handle = await writing(open(own, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW))
  try {
    const hash = hashOf(plan, settings)
    const records = recordsOf(handle, plan)
    let count = 0
    if (await beginsWith(handle, hash)) {
      count = await countOf(records, plan)
      await writing(handle.truncate(records.positionOf(count)))
    } else {
      await writing(handle.truncate(0))
      await writing(handle.appendFile(hash))
    }
    const append = async (row: EvaluatedRow): Promise<void> => {
      await writing(handle.appendFile(encodeRecord(row, count)))
      count++
    }
    const left = (await partialsOf(file)).filter((path) => path !== own)
    for (const path of left) {
      for await (const row of rowsIn(path, plan, hash, count)) await append(row)
    }
    await writing(handle.datasync())
    for (const path of left) await lease.remove(path)
    return {
      get count() {
        return count
      },
      append,
      async *rows() {
        for (let row = 0; row < count; row++) {
          const found = await records.read(row)
          if (found === undefined) throw new InputError(`${own} is damaged; delete it to redo it`)
          yield found
        }
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Removes what was kept of a value file, once that is there. */
export async function removePartials(file: string, lease: Pick<Lease, 'remove'>): Promise<void> {
  for (const path of await partialsOf(file)) await lease.remove(path)
}

/** What all who worked on a value file have left. */
async function partialsOf(file: string): Promise<string[]> {
  const folder = dirname(file)
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.startsWith(`${basename(file)}.`) && name.endsWith('.partial'))
    .sort()
    .map((name) => join(folder, name))
}

function hashOf(
  { n, baseline, sample, panel, label, givenLabel }: EvaluationPlan,
  settings: string,
): string {
  const columns = [sample, panel, label, givenLabel].map((column) => column.join(' '))
  return sha256(JSON.stringify(['values 2', n, baseline, settings, ...columns]))
}

/** Whole records of a file from row `first` on; none where it is of something else or cannot be read. */
async function* rowsIn(
  path: string,
  plan: EvaluationPlan,
  hash: string,
  first: number,
): AsyncGenerator<EvaluatedRow> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined)
  if (handle === undefined) return
  try {
    if (!(await beginsWith(handle, hash))) return
    const { read } = recordsOf(handle, plan)
    for (let row = first; row < plan.count; row++) {
      const found = await read(row)
      if (found === undefined) return
      yield found
    }
  } finally {
    await handle.close()
  }
}

async function beginsWith(handle: FileHandle, text: string): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(text.length), 0, text.length, 0)
  return buffer.subarray(0, bytesRead).toString('latin1') === text
}

/** The records of a file, by row. */
interface Records {
  positionOf(row: number): number
  /** Undefined where the record is not there, cut short, damaged or that of another row. */
  read(row: number): Promise<EvaluatedRow | undefined>
}

function recordsOf(handle: FileHandle, { n }: EvaluationPlan): Records {
  const numbers = 2 ** n + 4
  const positionOf = (row: number) => HEADER_BYTES + row * numbers * 8
  return {
    positionOf,
    async read(row) {
      const record = new Float64Array(numbers)
      const { bytesRead } = await handle.read(record, 0, record.byteLength, positionOf(row))
      const isWhole =
        bytesRead === record.byteLength &&
        record[0] === row &&
        record[numbers - 1] === checksumOf(record)
      if (!isWhole) return undefined
      const [prediction, loss] = record.subarray(numbers - 3)
      return { values: record.subarray(1, numbers - 3), prediction, loss }
    },
  }
}

/** Whole records from the first on. */
async function countOf({ read }: Records, plan: EvaluationPlan): Promise<number> {
  let count = 0
  while (count < plan.count && (await read(count)) !== undefined) count++
  return count
}

function encodeRecord({ values, prediction, loss }: EvaluatedRow, row: number): Uint8Array {
  const record = new Float64Array(values.length + 4)
  record[0] = row
  record.set(values, 1)
  record.set([prediction, loss], values.length + 1)
  record[record.length - 1] = checksumOf(record)
  return new Uint8Array(record.buffer)
}

/** Checksum of all numbers of a record but the last, where it is kept. */
function checksumOf(record: Float64Array): number {
  return crc32c(new Uint8Array(record.buffer, 0, record.byteLength - 8))
}
