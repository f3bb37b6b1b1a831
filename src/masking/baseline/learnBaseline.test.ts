/** Learned baselines: the gradient against finite differences, and interactions that become sparser. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import type { Engine } from '../../engine/types.js'
import { mobius } from '../../interactions/mobius.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import { createMaskedEvaluator } from '../evaluation/evaluate.js'
import { outputGradient, parseOutput, scalarOutput } from '../evaluation/output.js'
import { featurePlayers, singleFeatures } from '../players/players.js'
import { constantsBaseline } from './baselines.js'
import { type LearningOptions, learnBaseline } from './learnBaseline.js'

const engine: Engine = await createOnnxEngine('cpu')
const FEATURES = 6
const model = buildModel(
  { architecture: 'mlp-5', width: 24 },
  { kind: 'tabular', shape: [FEATURES], classes: 3 },
)
const initial = initialize(model, () => 7)
// Larger weights than at the start of training, so that there are interactions to reduce.
const parameters = Object.fromEntries(
  Object.entries(initial).map(([name, { shape, data }]) => [
    name,
    { shape, data: data.map((w) => 3 * w) },
  ]),
)
const players = featurePlayers(FEATURES, singleFeatures(FEATURES), 5, { by: 'random', seed: 1 })
const draws = stream(1, 'test').at()
const samples = [0, 1, 2].map((label) => {
  const x = Float32Array.from({ length: FEATURES }, () => draws.normal())
  return { x, input: x, label, players }
})
const output = parseOutput('log-odds-v0', 1, 0)
const start = new Float32Array(FEATURES)

/** Σ over the samples of Σ_{T≠∅}|I_and(T)| under a baseline. */
async function strength(baseline: Float32Array): Promise<number> {
  const plan = {
    at: 'x',
    players: () => players,
    baseline: constantsBaseline([FEATURES], baseline, 'test'),
    output,
  }
  const evaluator = await createMaskedEvaluator(
    { engine, graph: model.graph, parameters },
    players.n,
    plan,
  )
  let sum = 0
  for (const [id, { x, label }] of samples.entries()) {
    const { values } = await evaluator.evaluate({ id, input: x, label })
    mobius(values)
    sum += values.subarray(1).reduce((total, interaction) => total + Math.abs(interaction), 0)
  }
  await evaluator.dispose()
  return sum
}

function options(changes: Partial<LearningOptions>): LearningOptions {
  return {
    n: players.n,
    output,
    samples,
    start,
    bound: new Float32Array(FEATURES).fill(1),
    shared: Int32Array.from({ length: FEATURES }, (_, cell) => cell),
    learningRate: 0.01,
    iterations: 1,
    ...changes,
  }
}

const learn = async (changes: Partial<LearningOptions>) =>
  (
    await learnBaseline({ engine, graph: model.graph, parameters }, 'x', options(changes))
  ).valuesFor(start)

describe('learnBaseline', () => {
  it('first steps against the gradient that finite differences give', async () => {
    const moved = await learn({ learningRate: 1e-3 })
    for (let cell = 0; cell < FEATURES; cell++) {
      const shifted = (by: number) =>
        start.map((value, index) => (index === cell ? value + by : value))
      const slope = (await strength(shifted(1e-3))) - (await strength(shifted(-1e-3)))
      // Adam's first step has the learning rate's size and the gradient's sign.
      if (Math.abs(slope) > 1e-4) expect(moved[cell]).toBeCloseTo(-1e-3 * Math.sign(slope), 6)
      if (players.map[cell] < 0) expect(moved[cell]).toBe(0)
    }
  })

  it('makes interactions sparser', async () => {
    const learned = await learn({ iterations: 40 })
    expect(await strength(learned)).toBeLessThan(0.95 * (await strength(start)))
  })

  it('stays within its bound, and moves cells that share a value together', async () => {
    const bound = new Float32Array(FEATURES).fill(0.05)
    const learned = await learn({ iterations: 30, bound, shared: new Int32Array(FEATURES) })
    expect(Math.max(...learned.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.05))
    expect(new Set(learned).size).toBe(1)
  })
})

describe('outputGradient', () => {
  it('is the derivative of the scalar output', () => {
    const row = fc.array(fc.double({ min: 0.05, max: 3, noNaN: true }), {
      minLength: 3,
      maxLength: 6,
    })
    const kind = fc.constantFrom('log-odds', 'logit', 'prob-log-odds')
    fc.assert(
      fc.property(
        row,
        fc.nat(5),
        kind,
        fc.constantFrom(1, 2.5),
        (values, pick, name, temperature) => {
          const sum = values.reduce((a, b) => a + b)
          const z = name === 'prob-log-odds' ? values.map((value) => value / sum) : values
          const label = pick % z.length
          const wanted = parseOutput(name, temperature, 0)
          const gradient = outputGradient(z, 0, z.length, label, wanted)
          for (let c = 0; c < z.length; c++) {
            const at = (by: number) => {
              const moved = z.map((value, index) => (index === c ? value + by : value))
              return scalarOutput(moved, 0, z.length, label, wanted)
            }
            expect(gradient[c]).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 4)
          }
        },
      ),
    )
  })

  it('is that of one probability, too', () => {
    const wanted = parseOutput('prob-log-odds', 1, 0)
    for (const label of [0, 1]) {
      const at = (p: number) => scalarOutput([p], 0, 1, label, wanted)
      const [gradient] = outputGradient([0.2], 0, 1, label, wanted)
      expect(gradient).toBeCloseTo((at(0.2 + 1e-6) - at(0.2 - 1e-6)) / 2e-6, 4)
    }
  })
})
