/**
 * The samples of a checkpoint that are evaluated already, so that a stopped evaluation goes on: a file
 * to which every sample is appended as one record, `v(S)` of all coalitions, prediction, loss and the
 * checksum of these, all float64. A record that a kill cut short is told by its length or checksum and
 * evaluated again.
 */
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32c } from '../core/crc32c.js'
import { InputError, messageOf } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { makeFolder } from '../store/atomic.js'
import type { EvaluationPlan } from '../study/types.js'
import type { EvaluatedRow } from './valueFile.js'

/** The file begins with the hash of what is evaluated, in hexadecimal. */
const HEADER_BYTES = 64

const partialFile = (file: string) => `${file}.partial`

/** What is done of a value file. */
export interface PartialValues {
  /** Samples that are there. */
  readonly count: number
  append(row: EvaluatedRow): Promise<void>
  /** All samples that are there, one after the other. */
  rows(): AsyncGenerator<EvaluatedRow>
  close(): Promise<void>
}

/**
 * Opens what is there of the value file `file`, or begins it. What is of other samples, players,
 * another baseline or other `settings` (whatever the file's name does not tell), or damaged from some
 * record on, counts for nothing and is cut off. Throws InputError when the place cannot be written.
 */
export async function openPartial(
  file: string,
  plan: EvaluationPlan,
  settings = '',
): Promise<PartialValues> {
  const path = partialFile(file)
  const numbers = 2 ** plan.n + 3
  const positionOf = (row: number) => HEADER_BYTES + row * numbers * 8
  const writing = <T>(action: Promise<T>): Promise<T> =>
    action.catch((error: unknown) => {
      throw new InputError(`cannot write ${path}: ${messageOf(error)}`, { cause: error })
    })
  await writing(makeFolder(dirname(path)))
  const handle = await writing(open(path, 'a+'))
  const read = (row: number) => readRecord(handle, positionOf(row), numbers)
  let count = 0
  const hash = hashOf(plan, settings)
  if (await beginsWith(handle, hash)) {
    while (count < plan.count && (await read(count)) !== undefined) count++
    await writing(handle.truncate(positionOf(count)))
  } else {
    await writing(handle.truncate(0))
    await writing(handle.appendFile(hash))
  }
  return {
    get count() {
      return count
    },
    async append(row) {
      await writing(handle.appendFile(encodeRecord(row)))
      count++
    },
    async *rows() {
      for (let row = 0; row < count; row++) {
        const found = await read(row)
        if (found === undefined) throw new InputError(`${path} is damaged; delete it to redo it`)
        yield found
      }
    },
    close: () => handle.close(),
  }
}

/** Removes what was kept, once the checkpoint's own file is there. */
export async function removePartial(file: string): Promise<void> {
  await rm(partialFile(file), { force: true })
}

function hashOf(
  { n, baseline, sample, panel, label, givenLabel }: EvaluationPlan,
  settings: string,
): string {
  const columns = [sample, panel, label, givenLabel].map((column) => column.join(' '))
  return sha256(JSON.stringify(['values 1', n, baseline, settings, ...columns]))
}

async function beginsWith(handle: FileHandle, text: string): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(text.length), 0, text.length, 0)
  return buffer.subarray(0, bytesRead).toString('latin1') === text
}

function encodeRecord({ values, prediction, loss }: EvaluatedRow): Uint8Array {
  const record = new Float64Array(values.length + 3)
  record.set(values)
  record.set([prediction, loss], values.length)
  record[record.length - 1] = checksumOf(record)
  return new Uint8Array(record.buffer)
}

/** A record of so many numbers; undefined where it is not there, cut short or damaged. */
async function readRecord(
  handle: FileHandle,
  position: number,
  numbers: number,
): Promise<EvaluatedRow | undefined> {
  const record = new Float64Array(numbers)
  const { bytesRead } = await handle.read(record, 0, record.byteLength, position)
  if (bytesRead < record.byteLength || record[numbers - 1] !== checksumOf(record)) return undefined
  const [prediction, loss] = record.subarray(numbers - 3)
  return { values: record.subarray(0, numbers - 3), prediction, loss }
}

/** Checksum of all numbers of a record but the last, where it is kept. */
function checksumOf(record: Float64Array): number {
  return crc32c(new Uint8Array(record.buffer, 0, record.byteLength - 8))
}
