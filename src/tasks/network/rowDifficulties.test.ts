/** GraNd scores of the last layer against gradients taken numerically. */
import { expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import type { Dataset, Samples } from '../../data/types.js'
import { createReferenceEngine } from '../../engine/reference/engine.js'
import { interpret } from '../../engine/reference/interpret.js'
import { lastLayer } from '../../masking/evaluation/lastLayer.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import type { ModelSpec } from '../../models/spec.js'
import { graphDifficulties } from './rowDifficulties.js'

const classes = 3
const count = 3

/** log Σ exp z − z_y, in float64; one logit is that of class 1. */
function lossOf(logits: ArrayLike<number>, label: number): number {
  const z = logits.length === 1 ? [0, logits[0]] : Array.from(logits)
  return Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[label]
}

it.each([
  ['mlp-5', {}],
  ['mlp-5 with one logit', { head: 'binary' }],
  ['lenet', {}],
])(
  'GraNd of the last layer of %s is the length of the gradient, taken numerically',
  async (name, more) => {
    const isBinary = 'head' in more
    const outputs = isBinary ? 2 : classes
    const spec = { architecture: name.split(' ')[0], width: 5, ...more } as ModelSpec
    const size = name === 'lenet' ? [1, 28, 28] : [1, 4, 4]
    const model = buildModel(spec, { kind: 'image', shape: size, classes: outputs })
    const parameters = initialize(model, () => 3)
    const cells = size.reduce((product, extent) => product * extent, 1)
    const random = stream(0, 'inputs').at()
    const labels = Int32Array.from({ length: count }, (_, row) => row % outputs)
    const samples: Samples = {
      count,
      inputs: Float32Array.from({ length: count * cells }, () => random.normal()),
      labels,
      trueLabels: labels,
      ids: Int32Array.from({ length: count }, (_, row) => row),
    }
    const dataset = { kind: 'image', shape: size } as unknown as Dataset
    const engine = createReferenceEngine()
    const predictor = await engine.createPredictor(model.graph, parameters)
    const network = { graph: model.graph, parameters }
    const found = await graphDifficulties({ engine, ...network }, predictor, dataset, samples)

    // The last layer alone, in float64, from the values that it takes.
    const { input } = lastLayer(model.graph)!
    const toFloat64 = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }) => {
      return { shape, data: Float64Array.from(data) }
    }
    const feeds = Object.fromEntries(
      Object.entries(parameters).map(([key, tensor]) => [key, toFloat64(tensor)]),
    )
    const x = toFloat64({ shape: [count, ...size], data: samples.inputs })
    const values = interpret(model.graph.nodes, { ...feeds, x })
    const h = values.get(input)!
    const head = model.graph.nodes.find((node) => node.name === model.graph.output)!
    const losses = (changed: Record<string, ReturnType<typeof toFloat64>>) => {
      const { data } = interpret([head], { ...feeds, ...changed, [input]: h }).get(head.name)!
      const width = data.length / count
      return Array.from(labels, (label, row) =>
        lossOf(data.subarray(row * width, (row + 1) * width), label),
      )
    }
    const squares = new Float64Array(count)
    const step = 1e-5
    for (const weight of head.inputs.slice(1)) {
      for (const at of feeds[weight].data.keys()) {
        const moved = (by: number) => {
          const data = feeds[weight].data.slice()
          data[at] += by
          return losses({ [weight]: { ...feeds[weight], data } })
        }
        const [up, down] = [moved(step), moved(-step)]
        for (const row of labels.keys()) squares[row] += ((up[row] - down[row]) / (2 * step)) ** 2
      }
    }
    expect(head.inputs).toHaveLength(3)
    for (const row of labels.keys()) {
      expect(found.grand![row] / Math.sqrt(squares[row])).toBeCloseTo(1, 5)
      expect(found.rows[row].loss).toBeCloseTo(losses({})[row], 5)
    }
  },
)
