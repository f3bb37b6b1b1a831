/** Checkpoints as ONNX files: read back bit for bit, and run by ONNX Runtime against the reference. */
import { readFile } from 'node:fs/promises'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../core/errors.js'
import { initialize } from '../../models/initialize.js'
import { architectureNames } from '../../models/registry.js'
import { exampleModel } from '../../models/testing/examples.js'
import { createReferenceEngine } from '../reference/engine.js'
import { relativeError } from '../relativeError.js'
import { exportOnnx, importExported, importOnnxParameters } from './checkpoint.js'
import { decodeModel, encodeModel, type TensorProto } from './format.js'

function cut(weights: TensorProto, bytes: number): void {
  weights.rawData = weights.rawData.subarray(0, -bytes)
}

describe.each([...architectureNames])('a checkpoint of %s', (architecture) => {
  const model = exampleModel(architecture)
  const parameters = initialize(model, () => 4)
  const bytes = exportOnnx(model.graph, parameters)

  it('gives its weights back bit for bit', () => {
    expect(importOnnxParameters(bytes)).toEqual(parameters)
  })

  it('gives the network back as it is, and none where anybody changed a node', () => {
    expect(importExported(bytes)).toEqual({ graph: model.graph, parameters })
    const changed = decodeModel(bytes)
    changed.graph.node[changed.graph.node.length - 1].name = 'other'
    expect(importExported(encodeModel(changed))).toBeUndefined()
    const { metadataProps: _, ...without } = decodeModel(bytes)
    expect(importExported(encodeModel(without))).toBeUndefined()
  })

  it('uses the standard operator set alone', () => {
    expect(decodeModel(bytes).opsetImport).toEqual([{ version: 17 }])
  })
})

describe('a checkpoint', () => {
  const model = exampleModel('lenet')
  const parameters = initialize(model, () => 4)
  const bytes = exportOnnx(model.graph, parameters)

  it('opens in ONNX Runtime itself, takes any batch and predicts as the reference does', async () => {
    const session = await ort.InferenceSession.create(bytes)
    expect(session.inputNames).toEqual(['x'])
    expect(session.outputNames).toEqual(['logits'])
    const reference = await createReferenceEngine().createPredictor(model.graph, parameters)
    for (const batch of [1, 3]) {
      const shape = [batch, 1, 28, 28]
      const data = Float32Array.from({ length: batch * 784 }, (_, index) => Math.sin(index))
      const { logits } = await session.run({ x: new ort.Tensor('float32', data, shape) })
      const expected = await reference.run({ x: { shape, data } })
      expect(logits.dims).toEqual([batch, 2])
      expect(relativeError(logits.data as Float32Array, expected)).toBeLessThan(1e-5)
    }
    await session.release()
  })

  it.each([
    ['an empty file', new Uint8Array()],
    ['text', new TextEncoder().encode('this is no model at all, but text')],
    ['a truncated file', bytes.subarray(0, bytes.length - 1000)],
  ])('that is %s is refused', (_what, damaged) => {
    expect(() => importOnnxParameters(damaged)).toThrow(InputError)
  })

  it.each<[string, (weights: TensorProto[]) => unknown]>([
    ['lack their content', ([weights]) => delete (weights as Partial<TensorProto>).rawData],
    ['lack their name', ([weights]) => delete (weights as Partial<TensorProto>).name],
    ['lack the last byte', ([weights]) => cut(weights, 1)],
    ['lack the last number', ([weights]) => cut(weights, 4)],
    ['have another shape', ([weights]) => weights.dims.push(2)],
    ['have a shape below zero', ([weights]) => weights.dims.splice(0, 2, -1, -weights.dims[0])],
    ['have two of a name', (weights) => weights.push(weights[0])],
  ])('whose weights %s is refused', (_what, change) => {
    const decoded = decodeModel(bytes)
    change(decoded.graph.initializer)
    expect(() => importOnnxParameters(encodeModel(decoded))).toThrow(InputError)
  })

  it('whose weights lie in another file is refused with their name', () => {
    const decoded = decodeModel(bytes)
    decoded.graph.initializer[0].dataLocation = 1
    const external = encodeModel(decoded)
    expect(() => importOnnxParameters(external)).toThrow('"conv1.weight" lie in another file')
  })
})

it('the package that is installed is the one that versions name', async () => {
  const file = new URL('../../../node_modules/onnxruntime-node/package.json', import.meta.url)
  const { version } = JSON.parse(await readFile(file, 'utf8'))
  expect(ort.env.versions.node).toBe(version)
})
