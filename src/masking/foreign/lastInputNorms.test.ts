/** GraNd of the last layer of models from elsewhere against numerical gradients, however outputs are read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openForeignModel } from '../../engine/onnx/foreign.js'
import { floats, type NodeSpec, onnxFile } from '../../testing/onnxGraph.js'
import { type Output, sampleLoss } from '../evaluation/output.js'
import { sampleDifficulty } from '../evaluation/sampleDifficulty.js'
import { foreignClassifier } from './foreignEvaluator.js'
import { lastInputNorms } from './lastInputNorms.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-norms-'))
afterAll(() => rmSync(folder, { recursive: true }))

const INPUTS = 2
const samples = Float32Array.of(0.3, -1, 1.5, 0.7, -0.4, 0.9)
const labels = [0, 1, 1]

const softmax = (z: readonly number[]) => {
  const powers = z.map(Math.exp)
  const sum = powers.reduce((all, each) => all + each, 0)
  return powers.map((each) => each / sum)
}
const activations: Readonly<Record<string, (z: readonly number[]) => readonly number[]>> = {
  none: (z) => z,
  Softmax: softmax,
  LogSoftmax: (z) => softmax(z).map(Math.log),
  Sigmoid: (z) => z.map((each) => 1 / (1 + Math.exp(-each))),
}

/** W [classes, INPUTS] and b after it. */
const parametersOf = (classes: number) =>
  Array.from({ length: classes * (INPUTS + 1) }, (_, at) => Math.sin(2 * at + 1))

async function open(activation: string, classes: number) {
  const parameters = parametersOf(classes)
  const bytes = onnxFile({
    inputs: { x: ['n', INPUTS] },
    outputs: { y: ['n', classes] },
    nodes: [
      ['Tanh', ['x'], ['h']],
      ['Gemm', ['h', 'W', 'b'], ['z'], { transB: 1 }],
      [activation === 'none' ? 'Identity' : activation, ['z'], ['y']],
    ],
    weights: {
      W: floats([classes, INPUTS], parameters.slice(0, classes * INPUTS)),
      b: floats([classes], parameters.slice(classes * INPUTS)),
    },
  })
  const file = join(folder, `${activation}${classes}.onnx`)
  writeFileSync(file, bytes)
  const model = await openForeignModel(file, 'cpu')
  const shape = { shape: [INPUTS], axisOrder: undefined }
  return foreignClassifier(model, shape, Math.max(2, classes), samples)
}

/** The outputs of a sample, in float64, for parameters of the last layer. */
function outputsOf(activation: string, parameters: readonly number[], row: number): number[] {
  const classes = parameters.length / (INPUTS + 1)
  const h = [...samples.slice(row * INPUTS, (row + 1) * INPUTS)].map(Math.tanh)
  const z = Array.from({ length: classes }, (_, c) =>
    h.reduce(
      (sum, each, at) => sum + each * parameters[c * INPUTS + at],
      parameters[classes * INPUTS + c],
    ),
  )
  return [...activations[activation](z)]
}

it('of a layer that takes the samples themselves are of these, and not of what is held beside them', async () => {
  const file = join(folder, 'linear.onnx')
  const nodes: NodeSpec[] = [
    ['Gemm', ['x', 'W', 'b'], ['z'], { transB: 1 }],
    ['Identity', ['z'], ['y']],
  ]
  const weights = { W: floats([3, INPUTS], parametersOf(2)), b: floats([3], [0, 1, 2]) }
  const inputs = { x: ['n', INPUTS], beside: ['n', 1] }
  writeFileSync(file, onnxFile({ inputs, outputs: { y: ['n', 3] }, nodes, weights }))
  const model = await openForeignModel(file, 'cpu')
  const held = [{ name: 'beside', role: 'input' as const, shape: [1], start: 0 }]
  const rows = Float32Array.of(0.3, -1, 50, 1.5, 0.7, 60)
  const classifier = await foreignClassifier(model, { shape: [INPUTS], held }, 3, rows)
  const norms = await lastInputNorms(classifier, { kind: 'log-odds' }, rows)
  const expected = [Math.hypot(0.3, -1, 1), Math.hypot(1.5, 0.7, 1)]
  for (const [row, norm] of expected.entries()) expect(norms?.[row]).toBeCloseTo(norm, 6)
  await model.dispose()
})

it.each<[string, number, Output['kind'][]]>([
  ['none', 3, ['log-odds', 'logit']],
  ['none', 1, ['binary']],
  ['LogSoftmax', 3, ['log-odds', 'logit']],
  ['Softmax', 3, ['prob-log-odds']],
  ['Sigmoid', 3, ['sigmoid-log-odds']],
  ['Sigmoid', 1, ['prob-log-odds']],
])(
  'after %s, %i outputs, is known where they are read as what they are',
  async (activation, classes, known) => {
    const classifier = await open(activation, classes)
    const kinds: readonly Output['kind'][] =
      classes === 1
        ? ['binary', 'prob-log-odds']
        : ['log-odds', 'logit', 'prob-log-odds', 'sigmoid-log-odds']
    const parameters = parametersOf(classes)
    for (const kind of kinds) {
      const norms = await lastInputNorms(classifier, { kind }, samples)
      expect([kind, norms !== undefined]).toEqual([kind, known.includes(kind)])
      if (norms === undefined) continue
      for (const [row, label] of labels.entries()) {
        const lossOf = (changed: readonly number[]) =>
          sampleLoss(outputsOf(activation, changed, row), 0, classes, label, kind)
        const step = 1e-5
        const slopes = parameters.map((value, at) => {
          const [up, down] = [value + step, value - step].map((moved) =>
            lossOf(parameters.with(at, moved)),
          )
          return (up - down) / (2 * step)
        })
        const { outputGradient } = sampleDifficulty(
          outputsOf(activation, parameters, row),
          ...([0, classes, label, kind] as const),
        )
        expect(outputGradient * norms[row]).toBeCloseTo(Math.hypot(...slopes), 6)
      }
    }
    await classifier.model.dispose()
  },
)
