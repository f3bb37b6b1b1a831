/** Series of checkpoints by the numbers in their paths, on real folders. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { seriesOf } from './checkpointSeries.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-series-'))
afterAll(() => rmSync(folder, { recursive: true }))

function put(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
}
const found = (path: string) => seriesOf(path, { baseDir: folder })

it.each([
  ['the name of the file', 'names/net-{step}.onnx', (step: number) => `names/net-${step}.onnx`],
  [
    'the folder that a trainer makes for each',
    'hf/checkpoint-{step}/onnx/model.onnx',
    (step: number) => `hf/checkpoint-${step}/onnx/model.onnx`,
  ],
  ['the first part of a path', '{epoch}/net.onnx', (step: number) => `${step}/net.onnx`],
] as const)('is found by the number in %s, in the order of numbers', (_, path, fileOf) => {
  const steps = [5, 40, 120]
  put(...steps.map(fileOf))
  const expected = steps.map((number) => ({ number, file: join(folder, fileOf(number)) }))
  expect(found(path)).toEqual(expected)
  expect(found(join(folder, path))).toEqual(expected)
})

it('has other files and folders beside it', () => {
  put('beside/10/model.onnx', 'beside/20/model.onnx', 'beside/best/model.onnx', 'beside/3')
  // A file is no folder of the series that has lost its model.
  expect(() => found('beside/{step}/model.onnx')).toThrow(/there is no .*beside\/3\/model\.onnx/)
  rmSync(join(folder, 'beside/3'))
  expect(found('beside/{step}/model.onnx').map(({ number }) => number)).toEqual([10, 20])
})

it.each<[readonly number[], RegExp | undefined]>([
  [[0, 10, 20, 40, 50], /number 30 is missing, between 20 and 40 of a series of 5/],
  [[0, 1, 2, 4, 5, 6, 8, 9, 10, 11], /number 3 is missing, .* \(and more in 1 other places\)/],
  [[0, 1, 2, 3, 6, 7, 8, 9], /number 4 is missing, between 3 and 6/],
  [[0, 1, 2, 3, 5], /number 4 is missing/],
  [[0, 1, 2, 3, 4, 5, 10, 20, 30], undefined],
  [[0, 1, 2, 4, 8, 16, 32], undefined],
  [[0, 10, 20, 30, 35, 40, 45], undefined],
  [[0, 10, 20, 25, 30, 35, 40, 45], undefined],
  [[0, 2, 4], undefined],
])('of numbers %j has holes where it goes on as before', (numbers, message) => {
  const place = `holes-${numbers.join('-')}`
  put(...numbers.map((number) => `${place}/${number}.onnx`))
  const open = () => found(`${place}/{epoch}.onnx`).map(({ number }) => number)
  if (message === undefined) expect(open()).toEqual(numbers)
  else expect(open).toThrow(message)
})

it('has no number that is not whole', () => {
  put('halves/0.onnx', 'halves/0.5.onnx', 'halves/1.onnx', 'halves/best.onnx')
  expect(() => found('halves/{epoch}.onnx')).toThrow(
    /0\.5\.onnx has 0\.5 in the place of \{epoch\}, and only whole numbers are read/,
  )
})

it.each<[string, RegExp]>([
  ['lost/checkpoint-{step}/model.onnx', /there is no .*lost\/checkpoint-20\/model\.onnx/],
  ['lost/{step}/{step}.onnx', /lost\/\{step\}\/\{step\}\.onnx: \{step\} may stand only once/],
  ['lost/{epoch}/model.onnx', /no file there has a number in the place of \{epoch\}/],
  ['nowhere/{epoch}/model.onnx', /nowhere.* does not exist/],
])('%s is refused, naming it', (path, message) => {
  put('lost/checkpoint-10/model.onnx', 'lost/checkpoint-20/weights.bin')
  expect(() => found(path)).toThrow(message)
})
