import { expect, it } from 'vitest'
import { sharedSamples, sharedSampleWarnings } from './sharedSamples.js'
import type { Dataset, Samples } from './types.js'

const samples = (...rows: number[][]): Samples => ({
  count: rows.length,
  inputs: Float32Array.from(rows.flat()),
  labels: new Int32Array(rows.length),
  trueLabels: new Int32Array(rows.length),
  ids: new Int32Array(rows.length),
})

it('test samples with the inputs of a training sample are counted, each once', () => {
  const train = samples([1, 2], [1, 2], [3, 4], [0, 0])
  const test = samples([1, 2], [2, 1], [3, 4], [3, 4], [5, 6])
  expect(sharedSamples({ train, test, shape: [2] })).toBe(3)
  expect(sharedSamples({ train, test: samples(), shape: [2] })).toBe(0)
})

it('many of them are a warning where a user chose the rows', () => {
  const rows = Array.from({ length: 40 }, (_, at) => [at, 1])
  const data = (shared: number, source = 'npz') =>
    ({
      source,
      shape: [2],
      train: samples(...rows),
      test: samples(...rows.map(([at], row) => [at, row < shared ? 1 : 2])),
    }) as unknown as Dataset
  expect(sharedSampleWarnings(data(40))).toEqual([
    expect.stringMatching(/^40 of 40 test samples are training samples as well, bit for bit/),
  ])
  expect(sharedSampleWarnings(data(3))).toHaveLength(1)
  // One or two rows of a table may be twice.
  expect(sharedSampleWarnings(data(2))).toEqual([])
  expect(sharedSampleWarnings(data(40, 'glyphs'))).toEqual([])
})
