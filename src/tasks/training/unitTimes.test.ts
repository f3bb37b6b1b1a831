/** The times that a plan measures: of networks that take more of a sample than its input. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeNpz } from '../../formats/npz.js'
import { floats, onnxFile } from '../../testing/onnxGraph.js'
import { planOfDocument } from '../../testing/studyRun.js'
import { measureUnitTimes } from './unitTimes.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-times-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('runs a network of several inputs on samples with all that is held beside them', async () => {
  const count = 20
  const rows = (width: number) => ({
    shape: [count, width],
    data: Float32Array.from({ length: count * width }, (_, at) => Math.sin(at)),
  })
  const y = Int32Array.from({ length: count }, (_, row) => row % 2)
  const arrays = { x: rows(4), bias: rows(2), weight: rows(2), y }
  writeFileSync(join(folder, 'rows.npz'), encodeNpz(arrays))
  const model = onnxFile({
    inputs: { x: ['n', 4], bias: ['n', 2], weight: ['n', 2] },
    outputs: { z: ['n', 2] },
    nodes: [
      ['MatMul', ['x', 'w'], ['a']],
      ['Mul', ['a', 'weight'], ['b']],
      ['Add', ['b', 'bias'], ['z']],
    ],
    weights: { w: floats([4, 2], [1, -1, 0.5, 2, -2, 1, 0.25, 1]) },
  })
  writeFileSync(join(folder, 'three.onnx'), model)
  const places = { baseDir: folder, results: join(folder, 'results') }
  const plan = await planOfDocument(
    {
      data: {
        source: 'npz',
        path: 'rows.npz',
        inputs: 'x',
        labels: 'y',
        held: ['bias', 'weight'],
        standardize: false,
      },
      networks: { files: [{ name: 'three', path: 'three.onnx' }] },
      analysis: { samples: { count: 4, testCount: 2 }, players: { count: 3 } },
    },
    places,
  )
  const times = await measureUnitTimes(plan, { ...places, dataDirs: [] })
  expect(times.sample).toBeGreaterThan(0)
})
