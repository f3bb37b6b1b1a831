/** Decompositions of one network at one checkpoint, as a `.npz` file; rows as in the value found. */
import { InputError } from '../core/errors.js'
import { checkArrays } from '../formats/expectedArrays.js'
import { dtypeOf } from '../formats/npy.js'
import {
  type ArrayPieces,
  checkNpzSize,
  npzRows,
  readNpzExcept,
  writeNpz,
} from '../formats/npzStream.js'
import type { Decomposition } from '../interactions/types.js'
import type { WriteFile } from '../store/atomic.js'
import { verifyStored } from '../store/stored.js'
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
    `interactions of ${samples} samples with ${n} players (analysis.samples, analysis.players.count)`,
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
 * Reads what {@link writeInteractionFile} wrote, of so many samples and players. Throws InputError naming the file
 * when it is missing, damaged, or of others.
 */
export async function readInteractionFile(
  path: string,
  { count, n }: Pick<Decompositions, 'count' | 'n'>,
): Promise<Decompositions> {
  await verifyStored(path)
  // Row by row, since Node reads no file beyond 2 GiB at once.
  const arrays = await readNpzExcept(path, ['and', 'or'])
  const floats = { dtype: '<f8', shape: [count] }
  const integers = { dtype: '<i4', shape: [count] }
  checkArrays(
    arrays,
    {
      l1: floats,
      l1_lower_bound: floats,
      gap: floats,
      matching_error: floats,
      converged: integers,
      iterations: integers,
    },
    path,
  )
  const column = (name: string) => arrays[name].data as Float64Array
  return {
    n,
    count,
    and: await readTables(path, 'and', count, n),
    or: await readTables(path, 'or', count, n),
    l1: column('l1'),
    lowerBound: column('l1_lower_bound'),
    gap: column('gap'),
    matchingError: column('matching_error'),
    converged: arrays.converged.data as Int32Array,
    iterations: arrays.iterations.data as Int32Array,
  }
}

/** The tables of all samples, one after the other. */
async function readTables(
  path: string,
  name: string,
  count: number,
  n: number,
): Promise<Float64Array> {
  const columns = 2 ** n
  const tables = new Float64Array(count * columns)
  let row = 0
  for await (const table of npzRows(path, name)) {
    if (table.length === columns && row < count) tables.set(table, row * columns)
    else throw new InputError(`${path} [${name}]: damaged: no ${count} rows of ${columns} numbers`)
    row++
  }
  if (row === count) return tables
  throw new InputError(`${path} [${name}]: damaged: ${row} rows of ${count} samples`)
}
