/** ONNX files that ONNX Runtime does not know, and what to do about them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { floats, onnxFile } from '../../testing/onnxGraph.js'
import { openForeignModel } from './foreign.js'

it('a file format that is too new is named with the way to an older one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-newer-'))
  const bytes = onnxFile({
    inputs: { x: ['batch', 2] },
    outputs: { y: ['batch', 2] },
    nodes: [['Add', ['x', 'one'], ['y']]],
    weights: { one: floats([2], [1, 1]) },
  })
  // The first field of a model is its format: key 8, then the number.
  expect([...bytes.subarray(0, 2)]).toEqual([8, 8])
  bytes[1] = 99
  const file = join(folder, 'newer.onnx')
  writeFileSync(file, bytes)
  const opened = openForeignModel(file, 'cpu')
  await expect(opened).rejects.toThrow(/newer\.onnx.*IR version: 99.*model\.ir_version = 10/s)
  rmSync(folder, { recursive: true })
})
