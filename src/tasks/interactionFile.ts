/** Decompositions of one network at one checkpoint, as a `.npz` file; rows as in the value found. */
import { readFile } from 'node:fs/promises'
import { dtypeOf } from '../formats/npy.js'
import { arrayOf, decodeNpz } from '../formats/npz.js'
import { type ArrayPieces, writeNpz } from '../formats/npzStream.js'
import type { Decomposition } from '../interactions/types.js'
import { writeAtomically } from '../store/atomic.js'
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

export async function writeInteractionFile(path: string, found: Decompositions): Promise<void> {
  await writeAtomically(path, (write) => writeNpz(write, arraysOf(found)))
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

/** Reads an interaction found. Throws InputError naming the file when it is damaged. */
export async function readInteractionFile(path: string): Promise<Decompositions> {
  const arrays = decodeNpz(await readFile(path), path)
  const floats = (key: string) => arrayOf(arrays, key, path).data as Float64Array
  const integers = (key: string) => Int32Array.from(arrayOf(arrays, key, path).data as Int32Array)
  const { shape } = arrayOf(arrays, 'and', path)
  return {
    n: Math.log2(shape[1]),
    count: shape[0],
    and: floats('and'),
    or: floats('or'),
    l1: floats('l1'),
    lowerBound: floats('l1_lower_bound'),
    gap: floats('gap'),
    matchingError: floats('matching_error'),
    converged: integers('converged'),
    iterations: integers('iterations'),
  }
}
