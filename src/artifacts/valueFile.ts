/** Value tables of one network at one checkpoint, as a `.npz` file; never held all at once. */
import { InputError } from '../core/errors.js'
import { arrayOf } from '../formats/npz.js'
import { type ArrayPieces, npzRows, readNpzExcept, writeNpz } from '../formats/npzStream.js'
import type { WriteFile } from '../store/atomic.js'
import { verifyStored } from '../store/stored.js'
import type { EvaluatedSamples, EvaluationPlan } from '../study/types.js'
import { type Columns, columnPieces, namedColumns, readColumns } from './columns.js'

const perSample: Columns<
  Pick<EvaluatedSamples, 'sample' | 'panel' | 'label' | 'givenLabel' | 'prediction' | 'loss'>
> = {
  sample: ['sample', '<i4'],
  panel: ['panel', '<i4'],
  label: ['label', '<i4'],
  givenLabel: ['given_label', '<i4'],
  prediction: ['prediction', '<i4'],
  loss: ['loss', '<f8'],
}

/** What masked evaluation found of one sample. */
export interface EvaluatedRow {
  /** v by coalition bitmask, [2^n]. */
  readonly values: Float64Array
  readonly prediction: number
  readonly loss: number
}

/** Writes a value file from its rows, each asked for when those before it are written. */
export async function writeValueFile(
  path: string,
  plan: EvaluationPlan,
  rows: AsyncIterable<EvaluatedRow> | Iterable<EvaluatedRow>,
  writeFile: WriteFile,
): Promise<void> {
  await writeFile(path, (write) => writeNpz(write, arraysOf(plan, rows)))
}

function* arraysOf(
  plan: EvaluationPlan,
  rows: AsyncIterable<EvaluatedRow> | Iterable<EvaluatedRow>,
): Generator<ArrayPieces> {
  const prediction = new Int32Array(plan.count)
  const loss = new Float64Array(plan.count)
  async function* tables() {
    let row = 0
    for await (const found of rows) {
      prediction[row] = found.prediction
      loss[row++] = found.loss
      yield found.values
    }
  }
  const shape = [plan.count, 2 ** plan.n]
  yield { name: 'values', dtype: '<f8', shape, pieces: tables() }
  yield* columnPieces({
    ...namedColumns(perSample, { ...plan, prediction, loss }),
    baseline: new TextEncoder().encode(plan.baseline),
  })
}

/**
 * The value tables of a file, [2^n] each, row by row. Throws InputError, before the first, where the file is not
 * what was written.
 */
export async function* readTables(path: string): AsyncGenerator<Float64Array> {
  await verifyStored(path)
  yield* npzRows(path, 'values')
}

/** The value tables of a few rows of a file, by row. */
export async function readTablesOf(
  path: string,
  rows: ReadonlySet<number>,
): Promise<Map<number, Float64Array>> {
  const found = new Map<number, Float64Array>()
  let row = 0
  for await (const table of readTables(path)) {
    if (rows.has(row)) found.set(row, table)
    if (found.size === rows.size) break
    row++
  }
  return found
}

/**
 * What a value file says of every sample besides its table. Throws InputError naming the file when it is
 * missing or damaged, its tables included.
 */
export async function readEvaluatedSamples(path: string): Promise<EvaluatedSamples> {
  await verifyStored(path)
  const arrays = await readNpzExcept(path, ['values'])
  const empty: number[] = []
  const full: number[] = []
  let columns = 0
  for await (const table of npzRows(path, 'values')) {
    columns = table.length
    empty.push(table[0])
    full.push(table[columns - 1])
  }
  const n = Math.log2(columns)
  if (!Number.isInteger(n)) {
    throw new InputError(`${path} [values]: damaged: ${columns} columns, no power of 2`)
  }
  const count = full.length
  const { shape: baseline } = arrayOf(arrays, 'baseline', path)
  const others = { baseline: { dtype: '|u1', shape: [baseline[0]] } }
  return {
    n,
    count,
    ...readColumns(arrays, perSample, [count], others, path),
    empty: Float64Array.from(empty),
    full: Float64Array.from(full),
    baseline: new TextDecoder().decode(arrays.baseline.data as Uint8Array),
  }
}
