/** How many coalitions run together, and that values do not depend on it. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { sizeOf } from '../../core/tensor.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import { exampleModel } from '../../models/testing/examples.js'
import { constantsBaseline } from '../baseline/baselines.js'
import { gridPlayers } from '../players/players.js'
import { batchNear, graphBatch } from './batchSize.js'
import { createMaskedEvaluator } from './evaluate.js'
import { parseOutput } from './output.js'

describe('a batch of coalitions', () => {
  it('is the power of two below the target, neither tiny nor beyond what memory takes', () => {
    expect(batchNear(300, 1e6)).toBe(256)
    expect(batchNear(3, 1e6)).toBe(32)
    expect(batchNear(300, 200)).toBe(128)
    expect(batchNear(0.1, 5)).toBe(4)
    expect(batchNear(1e9, 1e9)).toBe(4096)
  })

  it('follows the largest value of a graph', () => {
    const batch = (architecture: string) => graphBatch(exampleModel(architecture).graph, 'cpu')
    expect(batch('mlp-5')).toBeGreaterThan(batch('resnet20'))
  })
})

describe('values on the CPU', () => {
  const architectures = ['mlp-5', 'lenet', 'resnet20', 'vgg11']
  it.each(architectures)('of %s are the same bits in every batch', async (architecture) => {
    const model =
      architecture === 'mlp-5'
        ? buildModel({ architecture }, { kind: 'image', shape: [1, 28, 28], classes: 10 })
        : exampleModel(architecture)
    const shape = model.graph.inputs[0].shape.slice(1)
    const draws = stream(1, 'test').at()
    const random = () => Float32Array.from({ length: sizeOf(shape) }, () => draws.normal())
    const [input, baseline] = [random(), random()]
    const players = gridPlayers(shape, { rows: 4, columns: 4 }, 6, { by: 'centre' })
    const engine = await createOnnxEngine('cpu')
    const valuesIn = async (batch: number, sharing: boolean) => {
      const evaluator = await createMaskedEvaluator(
        { engine, graph: model.graph, parameters: initialize(model, () => 1) },
        6,
        {
          at: 'x',
          players: () => players,
          baseline: constantsBaseline(shape, baseline, 'test'),
          output: parseOutput('log-odds', 1, 0),
          batch,
          sharing,
        },
      )
      const { values } = await evaluator.evaluate({ id: 0, input, label: 1 })
      await evaluator.dispose()
      return values
    }
    for (const sharing of [true, false]) {
      const expected = await valuesIn(64, sharing)
      for (const batch of [8, 16, 32]) expect(await valuesIn(batch, sharing)).toEqual(expected)
    }
  })
})
