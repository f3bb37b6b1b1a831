/** The forms of convolutions for small images against the float64 reference. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../../core/random.js'
import { sizeOf } from '../../../core/tensor.js'
import { buildModel } from '../../../models/build.js'
import { initialize } from '../../../models/initialize.js'
import { createReferenceEngine } from '../../reference/engine.js'
import { relativeError } from '../../relativeError.js'
import { createOnnxEngine } from '../engine.js'

/** Kernel, stride, padding, and extents of small images. */
const geometries = [
  [3, 1, 1, [2, 2]],
  [3, 1, 1, [3, 3]],
  [3, 1, 1, [1, 1]],
  [3, 1, 1, [2, 4]],
  [3, 1, 1, [4, 4]],
  [3, 1, 1, [3, 7]],
  [3, 1, 1, [1, 9]],
  [3, 1, 0, [4, 5]],
  [3, 2, 1, [2, 3]],
  [5, 1, 2, [4, 5]],
  [5, 2, 2, [5, 4]],
  [5, 1, 0, [5, 5]],
  [7, 3, 3, [6, 8]],
  [2, 1, 1, [1, 4]],
  [1, 1, 0, [1, 1]],
  [1, 2, 1, [1, 1]],
  [1, 3, 2, [1, 2]],
  [2, 5, 2, [2, 2]],
] as const

/** Few channels, and as many as minimal filtering takes. */
const cases = [
  [3, 5],
  [128, 130],
].flatMap(([channels, filters]) =>
  geometries.map((geometry) => [channels, filters, ...geometry] as const),
)

describe('predictions through convolutions of small images', () => {
  it.each(cases)('%i→%i channels, kernel %i, stride %i, padding %i on %s', async (...each) => {
    const [from, channels, kernel, stride, padding, extents] = each
    const shape = [from, ...extents]
    const convolution = { type: 'conv', name: 'c', channels, kernel, stride, padding } as const
    const layers = [
      convolution,
      { type: 'flatten' },
      { type: 'dense', name: 'd', units: 4 },
    ] as const
    const model = buildModel(
      { architecture: 'custom', layers },
      { kind: 'image', shape, classes: 4 },
    )
    const draws = stream(5, 'small images').at()
    const drawn = initialize(model, () => 2)
    const parameters = Object.fromEntries(
      Object.entries(drawn).map(([name, { shape: dims, data }]) => [
        name,
        { shape: dims, data: data.map(() => draws.normal()) },
      ]),
    )
    const data = Float32Array.from({ length: 9 * sizeOf(shape) }, () => draws.normal())
    const outputs: Float32Array[] = []
    for (const engine of [await createOnnxEngine('cpu'), createReferenceEngine()]) {
      const predictor = await engine.createPredictor(model.graph, parameters)
      outputs.push(await predictor.run({ x: { shape: [9, ...shape], data } }))
      await predictor.dispose()
    }
    expect(relativeError(outputs[0], outputs[1])).toBeLessThan(1e-5)
  })
})
