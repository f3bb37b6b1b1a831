import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { sizeOf } from '../../core/tensor.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import { exampleModel } from '../../models/testing/examples.js'
import { constantsBaseline } from '../baseline/baselines.js'
import { gridPlayers } from '../players/players.js'
import { batchChoice, batchesAround, measureBatch } from './batchSize.js'
import { createMaskedEvaluator } from './evaluate.js'
import { parseOutput } from './output.js'

/** Keeps a core busy. */
function work(milliseconds: number): void {
  const { user, system } = process.cpuUsage()
  const until = user + system + milliseconds * 1000
  for (;;) {
    const now = process.cpuUsage()
    if (now.user + now.system >= until) return
  }
}

const outputs = (start: number, size: number) =>
  Float32Array.from({ length: size }, (_, row) => Math.sin(start + row))

describe('batchesAround', () => {
  it('tries powers of two around the target, neither tiny nor beyond what memory takes', () => {
    expect(batchesAround(300, 1e6)).toEqual({ rule: 256, candidates: [64, 128, 256, 512, 1024] })
    expect(batchesAround(3, 1e6)).toEqual({ rule: 32, candidates: [8, 16, 32, 64, 128] })
    expect(batchesAround(300, 500)).toEqual({ rule: 256, candidates: [64, 128, 256] })
    expect(batchesAround(0.1, 5)).toEqual({ rule: 4, candidates: [4] })
    expect(batchesAround(1e9, 1e9)).toEqual({ rule: 4096, candidates: [1024, 2048, 4096] })
  })

  it('follows the largest value of a graph', () => {
    const rule = (architecture: string) => batchChoice(exampleModel(architecture).graph, 'cpu').rule
    expect(rule('mlp-5')).toBeGreaterThan(rule('resnet20'))
  })
})

describe('measureBatch', () => {
  const choice = { rule: 32, candidates: [8, 16, 32, 64, 128] }

  it('takes the fastest, and runs the same coalitions in each', async () => {
    const seen = new Map<number, number>()
    const batch = await measureBatch(choice, 1024, 'cpu', async (start, size) => {
      seen.set(size, Math.max(seen.get(size) ?? 0, start + size))
      work(size === 16 ? 0.1 : 4)
      return outputs(start, size)
    })
    expect(batch).toBe(16)
    expect([...seen].sort(([a], [b]) => a - b)).toEqual(
      choice.candidates.map((size) => [size, 128]),
    )
  })

  it('does not take a batch that changes a bit of the outputs, however fast', async () => {
    const batch = await measureBatch(choice, 1024, 'cpu', async (start, size) => {
      work(size === 64 ? 0.1 : 4)
      const found = outputs(start, size)
      if (size === 64) found[63] += 2 ** -24
      return found
    })
    expect(batch).not.toBe(64)
  })

  it('runs nothing where all coalitions are one batch', async () => {
    const never = () => Promise.reject(new Error('was run'))
    expect(await measureBatch(choice, 16, 'cpu', never)).toBe(16)
    expect(await measureBatch(choice, 32, 'cpu', never)).toBe(32)
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
    const valuesIn = async (batches: number, sharing: boolean) => {
      const evaluator = await createMaskedEvaluator(
        engine,
        model.graph,
        initialize(model, () => 1),
        6,
        {
          at: 'x',
          players: () => players,
          baseline: constantsBaseline(shape, baseline, 'test'),
          output: parseOutput('log-odds'),
          batches,
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
