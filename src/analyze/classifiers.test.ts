import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvironmentError } from '../core/errors.js'
import { stream } from '../core/random.js'
import { relativeError } from '../engine/conformance/compare.js'
import { testedDevices } from '../engine/conformance/devices.js'
import { openForeignModel } from '../engine/onnx/foreign.js'
import { encodeInference } from '../engine/onnx/model.js'
import type { DeviceName } from '../engine/types.js'
import { type ForeignClassifier, foreignClassifier } from '../masking/foreignEvaluator.js'
import { initialize } from '../models/initialize.js'
import { layerBuilder } from '../models/layers.js'
import { openChecked } from './classifiers.js'

let folder: string
const shape = [6, 8, 8]
const draws = stream(2, 'test').at()
const probe = Float32Array.from({ length: 3 * 384 }, () => draws.normal())

/** A network whose convolution takes 6 channels to 16, which WebGPU computes wrongly, and a rough copy. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-classifiers-'))
  const net = layerBuilder({ kind: 'image', shape, classes: 3 })
  const hidden = net.activation('relu', net.convolution('conv', net.x, 16, { kernel: 3 }))
  const output = net.dense('head', net.flatten(hidden), 3)
  const { inputs, parameters: described, nodes } = net.graph
  const graph = { inputs, parameters: described, nodes, output }
  const parameters = initialize(
    { architecture: 'test', graph, blocks: [], parameterCount: 0 },
    () => 5,
  )
  writeFileSync(join(folder, 'right.onnx'), encodeInference(graph, parameters))
  // As if products had been computed in TF32.
  const { shape: headShape, data } = parameters['head.weight']
  const rough = data.map((value, index) => value * (index % 2 === 0 ? 1.001 : 0.999))
  const wrong = { ...parameters, 'head.weight': { shape: headShape, data: rough } }
  writeFileSync(join(folder, 'wrong.onnx'), encodeInference(graph, wrong))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function opened(name: string, device: DeviceName): Promise<ForeignClassifier> {
  const model = await openForeignModel(join(folder, `${name}.onnx`), device)
  return foreignClassifier(model, shape, 3, probe)
}

/** Opens files on the CPU as if they were the sessions of another device, one after the other. */
function sessions(...names: readonly string[]) {
  let next = 0
  const open = (device: DeviceName) => opened(device === 'cpu' ? 'right' : names[next++], 'cpu')
  return { open, count: () => next }
}

describe('a model from elsewhere on another device than the CPU', () => {
  it('is used in the session that was compared', async () => {
    const { open, count } = sessions('right')
    const classifier = await openChecked(open, 'webgpu', probe)
    expect(count()).toBe(1)
    expect(classifier.model.file).toMatch(/right/)
    expect(await classifier.classify(probe)).toHaveLength(9)
    await classifier.model.dispose()
  })

  it('is opened again where a session is wrong', async () => {
    const { open, count } = sessions('wrong', 'wrong', 'right')
    const classifier = await openChecked(open, 'webgpu', probe)
    expect(count()).toBe(3)
    expect(classifier.model.file).toMatch(/right/)
    await classifier.model.dispose()
  })

  it('is refused by its file with the figure where sessions are always wrong', async () => {
    const { open } = sessions('wrong', 'wrong', 'wrong', 'right')
    const refusal = openChecked(open, 'webgpu', probe)
    await expect(refusal).rejects.toThrow(EnvironmentError)
    await expect(refusal).rejects.toThrow(
      /webgpu computes .*right\.onnx wrongly: .* by \d\.\de-\d relative.*use --device cpu/,
    )
  })
})

describe.each(testedDevices)('a model from elsewhere on %s', (device) => {
  it('gives the outputs of the CPU or is refused', async () => {
    const trusted = await opened('right', 'cpu')
    const expected = await trusted.classify(probe)
    await trusted.model.dispose()
    const classifier = await openChecked((on) => opened('right', on), device, probe).catch(
      (error: unknown) => error,
    )
    if (classifier instanceof EnvironmentError) {
      expect(device).not.toBe('cpu')
      return
    }
    const found = await (classifier as ForeignClassifier).classify(probe)
    expect(relativeError(found, expected)).toBeLessThan(1e-4)
    await (classifier as ForeignClassifier).model.dispose()
  })
})
