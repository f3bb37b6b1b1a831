/** Masked evaluation on every device that is tested, in stages and in one. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { sizeOf } from '../../core/tensor.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { testedDevices } from '../../engine/testing/devices.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import { constantsBaseline } from '../baseline/baselines.js'
import { gridPlayers } from '../players/players.js'
import { createMaskedEvaluator } from './evaluate.js'
import { parseOutput } from './output.js'

const reference = await createOnnxEngine('cpu')
const n = 6

const networks = [
  ['lenet', [1, 28, 28]],
  ['resnet20', [3, 32, 32]],
  ['vgg11', [3, 32, 32]],
] as const

describe.each(testedDevices)('masked evaluation on %s', (device) => {
  it.each(networks)(
    'of %s, shared or not, gives the values of the CPU',
    async (architecture, shape) => {
      // Wide enough for the blocked layout of ONNX Runtime's CPU kernels.
      const model = buildModel({ architecture, width: 16 }, { kind: 'image', shape, classes: 10 })
      const parameters = initialize(model, () => 7)
      const draws = stream(5, 'test').at()
      const random = () => Float32Array.from({ length: sizeOf(shape) }, () => draws.normal())
      const sample = { id: 3, input: random(), label: 2 }
      const players = gridPlayers(shape, { rows: 4, columns: 4 }, n, { by: 'centre' })
      const plan = {
        at: 'x',
        players: () => players,
        baseline: constantsBaseline(shape, random(), 'test'),
        output: parseOutput('log-odds', 1, 0),
      }
      const engine = await createOnnxEngine(device)
      const tables: Float64Array[] = []
      for (const [on, sharing] of [
        [reference, false],
        [engine, false],
        [engine, true],
      ] as const) {
        const masking = { ...plan, sharing }
        const evaluator = await createMaskedEvaluator(
          { engine: on, graph: model.graph, parameters },
          n,
          masking,
        )
        tables.push((await evaluator.evaluate(sample)).values)
        await evaluator.dispose()
      }
      const [expected, ...others] = tables
      const scale = Math.max(...expected.map(Math.abs))
      for (const values of others) {
        const errors = values.map((value, coalition) => Math.abs(value - expected[coalition]))
        expect(Math.max(...errors) / scale).toBeLessThan(1e-5)
      }
    },
  )
})
