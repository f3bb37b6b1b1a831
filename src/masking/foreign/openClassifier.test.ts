/** Models from elsewhere on devices that compute rightly, wrongly or not at all, against the CPU. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnvironmentError, InputError } from '../../core/errors.js'
import { stream } from '../../core/random.js'
import { openForeignModel } from '../../engine/onnx/foreign.js'
import { encodeInference } from '../../engine/onnx/model.js'
import { relativeError } from '../../engine/relativeError.js'
import { testedDevices } from '../../engine/testing/devices.js'
import type { DeviceName } from '../../engine/types.js'
import { initialize } from '../../models/initialize.js'
import { layerBuilder } from '../../models/layers.js'
import { type ForeignClassifier, foreignClassifier } from './foreignEvaluator.js'
import { openChecked } from './openClassifier.js'

let folder: string
const shape = [6, 8, 8]
const draws = stream(2, 'test').at()
const probe = Float32Array.from({ length: 3 * 384 }, () => draws.normal())

/**
 * A network whose convolution takes 6 channels to 16, which WebGPU computes wrongly, and a copy with the
 * errors of TF32; both with a softmax, too.
 */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-classifiers-'))
  const net = layerBuilder({ kind: 'image', shape, classes: 3 })
  const hidden = net.activation('relu', net.convolution('conv', net.x, 16, { kernel: 3 }))
  const output = net.dense('head', net.flatten(hidden), 3)
  const { inputs, parameters: described, nodes } = net.graph
  const graph = { inputs, parameters: described, nodes, output }
  const last = { kind: 'softmax', name: 'p', inputs: [output] } as const
  const probabilities = { ...graph, nodes: [...nodes, last], output: 'p' }
  const drawn = initialize({ architecture: 'test', graph, blocks: [], parameterCount: 0 }, () => 5)
  const head = (change: (value: number, index: number) => number) => {
    const { shape: extents, data } = drawn['head.weight']
    return { ...drawn, 'head.weight': { shape: extents, data: data.map(change) } }
  }
  // Logits of ten and more, so that probabilities are close to 0 and 1.
  const sure = (value: number) => 60 * value
  const rough = (value: number, index: number) => sure(value) * (index % 2 === 0 ? 1.001 : 0.999)
  for (const [name, network] of [
    ['', graph],
    ['-softmax', probabilities],
  ] as const) {
    writeFileSync(join(folder, `right${name}.onnx`), encodeInference(network, head(sure)))
    writeFileSync(join(folder, `wrong${name}.onnx`), encodeInference(network, head(rough)))
  }
  const nothing = head((_, index) => (index === 0 ? Number.NaN : 1))
  writeFileSync(join(folder, 'nan.onnx'), encodeInference(graph, nothing))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Sessions that are open. */
let open = 0

async function opened(name: string, device: DeviceName): Promise<ForeignClassifier> {
  const model = await openForeignModel(join(folder, `${name}.onnx`), device)
  open++
  const dispose = () => {
    open--
    return model.dispose()
  }
  return foreignClassifier({ ...model, dispose }, { shape, axisOrder: 'nchw' }, 3, probe)
}

/** Opens files on the CPU as if they were the sessions of another device, one after the other. */
function sessions(trusted: string, ...names: readonly string[]) {
  let next = 0
  const start = (device: DeviceName) => opened(device === 'cpu' ? trusted : names[next++], 'cpu')
  return { start, count: () => next }
}

describe('a model from elsewhere on another device than the CPU', () => {
  it('is used in the session that was compared', async () => {
    const { start, count } = sessions('right', 'right')
    const classifier = await openChecked(start, 'webgpu', probe)
    expect(count()).toBe(1)
    expect(open).toBe(1)
    expect(await classifier.classify(probe)).toHaveLength(9)
    await classifier.model.dispose()
  })

  it('is opened again where a session is wrong', async () => {
    const { start, count } = sessions('right', 'wrong', 'wrong', 'right')
    const classifier = await openChecked(start, 'webgpu', probe)
    expect(count()).toBe(3)
    expect(open).toBe(1)
    expect(classifier.model.file).toMatch(/right/)
    await classifier.model.dispose()
  })

  it.each(['', '-softmax'])(
    'is refused by its file with the figure where sessions are always wrong: model%s',
    async (kind) => {
      const { start } = sessions(`right${kind}`, ...Array(3).fill(`wrong${kind}`), `right${kind}`)
      const refusal = openChecked(start, 'webgpu', probe)
      await expect(refusal).rejects.toThrow(EnvironmentError)
      await expect(refusal).rejects.toThrow(
        /webgpu computes .*right.*\.onnx wrongly: .* by \d\.\de-\d relative.*use --device cpu/,
      )
      expect(open).toBe(0)
    },
  )

  it('is refused where the device cannot open it, which is no fault of the file', async () => {
    const start = (device: DeviceName) => opened(device === 'cpu' ? 'right' : 'missing', 'cpu')
    const refusal = openChecked(start, 'webgpu', probe)
    await expect(refusal).rejects.toThrow(EnvironmentError)
    await expect(refusal).rejects.toThrow(/webgpu cannot run .*right\.onnx, which the CPU can: /)
    expect(open).toBe(0)
  })

  it('is refused where it fails on the device, and closed', async () => {
    const start = async (device: DeviceName): Promise<ForeignClassifier> => {
      const classifier = await opened('right', 'cpu')
      if (device === 'cpu') return classifier
      return { ...classifier, classify: () => Promise.reject(new Error('out of memory')) }
    }
    const refusal = openChecked(start, 'webgpu', probe)
    await expect(refusal).rejects.toThrow(/webgpu cannot run .*: out of memory; use --device cpu/)
    expect(open).toBe(0)
  })

  it('is a bad input where it gives no numbers on the CPU either', async () => {
    const { start, count } = sessions('nan', 'nan')
    const refusal = openChecked(start, 'webgpu', probe)
    await expect(refusal).rejects.toThrow(InputError)
    await expect(refusal).rejects.toThrow(/nan\.onnx: outputs .* are not finite/)
    expect(count()).toBe(0)
    expect(open).toBe(0)
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
