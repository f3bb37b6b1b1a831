/** For tests: an analysed checkpoint with chosen interactions, for which no network was run. */
import type { CheckpointInput } from '../study/checkpoint.js'

interface Given {
  readonly step?: number
  /** 0: main panel; 1: panel of the other split. All rows are of the main panel by default. */
  readonly panel?: readonly number[]
  readonly loss?: readonly number[]
}

/** An analysed checkpoint whose rows have these AND interactions, [rows][2^n], and one class. */
export function madeCheckpoint(
  interactions: readonly (readonly number[])[],
  { step = 1, panel, loss }: Given = {},
): CheckpointInput {
  const count = interactions.length
  const n = Math.log2(interactions[0].length)
  const zeros = () => new Float64Array(count)
  return {
    step,
    values: {
      n,
      count,
      sample: Int32Array.from(interactions.keys()),
      panel: Int32Array.from(panel ?? new Int32Array(count)),
      label: new Int32Array(count),
      givenLabel: new Int32Array(count),
      prediction: new Int32Array(count),
      loss: Float64Array.from(loss ?? zeros()),
      baseline: 'zero',
      empty: zeros(),
      full: Float64Array.from(interactions, (row) => row.reduce((sum, value) => sum + value, 0)),
    },
    decompositions: {
      n,
      count,
      and: Float64Array.from(interactions.flat()),
      or: new Float64Array(count * 2 ** n),
      l1: zeros(),
      lowerBound: zeros(),
      gap: zeros(),
      matchingError: zeros(),
      converged: new Int32Array(count).fill(1),
      iterations: new Int32Array(count),
    },
  }
}
