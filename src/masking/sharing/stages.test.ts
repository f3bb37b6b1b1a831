/** Masked evaluation in stages against running the whole network, and what its plan is made of. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { sizeOf } from '../../core/tensor.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { predictionError } from '../../engine/parity.js'
import { cutValues, lowerGraph } from '../../graph/cut.js'
import { inferTypes } from '../../graph/infer.js'
import type { Graph } from '../../graph/types.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import { type LayerBuilder, layerBuilder } from '../../models/layers.js'
import { constantsBaseline } from '../baseline/baselines.js'
import { createMaskedEvaluator } from '../evaluation/evaluate.js'
import { parseOutput } from '../evaluation/output.js'
import { gridPlayers } from '../players/players.js'
import { colourCoalitions, colourPlayers, meetingSubsets } from './colouring.js'
import { playersByValue } from './receptiveFields.js'
import { stageGraph } from './stageGraph.js'
import { planStages } from './stages.js'

const engine = await createOnnxEngine('cpu')

type Layer =
  | {
      readonly type: 'conv'
      readonly kernel: number
      readonly stride: number
      readonly padding: number
    }
  | { readonly type: 'relu' | 'max' | 'average' | 'norm' | 'residual' }

const layer: fc.Arbitrary<Layer> = fc.oneof(
  fc.record({
    type: fc.constant('conv' as const),
    kernel: fc.constantFrom(1, 3, 5),
    stride: fc.constantFrom(1, 2),
    padding: fc.constantFrom(0, 1, 2),
  }),
  fc.record({ type: fc.constantFrom('relu', 'max', 'average', 'norm', 'residual') }),
)

const SIZE = 32

/** A convolutional classifier of the layers that fit its shrinking image. */
function network(layers: readonly Layer[], head: 'flat' | 'mean'): Graph {
  const net = layerBuilder({ kind: 'image', shape: [2, SIZE, SIZE], classes: 3 }, 'he')
  const top = layers.reduce((x, next, index) => addLayer(net, x, next, index), net.x)
  const flat = head === 'flat' ? net.flatten(top) : net.globalAveragePool(top)
  const hidden = net.activation('relu', net.dense('hidden', flat, 5))
  const output = net.dense('head', hidden, 3)
  const { inputs, parameters, nodes } = net.graph
  return { inputs, parameters, nodes, output }
}

function addLayer(net: LayerBuilder, x: string, next: Layer, index: number): string {
  const name = `layer${index}`
  const [, channels, height] = net.graph.shapeOf(x)
  switch (next.type) {
    case 'conv': {
      const { kernel, stride, padding } = next
      return height + 2 * padding < kernel
        ? x
        : net.convolution(name, x, 8, { kernel, stride, padding })
    }
    case 'max':
    case 'average':
      return height < 2 ? x : net.pool(next.type, x, 2)
    case 'norm':
      return net.batchNorm(name, x)
    case 'residual':
      return net.add(
        x,
        net.activation('relu', net.convolution(name, x, channels, { kernel: 3, padding: 1 })),
      )
    case 'relu':
      return net.activation('relu', x)
  }
}

function parametersOf(graph: Graph, seed: number) {
  return initialize({ architecture: 'test', graph, blocks: [], parameterCount: 0 }, () => seed)
}

function randomInput(seed: number): Float32Array {
  const draws = stream(seed, 'test').at()
  return Float32Array.from({ length: 2 * SIZE * SIZE }, () => draws.normal())
}

async function values(
  graph: Graph,
  n: number,
  seed: number,
  sharing: boolean,
): Promise<Float64Array> {
  const players = gridPlayers([2, SIZE, SIZE], { rows: 4, columns: 4 }, n, { by: 'random', seed })
  const baseline = constantsBaseline([2, SIZE, SIZE], randomInput(seed + 1), 'test')
  const plan = {
    at: 'x',
    players: () => players,
    baseline,
    output: parseOutput('log-odds', 1, 0),
    sharing,
  }
  const evaluator = await createMaskedEvaluator(
    { engine, graph, parameters: parametersOf(graph, seed) },
    n,
    plan,
  )
  const result = await evaluator.evaluate({ id: 0, input: randomInput(seed), label: seed % 3 })
  await evaluator.dispose()
  return result.values
}

describe('stages', () => {
  it('give the values of the whole network, for any convolutional network and players', async () => {
    const layers = fc.array(layer, { minLength: 1, maxLength: 7 })
    await fc.assert(
      fc.asyncProperty(
        layers,
        fc.constantFrom('flat', 'mean'),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(1000),
        async (list, head, n, seed) => {
          const graph = network(list, head)
          const shared = await values(graph, n, seed, true)
          const plain = await values(graph, n, seed, false)
          const scale = Math.max(1, ...plain.map(Math.abs))
          for (const [coalition, value] of plain.entries()) {
            expect(Math.abs(shared[coalition] - value)).toBeLessThan(1e-5 * scale)
          }
        },
      ),
      { numRuns: 60, seed: 1 },
    )
  })

  it('can be compared between devices: what is drawn for them is what they take', async () => {
    const shape = [3, 32, 32]
    const input = { kind: 'image', shape, classes: 10 } as const
    const { graph } = buildModel({ architecture: 'resnet20' }, input)
    const players = gridPlayers(shape, { rows: 4, columns: 4 }, 6, { by: 'centre' })
    const stages = planStages(graph, 'x', players)
    expect(stages.some(({ join }) => join.kind === 'gather')).toBe(true)
    for (const stage of stages) {
      const { graph: part, constants } = stageGraph(graph, stage, 6)
      const all = { ...parametersOf(graph, 1), ...constants }
      const own = Object.fromEntries(part.parameters.map(({ name }) => [name, all[name]]))
      const predictor = await engine.createPredictor(part, own)
      expect(await predictionError(predictor, predictor, part)).toBe(0)
      await predictor.dispose()
    }
  })

  it('of a residual network share by colours, with look-ups from table to table', async () => {
    const conv = (kernel: number): Layer => ({ type: 'conv', kernel, stride: 1, padding: 1 })
    const block: Layer[] = [{ type: 'residual' }, { type: 'relu' }]
    const graph = network([conv(3), { type: 'relu' }, ...block, ...block], 'mean')
    const players = gridPlayers([2, SIZE, SIZE], { rows: 4, columns: 4 }, 9, { by: 'centre' })
    const stages = planStages(graph, 'x', players)
    expect(stages.length).toBeGreaterThan(1)
    expect(stages[0].coalitions.length).toBeLessThan(2 ** 9)
    expect(stages.at(-1)?.coalitions).toHaveLength(2 ** 9)
    const shared = await values(graph, 9, 4, true)
    const plain = await values(graph, 9, 4, false)
    const scale = Math.max(1, ...plain.map(Math.abs))
    for (const [coalition, value] of plain.entries()) {
      expect(Math.abs(shared[coalition] - value)).toBeLessThan(1e-5 * scale)
    }
  })
})

describe('playersByValue', () => {
  it('names every player whose change shows at a position', async () => {
    const list: Layer[] = [
      { type: 'conv', kernel: 3, stride: 2, padding: 1 },
      { type: 'norm' },
      { type: 'relu' },
      { type: 'max' },
      { type: 'residual' },
    ]
    const graph = network(list, 'mean')
    const players = gridPlayers([2, SIZE, SIZE], { rows: 4, columns: 4 }, 8, {
      by: 'random',
      seed: 3,
    })
    const byValue = playersByValue(graph, inferTypes(graph, 1), 'x', players)
    const parameters = parametersOf(graph, 2)
    for (const value of cutValues(graph).filter((name) => byValue.has(name) && name !== 'x')) {
      const lower = lowerGraph(graph, value)
      const predictor = await engine.createPredictor(lower, parameters)
      const run = (data: Float32Array) => predictor.run({ x: { shape: [1, 2, SIZE, SIZE], data } })
      const x = randomInput(9)
      const before = await run(x)
      const playersAt = byValue.get(value) as Int32Array
      for (let player = 0; player < 8; player++) {
        const after = await run(x.map((v, cell) => (players.map[cell] === player ? v + 50 : v)))
        for (const [index, v] of after.entries()) {
          const met = (playersAt[index % playersAt.length] >>> player) & 1
          if (v !== before[index]) expect(met).toBe(1)
        }
      }
      expect(playersAt.some((mask) => mask !== 0)).toBe(true)
      await predictor.dispose()
    }
  })
})

describe('colouring', () => {
  const playersAt = fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 12 })
    .map((masks) => Int32Array.from(masks))

  it('shows every position each pattern of its players, in the fewest colours', () => {
    fc.assert(
      fc.property(playersAt, (masks) => {
        const colouring = colourPlayers(masks, 8)
        const coalitions = colourCoalitions(colouring)
        let largest = 0
        for (const mask of masks) {
          const patterns = new Set([...coalitions].map((coalition) => coalition & mask))
          const order = mask.toString(2).replaceAll('0', '').length
          expect(patterns.size).toBe(2 ** order)
          largest = Math.max(largest, order)
        }
        expect(colouring.count).toBeGreaterThanOrEqual(Math.max(1, largest))
      }),
    )
  })

  it('needs two colours for a ring of four players and three for a ring of five', () => {
    const ring = (n: number) =>
      Int32Array.from({ length: n }, (_, i) => (1 << i) | (1 << ((i + 1) % n)))
    expect(colourPlayers(ring(4), 4).count).toBe(2)
    expect(colourPlayers(ring(5), 5).count).toBe(3)
  })

  it('lists every subset of a meeting once, by order, up to a limit', () => {
    expect([...(meetingSubsets(Int32Array.from([3, 6]), 10) ?? [])]).toEqual([0, 1, 2, 4, 3, 6])
    expect(meetingSubsets(Int32Array.from([255]), 100)).toBeUndefined()
  })
})

describe('cutValues', () => {
  it('are the values that every path runs through', () => {
    const graph = network([{ type: 'residual' }, { type: 'relu' }], 'mean')
    const kinds = cutValues(graph).map(
      (name) => graph.nodes.find((node) => node.name === name)?.kind,
    )
    expect(kinds).toEqual([
      undefined,
      'binary',
      'activation',
      'reduction',
      'dense',
      'activation',
      'dense',
    ])
    const total = cutValues(graph).map((name) =>
      sizeOf(inferTypes(graph, 1).get(name)?.shape ?? []),
    )
    expect(total[0]).toBe(2 * SIZE * SIZE)
  })
})
