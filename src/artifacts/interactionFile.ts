/** Decompositions of one network at one checkpoint, as a `.npz` file; rows as in the value found. */
import { InputError } from '../core/errors.js'
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
import type { Decompositions, SolverFigures } from '../study/types.js'
import { type Columns, columnPieces, namedColumns, readColumns } from './columns.js'

const columns: Columns<SolverFigures> = {
  l1: ['l1', '<f8'],
  lowerBound: ['l1_lower_bound', '<f8'],
  gap: ['gap', '<f8'],
  matchingError: ['matching_error', '<f8'],
  converged: ['converged', '<i4'],
  iterations: ['iterations', '<i4'],
}

/** Gathers decompositions row by row. */
export function collectDecompositions(rows: readonly Decomposition[]): Decompositions {
  const { n } = rows[0]
  const tables = (pick: (row: Decomposition) => Float64Array): Float64Array => {
    const all = new Float64Array(rows.length * 2 ** n)
    for (const [index, row] of rows.entries()) all.set(pick(row), index * 2 ** n)
    return all
  }
  const figures = Object.entries(columns).map(([key, [, dtype]]) => [
    key,
    (dtype === '<f8' ? Float64Array : Int32Array).from(
      rows.map((row) => Number(row[key as keyof SolverFigures])),
    ),
  ])
  return {
    n,
    count: rows.length,
    and: tables(({ and }) => and),
    or: tables(({ or }) => or),
    ...(Object.fromEntries(figures) as unknown as SolverFigures),
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
  yield* columnPieces(namedColumns(columns, found))
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
  const figures = readColumns(arrays, columns, [count], {}, path)
  return {
    n,
    count,
    and: await readTables(path, 'and', count, n),
    or: await readTables(path, 'or', count, n),
    ...figures,
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
