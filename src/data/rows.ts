import type { Samples } from './types.js'

/** Some rows of a split, in this order. */
export function rowsOf(samples: Samples, rows: readonly number[]): Samples {
  const { inputs, held, labels, trueLabels, ids, count } = samples
  const gather = (cells: Float32Array) => {
    const size = cells.length / count
    const chosen = new Float32Array(rows.length * size)
    for (const [at, row] of rows.entries()) {
      chosen.set(cells.subarray(row * size, (row + 1) * size), at * size)
    }
    return chosen
  }
  const chosen = {
    count: rows.length,
    inputs: gather(inputs),
    labels: Int32Array.from(rows, (row) => labels[row]),
    trueLabels: Int32Array.from(rows, (row) => trueLabels[row]),
    ids: Int32Array.from(rows, (row) => ids[row]),
  }
  return held === undefined ? chosen : { ...chosen, held: gather(held) }
}
