import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import { gridPlayers } from '../players/players.js'
import { type BoundGraph, chained, withConstant } from './boundGraph.js'
import { planSteps } from './stageSteps.js'
import { planStages } from './stages.js'

const shape = [1, 28, 28]
const model = buildModel({ architecture: 'lenet' }, { kind: 'image', shape, classes: 10 })
const network = { graph: model.graph, parameters: initialize(model, () => 1) }
const players = gridPlayers(shape, { rows: 4, columns: 4 }, 8, { by: 'centre' })
const stages = planStages(model.graph, 'x', players)

describe('planSteps', () => {
  it('joins what runs at once to what makes the cells of the next stage', () => {
    expect(stages.map(({ coalitions }) => coalitions.length)).toEqual([16, 256])
    const [step, ...others] = planSteps(network, stages, players, (_graph, count) => count <= 16)
    expect(others).toEqual([])
    expect(step.coalitions).toBe(256)
    expect(step.cells?.graph.inputs.map(({ name }) => name)).toEqual([
      'mask.sample',
      'mask.baseline',
    ])
  })

  it('keeps stages apart that run in batches', () => {
    const steps = planSteps(network, stages, players, () => false)
    expect(steps.map(({ coalitions }) => coalitions)).toEqual([16, 256])
    expect(steps[1].cells?.graph.inputs.map(({ name }) => name)).toEqual(['mask.table'])
  })

  it('never joins the last stage, whose outputs are asked for', () => {
    expect(planSteps(network, stages, players, () => true)).toHaveLength(1)
  })
})

describe('chained graphs', () => {
  it('compute the upper one of the lower one, also where they use the same names', async () => {
    const engine = await createOnnxEngine('cpu')
    const draws = stream(1, 'test').at()
    const vector = (length: number) => Float32Array.from({ length }, () => draws.normal())
    /** x [2, 3] · w [3, 3] + c. */
    const affine = (): BoundGraph => ({
      graph: {
        inputs: [
          { name: 'x', shape: [2, 3], dtype: 'float32' },
          { name: 'c', shape: [1, 3], dtype: 'float32' },
        ],
        parameters: [
          { name: 'w', shape: [3, 3], trainable: false, init: { kind: 'constant', value: 0 } },
        ],
        nodes: [
          {
            kind: 'matrixProduct',
            name: 'product',
            inputs: ['x', 'w'],
            transposeA: false,
            transposeB: false,
          },
          { kind: 'binary', name: 'y', operation: 'add', inputs: ['product', 'c'] },
        ],
        output: 'y',
      },
      parameters: { w: { shape: [3, 3], data: vector(9) } },
    })
    const [c, x] = [vector(3), { shape: [2, 3], data: vector(6) }]
    const [lower, upper] = [affine(), affine()].map((each) =>
      withConstant(each, 'c', { shape: [1, 3], data: c }),
    )
    const run = async ({ graph, parameters }: BoundGraph, data: Float32Array) => {
      const predictor = await engine.createPredictor(graph, parameters)
      const output = await predictor.run({ x: { shape: x.shape, data } })
      await predictor.dispose()
      return output
    }
    const whole = await run(chained(lower, upper, 'x'), x.data)
    expect(whole).toEqual(await run(upper, await run(lower, x.data)))
    expect(() => chained(lower, upper, 'z')).toThrow(/no input "z"/)
  })
})
