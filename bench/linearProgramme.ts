/** The linear programme of the split, solved by HiGHS: an independent optimum for tests and benchmarks. */
import loadHighs from 'highs'
import { orderOf } from '../src/testing/orderOf.js'

// The package's types describe its CommonJS build, where the loader is one level deeper.
const highs = await (loadHighs as unknown as typeof loadHighs.default)()

/**
 * min Σ w(T)(|x(T)| + |y(T)|) subject to |A x + B y − v| ≤ δ, with w = 1 + tilt · |T| / n. Columns are
 * the positive and negative parts of every AND term and of the OR terms of order 2 and above.
 */
export function linearOptimum(values: Float64Array, delta: number, tilt = 0): number {
  const size = values.length
  const n = Math.log2(size)
  const starts = [0]
  const rows: number[] = []
  const entries: number[] = []
  const costs: number[] = []
  const addTerm = (mask: number, contains: (subset: number) => boolean) => {
    for (const sign of [1, -1]) {
      for (let subset = 0; subset < size; subset++) {
        if (!contains(subset)) continue
        rows.push(subset)
        entries.push(sign)
      }
      starts.push(rows.length)
      costs.push(1 + (tilt * orderOf(mask)) / n)
    }
  }
  for (let mask = 0; mask < size; mask++) {
    addTerm(mask, (subset) => (subset & mask) === mask)
    if (orderOf(mask) > 1) addTerm(mask, (subset) => (subset & mask) !== 0)
  }
  const columns = costs.length
  return highs.withModel(
    {
      numCols: columns,
      numRows: size,
      colCost: Float64Array.from(costs),
      colLower: new Float64Array(columns),
      colUpper: new Float64Array(columns).fill(Infinity),
      rowLower: values.map((value) => value - delta),
      rowUpper: values.map((value) => value + delta),
      matrix: {
        format: 'csc',
        numRows: size,
        numCols: columns,
        starts: Int32Array.from(starts),
        indices: Int32Array.from(rows),
        values: Float64Array.from(entries),
      },
    },
    (model) => {
      model.options.set({ output_flag: false })
      model.run()
      return model.getObjectiveValue()
    },
  )
}
