/** Rows of a split, one by one or some of them. */
import { gatherRows } from '../core/tableRows.js'
import type { Samples } from './types.js'

/** Some rows of a split, in this order. */
export function rowsOf(samples: Samples, rows: readonly number[]): Samples {
  const { inputs, held, labels, trueLabels, ids, count } = samples
  const gathered = (table: Float32Array) => gatherRows(table, rows, table.length / count)
  return {
    count: rows.length,
    inputs: gathered(inputs),
    labels: Int32Array.from(rows, (row) => labels[row]),
    trueLabels: Int32Array.from(rows, (row) => trueLabels[row]),
    ids: Int32Array.from(rows, (row) => ids[row]),
    ...(held === undefined ? {} : { held: gathered(held) }),
  }
}

/** A row of a split by itself: its name, its given label, what networks are fed of it and what is held beside that. */
export interface SampleRow {
  readonly id: number
  readonly label: number
  readonly input: Float32Array
  readonly held?: Float32Array
}

/** One row of a split; its arrays are those of the split. */
export function sampleAt({ inputs, held, labels, ids, count }: Samples, row: number): SampleRow {
  const cellsOf = (table: Float32Array) => {
    const size = table.length / count
    return table.subarray(row * size, (row + 1) * size)
  }
  const beside = held === undefined ? {} : { held: cellsOf(held) }
  return { id: ids[row], label: labels[row], input: cellsOf(inputs), ...beside }
}
