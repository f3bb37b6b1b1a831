/** Studies of values that another tool computed: which sample each value is of, and what is missing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeNpz } from '../../formats/npz.js'
import { readGivenValues } from './givenValues.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-values-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A file with a row per sample, v = 0 and a number of its own, of one player. */
function fileOf(rows: readonly number[], more: Record<string, Int32Array | Float64Array>): string {
  const file = join(folder, 'v.npz')
  const data = Float64Array.from(rows.flatMap((own) => [0, own]))
  writeFileSync(file, encodeNpz({ values: { data, shape: [rows.length, 2] }, ...more }))
  return file
}

/** Analysed samples of two splits that each count from 0: 3 and 5 of the one, 5 and 7 of the other. */
const analysed = [
  { id: 3, panel: 0 },
  { id: 5, panel: 0 },
  { id: 5, panel: 1 },
  { id: 7, panel: 1 },
]
const of = { n: 1, fromEmpty: true, classes: 3 }
const read = (file: string, samples = analysed) =>
  readGivenValues(file, samples, of).map(({ values }) => values[1])

describe('values of samples whose ids the two splits share', () => {
  const sample = Int32Array.of(5, 7, 3, 5, 3)
  const panel = Int32Array.of(1, 1, 0, 0, 1)

  it('are told apart by an array "panel"', () => {
    expect(read(fileOf([51, 71, 30, 50, 31], { sample, panel }))).toEqual([30, 50, 51, 71])
  })

  it('are refused without it', () => {
    expect(() => read(fileOf([51, 71, 30, 50, 31], { sample }))).toThrow(
      /v\.npz: sample 5 is there twice: an array "panel" beside "sample"/,
    )
    // One row of each id would be taken for samples of both splits.
    expect(() => read(fileOf([1, 2, 3], { sample: Int32Array.of(3, 5, 7) }))).toThrow(
      /sample 5 is there twice: an array "panel"/,
    )
  })

  it('are refused where one stands twice all the same, or is missing', () => {
    const again = Int32Array.of(0, 1, 0, 0, 1)
    expect(() => read(fileOf([51, 71, 30, 50, 31], { sample, panel: again }))).toThrow(
      /sample 5 of panel 0 is there twice$/,
    )
    const other = Int32Array.of(1, 0, 0, 0, 1)
    expect(() => read(fileOf([51, 71, 30, 50, 31], { sample, panel: other }))).toThrow(
      /no values of sample 7 of panel 1/,
    )
  })

  it('are those of the panels that the file says where it has no ids', () => {
    expect(read(fileOf([30, 50, 51, 71], { panel: Int32Array.of(0, 0, 1, 1) }))).toEqual([
      ...[30, 50, 51, 71],
    ])
    expect(() => read(fileOf([51, 71, 30, 50], { panel: Int32Array.of(1, 1, 0, 0) }))).toThrow(
      /row 0 is of panel 1, and the analysed sample in its place, 3, of panel 0: give ids/,
    )
  })

  it('need no panels where ids are different', () => {
    const different = [analysed[0], analysed[1], analysed[3]]
    const file = fileOf([71, 50, 30], { sample: Int32Array.of(7, 5, 3) })
    expect(read(file, different)).toEqual([30, 50, 71])
  })
})

describe('values of another tool', () => {
  const rows = [30, 50, 51, 71]

  it('tell no loss by themselves: a constant may have been taken out before', () => {
    for (const row of readGivenValues(fileOf(rows, {}), analysed, of)) {
      expect(row.loss).toBeNaN()
    }
    const loss = Float64Array.of(0.5, 0, 2, 1e-9)
    const told = readGivenValues(fileOf(rows, { loss }), analysed, of).map((row) => row.loss)
    expect(told).toEqual([...loss])
  })

  it.each<[string, Record<string, Int32Array | Float64Array>, RegExp]>([
    ['a misspelt array', { samples: Int32Array.of(5, 7, 3, 5) }, /"samples" is none of the arrays/],
    ['a negative loss', { loss: Float64Array.of(1, 1, -0.1, 1) }, /sample 5 is -0.1, below 0/],
    ['an infinite loss', { loss: Float64Array.of(1, 1, Infinity, 1) }, /no finite number/],
    [
      'a class too many',
      { prediction: Int32Array.of(0, 1, 2, 3) },
      /sample 7 is 3, no class .*0 to 2/,
    ],
    ['a class of -2', { prediction: Int32Array.of(0, 1, -2, 1) }, /sample 5 is -2, no class/],
  ])('are refused with %s', (_, more, message) => {
    expect(() => readGivenValues(fileOf(rows, more), analysed, of)).toThrow(message)
  })

  it('may predict none of the classes of the data', () => {
    const prediction = Int32Array.of(0, -1, 2, 1)
    const read = readGivenValues(fileOf(rows, { prediction }), analysed, of)
    expect(read.map((row) => row.prediction)).toEqual([...prediction])
  })
})
