/** Models whose outputs depend on the rest of the batch are told from rounding. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EnvironmentError } from '../../core/errors.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import type { Engine } from '../../engine/types.js'
import { initialize } from '../../models/initialize.js'
import { exampleModel } from '../../models/testing/examples.js'
import { constantsBaseline } from '../baseline/baselines.js'
import { agreesAlone } from '../evaluation/batchSize.js'
import { beyondRounding } from '../evaluation/beyondRounding.js'
import { createMaskedEvaluator } from '../evaluation/evaluate.js'
import { parseOutput } from '../evaluation/output.js'
import { gridPlayers } from '../players/players.js'

const finite = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
  minLength: 4,
  maxLength: 12,
})

describe('beyondRounding', () => {
  it('is far below 1 for sums in another order and above for changes of a thousandth of the spread', () => {
    fc.assert(
      fc.property(finite, (values) => {
        const outputs = Float32Array.from(values)
        const rounded = outputs.map((value) => value * (1 + 2 ** -22))
        expect(beyondRounding(rounded, outputs)).toBeLessThan(0.2)
        const spread = Math.max(...outputs) - Math.min(...outputs)
        fc.pre(spread > 1)
        const changed = outputs.slice()
        changed[0] += 1e-2 * spread
        expect(beyondRounding(changed, outputs)).toBeGreaterThan(1)
      }),
    )
  })

  it('sees differences of probabilities near 0 and 1, and of what is not finite', () => {
    const p = Float32Array.of(0.5, 1e-5, 0.4, 1)
    expect(beyondRounding(Float32Array.of(0.5, 4e-5, 0.4, 1), p)).toBeGreaterThan(1)
    expect(beyondRounding(Float32Array.of(0.5, 1.00001e-5, 0.4, 1 + 2 ** -23), p)).toBeLessThan(1)
    const nan = Float32Array.of(1, Number.NaN)
    expect(beyondRounding(nan, nan)).toBe(0)
    expect(beyondRounding(Float32Array.of(1, 2), nan)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('batches', () => {
  const sound = async (start: number, size: number) =>
    Float32Array.from({ length: size }, (_, row) => Math.sin(start + row))
  it('agree where rows are rows, not where their number matters, nor where two runs differ', async () => {
    expect(await agreesAlone(64, sound)).toBe(true)
    const mixed = async (start: number, size: number) =>
      (await sound(start, size)).map((value) => value + size / 100)
    expect(await agreesAlone(64, mixed)).toBe(false)
    let runs = 0
    const noisy = async (start: number, size: number) => {
      runs++
      return (await sound(start, size)).map((value) => value + runs / 100)
    }
    expect(await agreesAlone(64, noisy)).toBe(false)
  })
})

/** An engine with a fault: outputs of a batch are shifted by how many rows it has. */
function faulty(engine: Engine): Engine {
  return {
    ...engine,
    async createPredictor(graph, parameters) {
      const predictor = await engine.createPredictor(graph, parameters)
      return {
        ...predictor,
        async run(feeds) {
          const [{ shape }] = Object.values(feeds)
          return (await predictor.run(feeds)).map((value) => value + shape[0] / 10)
        },
      }
    },
  }
}

it('an engine that mixes the rows of our own networks is named with its device', async () => {
  const model = exampleModel('lenet')
  const shape = model.graph.inputs[0].shape.slice(1)
  const evaluator = (engine: Engine) =>
    createMaskedEvaluator(
      { engine, graph: model.graph, parameters: initialize(model, () => 1) },
      4,
      {
        at: 'x',
        players: () => gridPlayers(shape, { rows: 4, columns: 4 }, 6, { by: 'centre' }),
        baseline: constantsBaseline(shape, Array(shape[0]).fill(0), 'zero'),
        output: parseOutput('log-odds', 1, 0),
      },
    )
  const engine = await createOnnxEngine('cpu')
  const sample = {
    id: 0,
    input: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
    label: 0,
  }
  await expect((await evaluator(engine)).evaluate(sample)).resolves.toBeDefined()
  const refused = (await evaluator(faulty(engine))).evaluate(sample)
  await expect(refused).rejects.toThrow(EnvironmentError)
  await expect(refused).rejects.toThrow(/the engine onnx on cpu computes masked inputs wrongly/)
})
