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

it.each<[string, RegExp]>([
  ['lost/checkpoint-{step}/model.onnx', /there is no .*lost\/checkpoint-20\/model\.onnx/],
  ['lost/{step}/{step}.onnx', /lost\/\{step\}\/\{step\}\.onnx: \{step\} may stand only once/],
  ['lost/{epoch}/model.onnx', /no file there has a number in the place of \{epoch\}/],
  ['nowhere/{epoch}/model.onnx', /nowhere.* does not exist/],
])('%s is refused, naming it', (path, message) => {
  put('lost/checkpoint-10/model.onnx', 'lost/checkpoint-20/weights.bin')
  expect(() => found(path)).toThrow(message)
})
