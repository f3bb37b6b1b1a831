/** Masked evaluation against running each masked input by itself. */
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../core/errors.js'
import { stream } from '../../core/random.js'
import { subsetCount } from '../../core/subset.js'
import { sizeOf, type Tensors } from '../../core/tensor.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { createReferenceEngine } from '../../engine/reference/engine.js'
import type { Engine } from '../../engine/types.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import type { Model } from '../../models/types.js'
import { constantsBaseline, dampBaseline } from '../baseline/baselines.js'
import { featurePlayers, gridPlayers, singleFeatures } from '../players/players.js'
import type { Players } from '../types.js'
import { createMaskedEvaluator, type MaskedSample } from './evaluate.js'
import { layerValue, valueShape } from './layerValue.js'
import { parseOutput, scalarOutput } from './output.js'

const engine = await createOnnxEngine('cpu')

function randomInput(size: number, seed: number): Float32Array {
  const draws = stream(seed, 'test').at()
  return Float32Array.from({ length: size }, () => draws.normal())
}

/** v(x_S) of every coalition from inputs masked one by one here and run through the whole network. */
async function valuesByHand(
  model: Model,
  parameters: Tensors,
  sample: MaskedSample,
  baseline: Float32Array,
  { n, map }: Players,
  device: Engine,
): Promise<number[]> {
  const predictor = await device.createPredictor(model.graph, parameters)
  const shape = [1, ...valueShape(model.graph, 'x')]
  const values: number[] = []
  for (let coalition = 0; coalition < subsetCount(n); coalition++) {
    const data = sample.input.map((value, cell) => {
      return map[cell] < 0 || (coalition >>> map[cell]) & 1 ? value : baseline[cell]
    })
    const logits = await predictor.run({ x: { shape, data } })
    values.push(scalarOutput(logits, 0, logits.length, sample.label, parseOutput('log-odds', 1, 0)))
  }
  await predictor.dispose()
  return values
}

const cases = [
  {
    name: 'LeNet with a grid',
    model: buildModel(
      { architecture: 'lenet' },
      { kind: 'image', shape: [1, 28, 28], classes: 10 },
    ),
    players: gridPlayers([1, 28, 28], { rows: 4, columns: 4 }, 6, { by: 'random', seed: 2 }),
  },
  {
    name: 'MLP-5 with features',
    model: buildModel({ architecture: 'mlp-5' }, { kind: 'tabular', shape: [9], classes: 2 }),
    players: featurePlayers(9, singleFeatures(9), 7, { by: 'random', seed: 1 }),
  },
]

describe.each(cases)('masked evaluation of $name', ({ model, players }) => {
  const shape = valueShape(model.graph, 'x')
  const parameters = initialize(model, () => 3)
  const sample = { id: 17, input: randomInput(sizeOf(shape), 5), label: 1 }
  const constants = constantsBaseline(shape, randomInput(sizeOf(shape), 6), 'test')

  it('gives the values of inputs masked by hand', async () => {
    const plan = {
      at: 'x',
      players: () => players,
      baseline: constants,
      output: parseOutput('log-odds', 1, 0),
    }
    const evaluator = await createMaskedEvaluator(
      { engine, graph: model.graph, parameters },
      players.n,
      plan,
    )
    const { values, prediction } = await evaluator.evaluate(sample)
    await evaluator.dispose()
    const baseline = constants.valuesFor(sample.input)
    const expected = await valuesByHand(model, parameters, sample, baseline, players, engine)
    expect(values).toHaveLength(expected.length)
    for (const [coalition, value] of values.entries()) {
      expect(value).toBeCloseTo(expected[coalition], 5)
    }
    const predictor = await engine.createPredictor(model.graph, parameters)
    const plain = await predictor.run({ x: { shape: [1, ...shape], data: sample.input } })
    await predictor.dispose()
    expect(prediction).toBe(plain.indexOf(Math.max(...plain)))
  })

  it('subtracts v(∅), keeps the sample when damped by 1, and does not depend on the batch', async () => {
    const whole = {
      at: 'x',
      players: () => players,
      baseline: dampBaseline(1),
      output: parseOutput('log-odds-v0', 1, 0),
    }
    const same = await createMaskedEvaluator(
      { engine, graph: model.graph, parameters },
      players.n,
      whole,
    )
    const { values: zeros } = await same.evaluate(sample)
    for (const value of zeros) expect(value).toBeCloseTo(0, 5)
    await same.dispose()

    const tables = []
    for (const batch of [5, 64]) {
      const plan = { ...whole, baseline: constants, batch }
      const evaluator = await createMaskedEvaluator(
        { engine, graph: model.graph, parameters },
        players.n,
        plan,
      )
      tables.push((await evaluator.evaluate(sample)).values)
      await evaluator.dispose()
    }
    expect(tables[0][0]).toBe(0)
    for (const [coalition, value] of tables[0].entries()) {
      expect(value).toBeCloseTo(tables[1][coalition], 5)
    }
  })

  it('names the sample and the coalition of an output that is not finite', async () => {
    const plan = {
      at: 'x',
      players: () => players,
      baseline: constants,
      output: parseOutput('log-odds', 1, 0),
    }
    const large = Object.entries(parameters).map(([name, { shape, data }]) => {
      return [name, { shape, data: data.map((value) => 20 * value) }] as const
    })
    const weights = Object.fromEntries(large)
    const evaluator = await createMaskedEvaluator(
      { engine, graph: model.graph, parameters: weights },
      players.n,
      plan,
    )
    const huge = { ...sample, input: sample.input.slice() }
    for (const [cell, player] of players.map.entries()) if (player === 2) huge.input[cell] = 3e38
    const failure = evaluator.evaluate(huge)
    await expect(failure).rejects.toThrow(/sample 17 for coalition 2 is /)
    await expect(failure).rejects.toThrow(
      /analysis\.clamp=1e-7 .*; better half a step .* \(for int8 0\.002\)/,
    )
    await expect(failure).rejects.toMatchObject({ exitCode: exitCodes.badInput })
    const broken = {
      ...sample,
      input: sample.input.map((x, cell) => (cell === 4 ? Number.NaN : x)),
    }
    await expect(evaluator.evaluate(broken)).rejects.toThrow(
      /sample 17 has the value NaN in cell 4/,
    )
    await evaluator.dispose()
  })
})

describe('low layers', () => {
  it.each([
    ['cpu', true],
    ['cuda', false],
  ] as const)('are shared on %s: %s', async (device, shared) => {
    const { model, players } = cases[0]
    let sessions = 0
    const counting: Engine = {
      ...engine,
      device,
      createPredictor: (...call) => {
        sessions++
        return engine.createPredictor(...call)
      },
    }
    const plan = {
      at: 'x',
      players: () => players,
      baseline: dampBaseline(0),
      output: parseOutput('log-odds', 1, 0),
    }
    const parameters = initialize(model, () => 3)
    const evaluator = await createMaskedEvaluator(
      { engine: counting, graph: model.graph, parameters },
      players.n,
      plan,
    )
    await evaluator.evaluate({ id: 0, input: randomInput(784, 5), label: 1 })
    await evaluator.dispose()
    expect(sessions > 1).toBe(shared)
  })
})

describe('players on an inner layer', () => {
  const { model } = cases[0]
  const parameters = initialize(model, () => 3)

  it('finds the value after a block and refuses the last one', () => {
    expect(valueShape(model.graph, layerValue(model.graph, 'conv1'))).toEqual([6, 14, 14])
    expect(valueShape(model.graph, layerValue(model.graph, 'fc1'))).toEqual([120])
    expect(() => layerValue(model.graph, 'fc3')).toThrow(/no single value after it/)
    expect(() => layerValue(model.graph, 'conv9')).toThrow(/no layer "conv9"/)
  })

  it('leaves the plain prediction alone and masks the feature map', async () => {
    const at = layerValue(model.graph, 'conv1')
    const players = gridPlayers([6, 14, 14], { rows: 2, columns: 2 }, 4, { by: 'centre' })
    const sample = { id: 0, input: randomInput(784, 5), label: 1 }
    const baseline = constantsBaseline([6, 14, 14], [0, 0, 0, 0, 0, 0], 'test')
    const plan = { at, players: () => players, baseline, output: parseOutput('log-odds', 1, 0) }
    const evaluator = await createMaskedEvaluator(
      { engine, graph: model.graph, parameters },
      4,
      plan,
    )
    const { values } = await evaluator.evaluate(sample)
    const predictor = await engine.createPredictor(model.graph, parameters)
    const plain = await predictor.run({ x: { shape: [1, 1, 28, 28], data: sample.input } })
    expect(values[15]).toBeCloseTo(scalarOutput(plain, 0, 10, 1, plan.output), 5)
    const other = { ...sample, input: randomInput(784, 8) }
    expect((await evaluator.evaluate(other)).values[0]).toBeCloseTo(values[0], 5)
    await evaluator.dispose()
    await predictor.dispose()
  })
})

describe('the float64 reference engine', () => {
  const { model, players } = cases[0]

  it('agrees with ONNX Runtime, in stages and in one', async () => {
    const reference = createReferenceEngine()
    const few = { ...players, n: 3, map: players.map.map((player) => (player < 3 ? player : -1)) }
    const sample = { id: 0, input: randomInput(784, 5), label: 1 }
    const baseline = constantsBaseline([1, 28, 28], randomInput(784, 6), 'test')
    const tables = []
    for (const [device, sharing] of [
      [engine, true],
      [reference, true],
      [reference, false],
    ] as const) {
      const output = parseOutput('log-odds', 1, 0)
      const plan = { at: 'x', players: () => few, baseline, output, sharing }
      const parameters = initialize(model, () => 3)
      const evaluator = await createMaskedEvaluator(
        { engine: device, graph: model.graph, parameters },
        3,
        plan,
      )
      tables.push((await evaluator.evaluate(sample)).values)
      await evaluator.dispose()
    }
    for (const table of tables) {
      for (const [coalition, value] of table.entries()) {
        expect(value).toBeCloseTo(tables[0][coalition], 5)
      }
    }
  })
})
