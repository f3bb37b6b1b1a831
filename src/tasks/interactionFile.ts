/** Decompositions of one network at one checkpoint, as a `.npz` file; rows as in the value found. */
import { InputError } from '../core/errors.js'
import { dtypeOf } from '../formats/npy.js'
import { arrayOf } from '../formats/npz.js'
import {
  type ArrayPieces,
  checkNpzSize,
  npzRows,
  readNpzExcept,
  writeNpz,
} from '../formats/npzStream.js'
import type { Decomposition } from '../interactions/types.js'
import type { WriteFile } from '../store/atomic.js'
import type { Decompositions } from '../study/types.js'

/** Gathers decompositions row by row. */
export function collectDecompositions(rows: readonly Decomposition[]): Decompositions {
  const { n } = rows[0]
  const tables = (pick: (row: Decomposition) => Float64Array): Float64Array => {
    const all = new Float64Array(rows.length * 2 ** n)
    for (const [index, row] of rows.entries()) all.set(pick(row), index * 2 ** n)
    return all
  }
  return {
    n,
    count: rows.length,
    and: tables(({ and }) => and),
    or: tables(({ or }) => or),
    l1: Float64Array.from(rows, ({ l1 }) => l1),
    lowerBound: Float64Array.from(rows, ({ lowerBound }) => lowerBound),
    gap: Float64Array.from(rows, ({ gap }) => gap),
    matchingError: Float64Array.from(rows, ({ matchingError }) => matchingError),
    converged: Int32Array.from(rows, ({ converged }) => Number(converged)),
    iterations: Int32Array.from(rows, ({ iterations }) => iterations),
  }
}

/** 8-byte numbers of a sample besides its two tables, four float64 and two int32. */
const COLUMNS = 5

/**
 * Throws InputError when the interactions of so many samples are too large for a file, so that it is known
 * before any is computed. Their value tables take less than half of that.
 */
export function checkInteractionFileSize(samples: number, n: number): void {
  checkNpzSize(
    samples * (2 * 2 ** n + COLUMNS),
    `interactions of ${samples} samples with ${n} players (analysis.samples, analysis.players.n)`,
  )
}

export async function writeInteractionFile(
  path: string,
  found: Decompositions,
  writeFile: WriteFile,
): Promise<void> {
  await writeFile(path, (write) => writeNpz(write, arraysOf(found)))
}

function* arraysOf(found: Decompositions): Generator<ArrayPieces> {
  const { n, count } = found
  for (const name of ['and', 'or'] as const) {
    const rowAt = (row: number) => found[name].subarray(row * 2 ** n, (row + 1) * 2 ** n)
    const pieces = Array.from({ length: count }, (_, row) => rowAt(row))
    yield { name, dtype: '<f8', shape: [count, 2 ** n], pieces }
  }
  const columns = {
    l1: found.l1,
    l1_lower_bound: found.lowerBound,
    gap: found.gap,
    matching_error: found.matchingError,
    converged: found.converged,
    iterations: found.iterations,
  }
  for (const [name, data] of Object.entries(columns)) {
    yield { name, dtype: dtypeOf(data), shape: [data.length], pieces: [data] }
  }
}

/**
 * Reads what {@link writeInteractionFile} wrote. Throws InputError naming the file when it is missing or
 * damaged.
 */
export async function readInteractionFile(path: string): Promise<Decompositions> {
  // Row by row, since Node reads no file beyond 2 GiB at once.
  const arrays = await readNpzExcept(path, ['and', 'or'])
  const floats = (key: string) => arrayOf(arrays, key, path).data as Float64Array
  const integers = (key: string) => Int32Array.from(arrayOf(arrays, key, path).data as Int32Array)
  const l1 = floats('l1')
  const count = l1.length
  const and = await readTables(path, 'and', count)
  return {
    n: Math.log2(and.length / count),
    count,
    and,
    or: await readTables(path, 'or', count),
    l1,
    lowerBound: floats('l1_lower_bound'),
    gap: floats('gap'),
    matchingError: floats('matching_error'),
    converged: integers('converged'),
    iterations: integers('iterations'),
  }
}

/** The tables of all samples, one after the other. */
async function readTables(path: string, name: string, count: number): Promise<Float64Array> {
  let tables = new Float64Array(0)
  let row = 0
  for await (const table of npzRows(path, name)) {
    if (row === 0) tables = new Float64Array(count * table.length)
    if (row < count) tables.set(table, row * table.length)
    row++
  }
  if (row === count) return tables
  throw new InputError(`${path} [${name}]: damaged: ${row} rows of ${count} samples`)
}
