/** Models as other tools export them: what v of each is, against forward passes of one row at a time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { subsetCount } from '../../core/subset.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { openForeignModel } from '../../engine/onnx/foreign.js'
import { decodeModel, encodeModel } from '../../engine/onnx/format.js'
import type { Engine } from '../../engine/types.js'
import {
  floats,
  type GraphSpec,
  integers,
  moveIntoBranches,
  type NodeSpec,
  onnxFile,
  type TensorSpec,
} from '../../testing/onnxGraph.js'
import { constantsBaseline } from '../baseline/baselines.js'
import { playersFromCells } from '../players/checks.js'
import {
  createForeignEvaluator,
  type ForeignWishes,
  foreignClassifier,
} from './foreignEvaluator.js'
import { foreignOutput } from './foreignOutputs.js'
import { probeRows } from './probe.js'

/** Features of a sample, all of them players. */
const F = 6
/** Classes of the models that have several. */
const C = 4

let folder: string
let engine: Engine
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-foreign-'))
  engine = await createOnnxEngine('cpu')
})
afterAll(() => rmSync(folder, { recursive: true }))

const draws = stream(7, 'foreign').at()
const drawn = (length: number, factor = 1) =>
  Float32Array.from({ length }, () => factor * draws.normal())
const samples = Array.from({ length: 8 }, (_, id) => ({ id, input: drawn(F), label: id % C }))
const cells = [...Array(F).keys()]
const players = playersFromCells(
  'features',
  cells.map((cell) => [cell]),
  cells.map(String),
  F,
)
const baseline = constantsBaseline([F], Array(F).fill(0), 'zero')

const weights4 = drawn(F * C)
const weight = floats([F, C], weights4)
const bias = floats([C], drawn(C))
const single = { w1: floats([F, 1], drawn(F)), b1: floats([1], [0.1]) }
/** Logits z [b, 4] of x [b, 6], or one logit s [b, 1]. */
const logits: NodeSpec = ['Gemm', ['x', 'w', 'b'], ['z']]
const logit: NodeSpec = ['Gemm', ['x', 'w1', 'b1'], ['s']]

interface Ending {
  readonly nodes: readonly NodeSpec[]
  readonly weights?: Readonly<Record<string, TensorSpec>>
  /** Values a sample of the output `y`; 4 by default. */
  readonly width?: number
  readonly batch?: number
  readonly others?: GraphSpec['outputs']
}

function modelOf({ nodes, weights = {}, width = C, batch, others = {} }: Ending): Uint8Array {
  return onnxFile({
    inputs: { x: [batch ?? 'n', F] },
    outputs: { y: [batch ?? 'n', width], ...others },
    nodes,
    weights: { w: weight, b: bias, ...single, ...weights },
  })
}

let files = 0
/** Values of every sample and coalition, what was said, and the outputs of every row alone. */
async function evaluated(
  bytes: Uint8Array,
  wishes: ForeignWishes = {},
  output = 'log-odds',
  clamp = 0,
) {
  const file = join(folder, `${files++}.onnx`)
  writeFileSync(file, bytes)
  const model = await openForeignModel(file, 'cpu')
  try {
    const probe = probeRows(samples, () => players, baseline)
    const said: string[] = []
    const classifier = await foreignClassifier(model, { shape: [F] }, C, probe, wishes)
    said.push(...classifier.remarks)
    const analysis = { output, temperature: 1, clamp } as Parameters<typeof foreignOutput>[0]
    const scalar = foreignOutput(analysis, { file, ...classifier }, (line) => said.push(line))
    const evaluator = createForeignEvaluator(engine, classifier, F, {
      players: () => players,
      baseline,
      output: scalar,
      assume: (line) => said.push(line),
    })
    const batch = classifier.feed.batch ?? 1
    const found = []
    for (const sample of samples) {
      const labelled = { ...sample, label: sample.label % Math.max(2, classifier.width) }
      const { values, prediction, loss } = await evaluator.evaluate(labelled)
      const rows: Float32Array[] = []
      for (let coalition = 0; coalition < subsetCount(F); coalition++) {
        const row = sample.input.map((value, f) => ((coalition >>> f) & 1 ? value : 0))
        const data = Float32Array.from({ length: batch * F }, (_, cell) => row[cell % F])
        const fed = { type: 'float32', data, shape: [batch, F] } as const
        const { data: outputs } = await model.run({ x: fed }, classifier.output)
        rows.push(Float32Array.from(outputs).subarray(0, classifier.width))
      }
      found.push({ label: labelled.label, values, rows, prediction, loss })
    }
    return { found, said: said.join('\n'), reads: classifier.reading.kind, rows: classifier.rows }
  } finally {
    await model.dispose()
  }
}

/** log-odds of the label by textbook from the outputs of one row. */
const formulas = {
  logits: (z: Float32Array, y: number) =>
    z.length === 1
      ? (y === 1 ? 1 : -1) * z[0]
      : z[y] - Math.log(z.reduce((sum, value, c) => (c === y ? sum : sum + Math.exp(value)), 0)),
  probabilities: (p: Float32Array, y: number) => {
    const clipped = [...p].map((value) => Math.min(1, Math.max(0, value)))
    if (p.length === 1) {
      const own = y === 1 ? clipped[0] : 1 - clipped[0]
      return Math.log(own / (1 - own))
    }
    const others = clipped.reduce((sum, value, c) => (c === y ? sum : sum + value), 0)
    return Math.log(clipped[y] / others)
  },
  sigmoids: (p: Float32Array, y: number) => Math.log(p[y] / (1 - p[y])),
}

type Evaluated = Awaited<ReturnType<typeof evaluated>>

/** Requires v of every coalition to be what a formula makes of the row alone. */
function expectValues({ found }: Evaluated, formula: keyof typeof formulas, digits = 5): void {
  for (const { label, values, rows } of found) {
    for (const [coalition, value] of values.entries()) {
      expect(value).toBeCloseTo(formulas[formula](rows[coalition], label), digits)
    }
  }
}

const half = floats([], [0.5])
const one = floats([], [1])
const yes = { shape: [], data: new Uint8Array([1]), isBinary: true }

describe('rows that depend on more than themselves', () => {
  const mean: NodeSpec = ['ReduceMean', ['x'], ['m'], { axes: [0], keepdims: 1 }]
  const shifted: readonly NodeSpec[] = [
    mean,
    ['Add', ['x', 'm'], ['t']],
    ['Gemm', ['t', 'w', 'b'], ['y']],
  ]
  const dynamic: readonly NodeSpec[] = [
    ['DynamicQuantizeLinear', ['x'], ['q', 'scale', 'zero']],
    ['DequantizeLinear', ['q', 'scale', 'zero'], ['t']],
    ['Gemm', ['t', 'w', 'b'], ['y']],
  ]
  const reshaped: readonly NodeSpec[] = [
    ['Reshape', ['x', 'shape'], ['t']],
    ['Gemm', ['t', 'w', 'b'], ['y']],
  ]
  it.each<[string, Ending, RegExp]>([
    ['a mean over the batch', { nodes: shifted }, /depend on the other rows of the batch/],
    ['a mean over a batch of fixed size', { nodes: shifted, batch: 5 }, /depend on the other rows/],
    ['dynamic quantisation', { nodes: dynamic }, /depend on the other rows of the batch/],
    [
      'a reshape with a batch of one in it',
      { nodes: reshaped, weights: { shape: integers(1, F) } },
      /fails on batches of rows/,
    ],
    [
      'a cumulative sum over the batch',
      {
        nodes: [
          ['CumSum', ['x', 'axis'], ['t']],
          ['Gemm', ['t', 'w', 'b'], ['y']],
        ],
        weights: { axis: { shape: [], data: new Int32Array([0]) } },
      },
      /depend on the other rows of the batch/,
    ],
  ])('run one by one: %s', async (_what, ending, said) => {
    const result = await evaluated(modelOf(ending))
    expect(result.said).toMatch(/run row by row, since/)
    expect(result.said).toMatch(said)
    expectValues(result, 'logits')
    const spans = result.found.map(({ values }) => Math.max(...values) - Math.min(...values))
    expect(Math.min(...spans)).toBeGreaterThan(0.1)
  })

  it.each<[string, Ending]>([
    ['transposed', { nodes: [logits, ['Transpose', ['z'], ['y'], { perm: [1, 0] }]], batch: C }],
    [
      'transposed probabilities',
      {
        nodes: [
          logits,
          ['LogSoftmax', ['z'], ['p'], { axis: 1 }],
          ['Transpose', ['p'], ['y'], { perm: [1, 0] }],
        ],
        batch: C,
      },
    ],
    [
      'of the first row alone',
      {
        nodes: [logits, ['Gather', ['z', 'at'], ['y'], { axis: 0 }]],
        weights: { at: { shape: [], data: new Int32Array([0]) } },
        batch: C,
      },
    ],
  ])(
    'are refused with outputs that are %s, of a batch as large as there are classes',
    async (_what, ending) => {
      await expect(evaluated(modelOf(ending))).rejects.toThrow(
        /for 4 copies of one row its outputs are not 4 times the same.*export it with outputs \[batch, classes\]/,
      )
    },
  )

  it('are refused where a row by itself says nothing: batch normalisation by the batch', async () => {
    const centred: readonly NodeSpec[] = [
      mean,
      ['Sub', ['x', 'm'], ['d']],
      ['Mul', ['d', 'd'], ['dd']],
      ['ReduceMean', ['dd'], ['v'], { axes: [0], keepdims: 1 }],
      ['Add', ['v', 'eps'], ['ve']],
      ['Sqrt', ['ve'], ['sd']],
      ['Div', ['d', 'sd'], ['t']],
      ['Gemm', ['t', 'w', 'b'], ['y']],
    ]
    const weights = { eps: floats([], [1e-5]) }
    await expect(evaluated(modelOf({ nodes: centred, weights }))).rejects.toThrow(
      /alone all rows give the same outputs.*evaluation mode/,
    )
    await expect(evaluated(modelOf({ nodes: centred, weights, batch: 4 }))).rejects.toThrow(
      /evaluation mode/,
    )
  })

  it.each<[string, readonly string[], Readonly<Record<string, number>>]>([
    ['by its attribute', ['m'], { training_mode: 1 }],
    ['by its outputs', ['m', 'mean', 'var'], { training_mode: 1 }],
    ['by the outputs of an older one', ['m', 'mean', 'var', 'savedMean', 'savedVar'], {}],
  ])(
    'are refused in training mode, though each row has positions to normalise by: %s',
    async (_how, outputs, mode) => {
      const two = (value: number) => floats([2], [value, value])
      const nodes: readonly NodeSpec[] = [
        ['Reshape', ['x', 'map'], ['h']],
        ['BatchNormalization', ['h', 'one', 'zero', 'zero', 'one'], outputs, mode],
        ['Flatten', ['m'], ['t']],
        ['Gemm', ['t', 'w', 'b'], ['y']],
      ]
      const weights = { map: integers(-1, 2, 3), one: two(1), zero: two(0) }
      await expect(evaluated(modelOf({ nodes, weights }))).rejects.toThrow(
        /\(BatchNormalization\) takes means and variances from the batch.*evaluation mode/,
      )
      const within = decodeModel(modelOf({ nodes, weights }))
      moveIntoBranches(within, 1)
      await expect(evaluated(encodeModel(within))).rejects.toThrow(/\(BatchNormalization\) takes/)
      const usual = nodes.with(1, ['BatchNormalization', nodes[1][1], ['m']])
      expectValues(await evaluated(modelOf({ nodes: usual, weights })), 'logits')
    },
  )

  it.each<[string, readonly NodeSpec[]]>([
    [
      'added noise',
      [
        ['RandomNormalLike', ['x'], ['e']],
        ['Add', ['x', 'e'], ['t']],
      ],
    ],
    [
      'a random factor',
      [
        ['RandomUniformLike', ['x'], ['e']],
        ['Mul', ['x', 'e'], ['t']],
      ],
    ],
    ['dropout in training mode', [['Dropout', ['x', 'half', 'yes'], ['t']]]],
  ])('are refused where equal runs differ: %s', async (_what, before) => {
    const nodes: readonly NodeSpec[] = [...before, ['Gemm', ['t', 'w', 'b'], ['y']]]
    for (const batch of [undefined, 3]) {
      await expect(evaluated(modelOf({ nodes, weights: { half, yes }, batch }))).rejects.toThrow(
        /two runs on the same inputs.*evaluation mode/,
      )
    }
  })

  it.each<[string, Ending]>([
    [
      'a layer norm',
      {
        nodes: [
          ['LayerNormalization', ['x', 'g'], ['t']],
          ['Gemm', ['t', 'w', 'b'], ['y']],
        ],
        weights: { g: floats([F], Array(F).fill(1)) },
      },
    ],
    [
      'an instance norm',
      {
        nodes: [
          ['Reshape', ['x', 'apart'], ['i']],
          ['InstanceNormalization', ['i', 'g', 'h'], ['j']],
          ['Reshape', ['j', 'flat'], ['t']],
          ['Gemm', ['t', 'w', 'b'], ['y']],
        ],
        weights: {
          apart: integers(-1, 2, 3),
          flat: integers(-1, F),
          g: floats([2], [1, 2]),
          h: floats([2], [0, 1]),
        },
      },
    ],
    ['a batch of fixed size', { nodes: [['Gemm', ['x', 'w', 'b'], ['y']]], batch: 7 }],
  ])('are told from %s, which runs in batches', async (_what, ending) => {
    const result = await evaluated(modelOf(ending))
    expect(result.rows).toEqual({ together: true })
    expect(result.said).toBe('')
    expectValues(result, 'logits')
  })
})

/** A tree that splits at feature 0, whose leaves add the given weights to classes. */
function forest(left: readonly number[], right: readonly number[], post = 'NONE'): NodeSpec {
  const list = (values: readonly number[]) => values.map((float) => ({ float }))
  const count = left.length
  return [
    'ai.onnx.ml:TreeEnsembleClassifier',
    ['x'],
    ['label', 'y'],
    {
      nodes_treeids: [0, 0, 0],
      nodes_nodeids: [0, 1, 2],
      nodes_featureids: [0, 0, 0],
      nodes_values: list([0, 0, 0]),
      nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF'],
      nodes_truenodeids: [1, 0, 0],
      nodes_falsenodeids: [2, 0, 0],
      class_treeids: Array(2 * count).fill(0),
      class_nodeids: [...Array(count).fill(1), ...Array(count).fill(2)],
      class_ids: [...left.keys(), ...right.keys()],
      class_weights: list([...left, ...right]),
      classlabels_int64s: [...left.keys()],
      post_transform: post,
    },
  ]
}

describe('outputs are read as', () => {
  const softmax: NodeSpec = ['Softmax', ['z'], ['p'], { axis: 1 }]
  const sigmoid: NodeSpec = ['Sigmoid', ['s'], ['p1']]
  const shape = { flat: integers(-1, C), deep: integers(-1, C, 1, 1) }
  const scale = { scale: floats([], [1 / 255]), zero: { shape: [], data: new Uint8Array([0]) } }
  it.each<[string, keyof typeof formulas, Ending, number?]>([
    ['logits', 'logits', { nodes: [['Gemm', ['x', 'w', 'b'], ['y']]] }],
    ['a softmax', 'probabilities', { nodes: [logits, ['Softmax', ['z'], ['y'], { axis: 1 }]] }],
    [
      'a softmax in half precision and back',
      'probabilities',
      {
        nodes: [
          logits,
          softmax,
          ['Cast', ['p'], ['h'], { to: 10 }],
          ['Cast', ['h'], ['y'], { to: 1 }],
        ],
      },
    ],
    [
      'a softmax over the channels of a map',
      'probabilities',
      {
        nodes: [
          logits,
          ['Reshape', ['z', 'deep'], ['d']],
          ['Softmax', ['d'], ['e'], { axis: 1 }],
          ['Flatten', ['e'], ['y']],
        ],
        weights: shape,
      },
    ],
    [
      'a softmax kept away from 0 and 1',
      'probabilities',
      {
        nodes: [logits, softmax, ['Clip', ['p', 'lo', 'hi'], ['y']]],
        weights: { lo: floats([], [1e-7]), hi: floats([], [1 - 1e-7]) },
      },
    ],
    [
      'a softmax, a step of int8 and back',
      'probabilities',
      {
        nodes: [
          ['Gemm', ['x', 'ws', 'b'], ['z']],
          softmax,
          ['QuantizeLinear', ['p', 'scale', 'zero'], ['q']],
          ['DequantizeLinear', ['q', 'scale', 'zero'], ['y']],
        ],
        weights: {
          ...scale,
          ws: floats(
            [F, C],
            weights4.map((value) => value / 4),
          ),
        },
      },
    ],
    [
      'the mean of two softmaxes',
      'probabilities',
      {
        nodes: [
          logits,
          softmax,
          ['Neg', ['z'], ['n']],
          ['Softmax', ['n'], ['o'], { axis: 1 }],
          ['Add', ['p', 'o'], ['sum']],
          ['Mul', ['sum', 'half'], ['y']],
        ],
        weights: { half },
      },
    ],
    [
      'sigmoids divided by their sum',
      'probabilities',
      {
        nodes: [
          logits,
          ['Sigmoid', ['z'], ['g']],
          ['ReduceSum', ['g', 'axes'], ['sum'], { keepdims: 1 }],
          ['Div', ['g', 'sum'], ['y']],
        ],
        weights: { axes: integers(1) },
      },
    ],
    [
      'sigmoids divided by their sum, by a normaliser',
      'probabilities',
      {
        nodes: [
          logits,
          ['Sigmoid', ['z'], ['g']],
          ['ai.onnx.ml:Normalizer', ['g'], ['y'], { norm: 'L1' }],
        ],
      },
    ],
    [
      'e to a log-softmax',
      'probabilities',
      { nodes: [logits, ['LogSoftmax', ['z'], ['l'], { axis: 1 }], ['Exp', ['l'], ['y']]] },
    ],
    [
      'a forest whose shares round to a little more than 1',
      'probabilities',
      {
        nodes: [forest([0.2, 0.3, 0.1, 0.4000003], [0.4, 0.0999998, 0.2, 0.3])],
      },
      4,
    ],
    ['a forest of scores', 'logits', { nodes: [forest([0.2, 2, -1, 0.4], [0.4, -1, 0.3, 0.3])] }],
    [
      'a forest under a softmax',
      'probabilities',
      { nodes: [forest([0.2, 2, -1, 0.4], [0.4, -1, 0.3, 0.3], 'SOFTMAX')] },
    ],
    [
      'a forest under sigmoids',
      'sigmoids',
      { nodes: [forest([0.2, 2, -1, 0.4], [0.4, -1, 0.3, 0.3], 'LOGISTIC')] },
    ],
    ['a log-softmax', 'logits', { nodes: [logits, ['LogSoftmax', ['z'], ['y'], { axis: 1 }]] }],
    ['the logarithm of a softmax', 'logits', { nodes: [logits, softmax, ['Log', ['p'], ['y']]] }],
    ['a sigmoid per class', 'sigmoids', { nodes: [logits, ['Sigmoid', ['z'], ['y']]] }],
    [
      'a sigmoid per class, each by itself',
      'sigmoids',
      {
        nodes: [
          ...[0, 1, 2, 3].flatMap((c): NodeSpec[] => [
            ['Gemm', ['x', `w${c}`], [`z${c}`]],
            ['Sigmoid', [`z${c}`], [`g${c}`]],
          ]),
          ['Concat', ['g0', 'g1', 'g2', 'g3'], ['y'], { axis: 1 }],
        ],
        weights: Object.fromEntries([0, 1, 2, 3].map((c) => [`w${c}`, floats([F, 1], drawn(F))])),
      },
    ],
    [
      'a hard sigmoid per class',
      'sigmoids',
      {
        nodes: [
          logits,
          ['HardSigmoid', ['z'], ['y'], { alpha: { float: 0.02 }, beta: { float: 0.5 } }],
        ],
      },
    ],
    [
      'some classes of a softmax of more',
      'sigmoids',
      {
        nodes: [
          ['Gemm', ['x', 'wide'], ['z']],
          softmax,
          ['Slice', ['p', 'from', 'to', 'axes'], ['y']],
        ],
        weights: {
          wide: floats([F, 7], drawn(7 * F)),
          from: integers(0),
          to: integers(C),
          axes: integers(1),
        },
      },
    ],
    ['one logit', 'logits', { nodes: [['Gemm', ['x', 'w1', 'b1'], ['y']]], width: 1 }],
    ['one sigmoid', 'probabilities', { nodes: [logit, ['Sigmoid', ['s'], ['y']]], width: 1 }],
    [
      'one column of a softmax of two',
      'probabilities',
      {
        nodes: [
          ['Gemm', ['x', 'wide'], ['z']],
          softmax,
          ['Gather', ['p', 'column'], ['y'], { axis: 1 }],
        ],
        weights: { wide: floats([F, 2], drawn(2 * F)), column: integers(1) },
        width: 1,
      },
    ],
    [
      'p and 1 − p side by side',
      'probabilities',
      {
        nodes: [
          logit,
          sigmoid,
          ['Sub', ['one', 'p1'], ['p0']],
          ['Concat', ['p0', 'p1'], ['y'], { axis: 1 }],
        ],
        weights: { one },
        width: 2,
      },
    ],
  ])('%s: %s', async (what, kind, ending, digits) => {
    const result = await evaluated(modelOf(ending))
    expect(result.reads).toBe(kind)
    expectValues(result, kind, digits)
    expect(/rounds its probabilities to few bits/.test(result.said)).toBe(/int8/.test(what))
  })
})

describe('outputs that are rough or scaled', () => {
  const loud = (weights: TensorSpec) =>
    floats(
      weights.shape,
      [...weights.data].map((w) => 9 * Number(w)),
    )
  const ofClass: Ending = {
    nodes: [
      ['Gemm', ['x', 'w9', 'b1'], ['s']],
      ['Sigmoid', ['s'], ['y']],
    ],
    weights: { w9: loud(single.w1) },
    width: 1,
  }
  const softmax: Ending = {
    nodes: [
      ['Gemm', ['x', 'w9', 'b'], ['z']],
      ['Softmax', ['z'], ['y'], { axis: 1 }],
    ],
    weights: { w9: loud(weight) },
  }
  const percent: Ending = {
    nodes: [logits, ['Softmax', ['z'], ['p'], { axis: 1 }], ['Mul', ['p', 'hundred'], ['y']]],
    weights: { hundred: floats([], [100]) },
  }
  it('are told of: float32 next to 1, where nothing else tells what is left, and percentages', async () => {
    // So loud that some have no log-odds at all, which is refused: a clamp takes them.
    const { said } = await evaluated(modelOf(ofClass), {}, 'log-odds', 1e-7)
    expect(said).toMatch(/gives probabilities next to 1, of which float32 keeps few digits/)
    const all = await evaluated(modelOf(softmax), {}, 'log-odds', 1e-7)
    expect(all.said).not.toMatch(/few digits/)
    const shares = await evaluated(modelOf(percent))
    expect(shares.said).toMatch(/has values that add up to 100 for every sample, as percentages do/)
    expect(
      (
        await evaluated(
          modelOf({ nodes: [['Relu', ['z'], ['y']], logits].reverse() as NodeSpec[] }),
        )
      ).said,
    ).not.toMatch(/percent/)
  })
})

describe('outputs that cannot be read', () => {
  const softmax: NodeSpec = ['Softmax', ['z'], ['p'], { axis: 1 }]
  it.each<[string, Ending, RegExp]>([
    [
      'a softmax over the wrong axis',
      {
        nodes: [
          logits,
          ['Reshape', ['z', 'deep'], ['d']],
          ['Softmax', ['d'], ['e'], { axis: 2 }],
          ['Flatten', ['e'], ['y']],
        ],
        weights: { deep: integers(-1, C, 1) },
      },
      /comes from Softmax, but the 4 values of a sample add up to 4\.00.*another axis/,
    ],
    [
      'logarithms of sigmoids',
      { nodes: [logits, ['Sigmoid', ['z'], ['g']], ['Log', ['g'], ['y']]] },
      /logarithms of probabilities that do not add up/,
    ],
    [
      'a class as a number',
      {
        nodes: [logits, ['ArgMax', ['z'], ['k'], { axis: 1 }], ['Cast', ['k'], ['y'], { to: 1 }]],
        width: 1,
      },
      /comes from ArgMax: it is a decision/,
    ],
    [
      'one vote',
      { nodes: [logits, ['Hardmax', ['z'], ['y'], { axis: 1 }]] },
      /Hardmax: it is a decision/,
    ],
    [
      'a row a position',
      {
        nodes: [
          ['Reshape', ['x', 'apart'], ['t']],
          ['Gemm', ['x', 'w', 'b'], ['unused']],
          ['Mul', ['t', 'half'], ['y']],
        ],
        weights: { apart: integers(-1, 3, 2), half },
      },
      /y has shape \[1, 3, 2\] for 1 sample; it needs a batch axis and one value per class/,
    ],
  ])('are refused: %s', async (_what, ending, message) => {
    await expect(evaluated(modelOf(ending))).rejects.toThrow(message)
  })
  it('say so where the graph leaves them open, and are read as is said', async () => {
    // Between 0 and 1, but no sum of 1: Clip tells nothing.
    const clipped: Ending = {
      nodes: [
        ['Gemm', ['x', 'small', 'middle'], ['z']],
        ['Clip', ['z', 'lo', 'hi'], ['y']],
      ],
      weights: {
        small: floats(
          [F, C],
          weights4.map((value) => value / 100),
        ),
        middle: floats([C], [0.3, 0.5, 0.6, 0.7]),
        lo: floats([], [0]),
        hi: floats([], [1]),
      },
    }
    const guessed = await evaluated(modelOf(clipped))
    expect(guessed.said).toMatch(
      /read as logits, but .* between 0 and 1 .*outputKind: sigmoids \(analyze: --output-kind\)/,
    )
    expectValues(guessed, 'logits')
    for (const kind of ['sigmoids', 'probabilities', 'logits'] as const) {
      const told = await evaluated(modelOf(clipped), { kind })
      expect(told.reads).toBe(kind)
      expectValues(told, kind)
    }
    expectValues(await evaluated(modelOf(clipped), { kind: 'shares' }, 'prob-log-odds'), 'sigmoids')
  })

  it('are read as the user says against the graph, which is said', async () => {
    const told = await evaluated(
      modelOf({ nodes: [logits, softmax, ['Identity', ['p'], ['y']]] }),
      {
        kind: 'logits',
      },
    )
    expect(told.said).toMatch(/ends in Softmax, .* is read as logits, as was asked for/)
    expectValues(told, 'logits')
    await expect(
      evaluated(modelOf({ nodes: [['Gemm', ['x', 'w', 'b'], ['y']]] }), { kind: 'probabilities' }),
    ).rejects.toThrow(/need values between 0 and 1/)
  })

  it('are guessed by their values where operators are not those of ONNX', async () => {
    const far = {
      nodes: [
        ['com.microsoft:Gelu', ['x'], ['g']],
        ['Gemm', ['g', 'tiny', 'b1'], ['s']],
        ['com.microsoft:Gelu', ['s'], ['y']],
      ] as NodeSpec[],
      weights: { tiny: floats([F, 1], Array(F).fill(0.01)), b1: floats([1], [0.5]) },
      width: 1,
    }
    const guessed = await evaluated(modelOf(far))
    expect(guessed.said).toMatch(/its graph does not tell whether they are probabilities/)
    expectValues(guessed, 'probabilities')
  })
})

describe('a model in half precision', () => {
  it('is computed in float32, which is said', async () => {
    const bytes = onnxFile({
      inputs: { x: ['n', F] },
      outputs: { y: ['n', C] },
      types: { x: 'float16', y: 'float16' },
      nodes: [
        ['Cast', ['x'], ['t'], { to: 1 }],
        ['Gemm', ['t', 'w', 'b'], ['z']],
        ['Cast', ['z'], ['y'], { to: 10 }],
      ],
      weights: { w: weight, b: bias },
    })
    const result = await evaluated(bytes)
    expect(result.said).toMatch(/\.onnx: its float16 is computed in float32/)
    expectValues(result, 'logits')
    const whole = await evaluated(modelOf({ nodes: [['Gemm', ['x', 'w', 'b'], ['y']]] }))
    expect(result.found).toEqual(whole.found)
  })
})

describe('zeros of a forest', () => {
  it('are what analysis.clamp is for, those that rounding has left below 0 too', async () => {
    const bytes = modelOf({ nodes: [forest([0.2, 0.3, 0.1, 0.4], [0.7000001, -1.2e-7, 0.3, 0])] })
    await expect(evaluated(bytes)).rejects.toThrow(
      /-Infinity.*: analysis\.clamp=1e-7 keeps .*±16\.2/,
    )
    const clamped = await evaluated(bytes, {}, 'log-odds', 1e-7)
    for (const { label, values, rows } of clamped.found) {
      for (const [coalition, value] of values.entries()) {
        const p = [...rows[coalition]].map((each) => Math.min(1, Math.max(0, each)))
        const others = p.reduce((sum, each, c) => (c === label ? sum : sum + each), 0)
        expect(value).toBeCloseTo(Math.log(p[label] / (others + 1e-7) + 1e-7), 5)
        expect(Math.abs(value)).toBeLessThan(16.2)
      }
    }
  })
})

describe('a sigmoid per class', () => {
  it('predicts the largest, and its loss is that of the label by itself', async () => {
    const { found } = await evaluated(modelOf({ nodes: [logits, ['Sigmoid', ['z'], ['y']]] }))
    for (const { label, rows, prediction, loss } of found) {
      const p = rows[rows.length - 1]
      expect(loss).toBeCloseTo(-Math.log(p[label]), 6)
      expect(p[prediction]).toBe(Math.max(...p))
    }
  })
})
