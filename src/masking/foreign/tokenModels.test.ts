/** Text and language models: v of masked words against the same network computed here, from the ids of the file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analysisSection, type BaselineConfig } from '../../config/analysis.js'
import { dataSection } from '../../config/data.js'
import { stream } from '../../core/random.js'
import { subsetCount } from '../../core/subset.js'
import { loadDataset } from '../../data/load.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { openForeignModel } from '../../engine/onnx/foreign.js'
import {
  type AttributeProto,
  attributeTypes,
  decodeModel,
  encodeModel,
} from '../../engine/onnx/format.js'
import type { Engine } from '../../engine/types.js'
import {
  floats,
  type GraphSpec,
  integers,
  type NodeSpec,
  onnxFile,
} from '../../testing/onnxGraph.js'
import { type Rows, tokenFile } from '../../testing/tokenFile.js'
import { inputBaseline } from '../baseline/configureBaseline.js'
import type { MaskedSample } from '../evaluation/sampleValues.js'
import { placePlayers } from '../players/configurePlayers.js'
import { classOutputs } from './classOutputs.js'
import { createForeignEvaluator, foreignClassifier } from './foreignEvaluator.js'
import { foreignOutput } from './foreignOutputs.js'
import { probeRows } from './probe.js'
import { fitParts } from './tokenInputs.js'

/** Tokens a text, tokens that models know, numbers an embedding has, classes. */
const [T, V, E, C] = [7, 30, 5, 3]
const [CLS, SEP, MASK, PAD] = [1, 2, 3, 0]

let folder: string
let engine: Engine
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-tokens-'))
  engine = await createOnnxEngine('cpu')
})
afterAll(() => rmSync(folder, { recursive: true }))

const draws = stream(11, 'tokens').at()
const drawn = (length: number) => Float32Array.from({ length }, () => draws.normal())
const table = drawn(V * E)
const types = drawn(2 * E)
const places = drawn(T)
const head = { classes: drawn(E * C), tokens: drawn(E * V) }

/** Texts of words of one to three tokens: [CLS] a b b c d d d … [SEP], then padding. */
const texts = {
  input_ids: [
    [CLS, 10, 11, 12, 13, SEP, PAD],
    [CLS, 14, 15, 16, 17, 18, SEP],
    [CLS, 19, 20, 21, 22, SEP, PAD],
    [CLS, 23, 24, 25, 26, 27, SEP],
  ],
  attention_mask: [
    [1, 1, 1, 1, 1, 1, 0],
    [1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, 0],
    [1, 1, 1, 1, 1, 1, 1],
  ],
  token_type_ids: [
    [0, 0, 0, 1, 1, 1, 0],
    [0, 0, 0, 0, 1, 1, 1],
    [0, 0, 1, 1, 1, 1, 0],
    [0, 0, 0, 0, 0, 0, 0],
  ],
  word_ids: [
    [-1, 0, 1, 1, 2, -1, -1],
    [-1, 0, 0, 1, 2, 2, -1],
    [-1, 0, 1, 2, 2, -1, -1],
    [-1, 0, 1, 1, 1, 2, -1],
  ],
  labels: [0, 1, 2, 1],
}

type Text = { readonly ids: number[]; readonly attention: number[]; readonly types: number[] }

/** tanh of the attended mean of (embedding + type) · place, in float64. */
function pooled({ ids, attention, types: own }: Text): number[] {
  const sum = attention.reduce((total, each) => total + each, 0)
  return Array.from({ length: E }, (_, e) => {
    const mean = ids.reduce((total, id, t) => {
      return total + (table[id * E + e] + types[own[t] * E + e]) * places[t] * attention[t]
    }, 0)
    return Math.tanh(mean / sum)
  })
}

function scores(hidden: readonly number[], weights: Float32Array): number[] {
  const width = weights.length / E
  return Array.from({ length: width }, (_, c) =>
    hidden.reduce((total, value, e) => total + value * weights[e * width + c], 0),
  )
}

/** Outputs of every token: tanh(pooled + embedding of the token) · weights. */
function outputAt(text: Text, position: number): number[] {
  const hidden = pooled(text).map((value, e) =>
    Math.tanh(value + table[text.ids[position] * E + e]),
  )
  return scores(hidden, head.tokens)
}

function logOdds(z: readonly number[], label: number): number {
  return (
    z[label] - Math.log(z.reduce((sum, each, c) => (c === label ? sum : sum + Math.exp(each)), 0))
  )
}

type WholeType = 'int64' | 'int32'

/** The same as an ONNX file, as exporters write it. */
/** A model of every token whose outputs begin with those of two more. */
function withPrompt(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes)
  const [{ type }] = model.graph.output
  const node = (opType: string, input: string[], output: string, attribute: AttributeProto[]) =>
    model.graph.node.push({ name: output, opType, input, output: [output], attribute })
  const ints = (name: string, ...values: number[]): AttributeProto => {
    return { name, type: attributeTypes.ints, ints: values }
  }
  const axis = { name: 'axis', type: attributeTypes.int, i: 1 }
  node('Slice', ['logits', 'zero', 'two', 'middle'], 'front', [])
  node('Concat', ['front', 'logits'], 'long', [axis])
  node('Constant', [], 'zero', [ints('value_ints', 0)])
  node('Constant', [], 'two', [ints('value_ints', 2)])
  const order = model.graph.node
  model.graph.node = [...order.slice(-2), ...order.slice(0, -2)]
  model.graph.output = [
    { name: 'long', type: { tensorType: { elemType: type.tensorType.elemType } } },
  ]
  return encodeModel(model)
}

function modelFile(type: WholeType, byToken = false, batch: number | string = 'n'): Uint8Array {
  const names = ['input_ids', 'attention_mask', 'token_type_ids']
  const nodes: NodeSpec[] = [
    ['Gather', ['table', 'input_ids'], ['e']],
    ['Gather', ['types', 'token_type_ids'], ['s']],
    ['Add', ['e', 's'], ['es']],
    ['Mul', ['es', 'places'], ['h']],
    ['Cast', ['attention_mask'], ['a2'], { to: 1 }],
    ['Unsqueeze', ['a2', 'last'], ['a']],
    ['Mul', ['h', 'a'], ['ha']],
    ['ReduceSum', ['ha', 'middle'], ['sum'], { keepdims: 0 }],
    ['ReduceSum', ['a2', 'middle'], ['count'], { keepdims: 1 }],
    ['Div', ['sum', 'count'], ['mean']],
    ['Tanh', ['mean'], ['pooled']],
  ]
  const ending: NodeSpec[] = byToken
    ? [
        ['Unsqueeze', ['pooled', 'middle'], ['p3']],
        ['Add', ['e', 'p3'], ['own']],
        ['Tanh', ['own'], ['state']],
        ['MatMul', ['state', 'tokens'], ['logits']],
      ]
    : [['MatMul', ['pooled', 'classes'], ['logits']]]
  const graph: GraphSpec = {
    inputs: Object.fromEntries(names.map((name) => [name, [batch, 't']])),
    types: Object.fromEntries(names.map((name) => [name, type])),
    outputs: { logits: byToken ? [batch, 't', V] : [batch, C] },
    nodes: [...nodes, ...ending],
    weights: {
      table: floats([V, E], table),
      types: floats([2, E], types),
      places: floats([1, T, 1], places),
      ...(byToken
        ? { tokens: floats([E, V], head.tokens) }
        : { classes: floats([E, C], head.classes) }),
      last: integers(2),
      middle: integers(1),
    },
  }
  return onnxFile(graph)
}

let files = 0
interface Case {
  readonly model: Uint8Array
  readonly arrays?: Readonly<Record<string, Rows | undefined>>
  readonly data?: Readonly<Record<string, unknown>>
  readonly baseline?: BaselineConfig
  readonly count?: number
}

/** Values, players and labels of every text, through data source, players, baseline and evaluator. */
async function evaluated({ model: bytes, arrays = {}, data = {}, baseline, count = 3 }: Case) {
  const number = files++
  const [file, path] = [join(folder, `${number}.onnx`), join(folder, `${number}.npz`)]
  writeFileSync(file, bytes)
  const all: Readonly<Record<string, Rows | undefined>> = { ...texts, ...arrays }
  const stored = Object.entries(all).flatMap(([name, rows]) => (rows ? [[name, rows]] : []))
  writeFileSync(path, tokenFile(Object.fromEntries(stored)))
  const config = dataSection.parse({ source: 'tokens', path, test: 1, train: 3, ...data })
  const dataset = await loadDataset(config, { baseDir: folder, dataDirs: [] })
  const analysis = analysisSection.parse({
    players: { count },
    baseline: baseline ?? { maskToken: MASK },
    output: 'log-odds',
  })
  const placed = placePlayers(analysis.players, dataset, String)
  const masked = await inputBaseline(analysis, dataset, String)
  const size = dataset.shape[0]
  const samples = [dataset.train, dataset.test].flatMap(({ count, inputs, labels, ids }) =>
    Array.from({ length: count }, (_, row) => ({
      id: ids[row],
      input: inputs.subarray(row * size, (row + 1) * size),
      label: labels[row],
    })),
  )
  const players = (sample: MaskedSample) => placed.players(sample, dataset.shape)
  const model = await openForeignModel(file, 'cpu')
  try {
    const probe = probeRows(samples, players, masked)
    const { classes } = dataset
    const classifier = await foreignClassifier(model, dataset, classes.length, probe)
    const { outputs } = classOutputs({ file, classes, width: classifier.width })
    const said = [...classifier.remarks, ...dataset.assumptions]
    const output = foreignOutput(analysis, { file, ...classifier }, (line) => said.push(line))
    const evaluator = createForeignEvaluator(engine, classifier, placed.n, {
      players,
      baseline: masked,
      output,
      assume: (line) => said.push(line),
    })
    const found = []
    for (const sample of samples) {
      const label = outputs[sample.label]
      const { values, prediction } = await evaluator.evaluate({ ...sample, label })
      found.push({ id: sample.id, label, values, prediction, names: players(sample).names })
    }
    return { found, said: said.join('\n') }
  } finally {
    await model.dispose()
  }
}

/** A text of the file with the words that are not in a coalition masked. */
function maskedText(
  id: number,
  words: readonly number[],
  coalition: number,
  by: 'id' | 'attention',
) {
  const isMasked = texts.word_ids[id].map((word) => {
    const player = words.indexOf(word)
    return player !== -1 && (coalition >>> player) % 2 === 0
  })
  return {
    ids: texts.input_ids[id].map((token, t) => (by === 'id' && isMasked[t] ? MASK : token)),
    attention: texts.attention_mask[id].map((a, t) => (by === 'attention' && isMasked[t] ? 0 : a)),
    types: texts.token_type_ids[id],
  }
}

function largestError(values: Float64Array, expected: (coalition: number) => number): number {
  return Math.max(...values.map((value, coalition) => Math.abs(value - expected(coalition))))
}

describe('a text classifier from elsewhere', () => {
  it.each([
    ['int64', { maskToken: MASK }, 'id'],
    ['int32', { maskToken: MASK }, 'id'],
    ['int64', 'attention', 'attention'],
  ] as const)('of %s masks words by %o', async (type, baseline, by) => {
    const { found } = await evaluated({ model: modelFile(type), baseline })
    expect(found.map(({ id }) => id).sort()).toEqual([0, 1, 2, 3])
    for (const { id, label, values, names } of found) {
      expect(label).toBe(texts.labels[id])
      const first = (word: number) => texts.input_ids[id][texts.word_ids[id].indexOf(word)]
      expect(names).toEqual([0, 1, 2].map((word) => `w${word} (id ${first(word)})`))
      expect(values).toHaveLength(subsetCount(3))
      const expected = (coalition: number) =>
        logOdds(scores(pooled(maskedText(id, [0, 1, 2], coalition, by)), head.classes), label)
      expect(largestError(values, expected)).toBeLessThan(1e-5)
    }
  })

  it('of a fixed batch takes each text as one of any batch does', async () => {
    const [open, fixed] = await Promise.all(
      [modelFile('int64'), modelFile('int64', false, 5)].map((model) => evaluated({ model })),
    )
    for (const [row, { values }] of fixed.found.entries()) {
      expect(largestError(values, (coalition) => open.found[row].values[coalition])).toBeLessThan(
        1e-5,
      )
    }
  })

  it('has each token for a word where special tokens are named', async () => {
    const { found } = await evaluated({
      model: modelFile('int64'),
      arrays: { word_ids: undefined },
      data: { specialTokens: [CLS, SEP, PAD] },
      count: 4,
    })
    for (const { id, label, values, names } of found) {
      const own = names.map((name) => Number(/^w(\d+) /.exec(name)?.[1]))
      for (const at of own) expect([CLS, SEP, PAD, MASK]).not.toContain(texts.input_ids[id][at])
      const expected = (coalition: number) => {
        const ids = texts.input_ids[id].map((token, t) => {
          const player = own.indexOf(t)
          return player !== -1 && (coalition >>> player) % 2 === 0 ? MASK : token
        })
        const text = { ids, attention: texts.attention_mask[id], types: texts.token_type_ids[id] }
        return logOdds(scores(pooled(text), head.classes), label)
      }
      expect(largestError(values, expected)).toBeLessThan(1e-5)
    }
  })

  it('names words by the strings of the file, and never plays stop words', async () => {
    const words = [
      ['river', 'flows', 'north', ''],
      ['old', 'bridges', 'fall', ''],
      ['the', 'lamp', 'glows', ''],
      ['birds', 'migrate', 'south', ''],
    ]
    const { found } = await evaluated({ model: modelFile('int64'), arrays: { words }, count: 2 })
    for (const { id, names } of found) {
      expect(names).toHaveLength(2)
      for (const name of names) expect(words[id]).toContain(name)
      expect(names).not.toContain('the')
    }
  })

  it('puts words together from the tokens of a vocabulary', async () => {
    const tokens = Array.from({ length: V }, (_, id) => (id < 10 ? `[s${id}]` : `tok${id}`))
    for (const id of [12, 15, 18, 22, 25, 26]) tokens[id] = `##x${id}`
    writeFileSync(join(folder, 'vocab.txt'), `${tokens.join('\n')}\n`)
    const { found } = await evaluated({
      model: modelFile('int64'),
      data: { vocabulary: 'vocab.txt' },
    })
    expect(found.find(({ id }) => id === 3)?.names).toEqual(['tok23', 'tok24x25x26', 'tok27'])
  })
})

describe('a language model from elsewhere', () => {
  const target = [12, 9, 12, 25]

  it.each(['int64', 'int32'] as const)('of %s gives a token at the last place', async (type) => {
    const model = modelFile(type, true)
    const { found } = await evaluated({ model, arrays: { target }, data: { target: 'target' } })
    for (const { id, label, values, prediction } of found) {
      expect(label).toBe(target[id])
      const last = texts.attention_mask[id].lastIndexOf(1)
      const z = (coalition: number) => outputAt(maskedText(id, [0, 1, 2], coalition, 'id'), last)
      expect(largestError(values, (coalition) => logOdds(z(coalition), label))).toBeLessThan(1e-5)
      const whole = z(subsetCount(3) - 1)
      expect(prediction).toBe(whole.indexOf(Math.max(...whole)))
    }
  })

  it('gives one token for all texts, at places of their own, with attention masked', async () => {
    const position = [2, 4, 1, 5]
    const { found } = await evaluated({
      model: modelFile('int64', true),
      arrays: { position },
      data: { target: 17, position: 'position' },
      baseline: 'attention',
    })
    for (const { id, label, values } of found) {
      expect(label).toBe(17)
      const expected = (coalition: number) =>
        logOdds(outputAt(maskedText(id, [0, 1, 2], coalition, 'attention'), position[id]), 17)
      expect(largestError(values, expected)).toBeLessThan(1e-5)
    }
  })

  it('is asked for the place of a classifier of tokens too', async () => {
    const { found } = await evaluated({ model: modelFile('int64', true), data: { position: 3 } })
    for (const { id, label, values } of found) {
      expect(label).toBe(texts.labels[id])
      const expected = (coalition: number) =>
        logOdds(outputAt(maskedText(id, [0, 1, 2], coalition, 'id'), 3), label)
      expect(largestError(values, expected)).toBeLessThan(1e-5)
    }
  })
})

/** Rows with one number replaced. */
function replaced(rows: readonly number[][], [row, at]: readonly [number, number], value: number) {
  return rows.map((each, r) => each.map((old, t) => (r === row && t === at ? value : old)))
}

describe('texts that do not fit', () => {
  const classifier = modelFile('int64')
  const shorter = (rows: readonly number[][]) => rows.map((row) => row.slice(1))
  const { input_ids, attention_mask, word_ids } = texts

  it.each<[string, Omit<Case, 'model'> & { readonly model?: Uint8Array }, RegExp]>([
    [
      'an array of another length',
      { arrays: { attention_mask: shorter(attention_mask) } },
      /\.npz: attention_mask \[4, 6\] has another shape than input_ids \[4, 7\]/,
    ],
    [
      'another number of rows',
      { arrays: { token_type_ids: texts.token_type_ids.slice(1) } },
      /token_type_ids \[3, 7\] and input_ids \[4, 7\] are not as many rows/,
    ],
    [
      'words of another shape',
      { arrays: { word_ids: shorter(word_ids) } },
      /word_ids \[4, 6\] has another shape than input_ids \[4, 7\]/,
    ],
    [
      'ids beyond the table of the model',
      { arrays: { input_ids: replaced(input_ids, [2, 3], V) } },
      /\.npz: input_ids\[2, 3\] is 30, but .*\.onnx looks input_ids up in a table of 30 tokens \(ids 0 to 29\)/,
    ],
    [
      'ids that are negative',
      { arrays: { input_ids: replaced(input_ids, [1, 2], -1) } },
      /input_ids\[1, 2\] is -1, no whole number from 0/,
    ],
    [
      'ids that are no whole numbers',
      { arrays: { input_ids: replaced(input_ids, [1, 2], 1.5) } },
      /input_ids\[1, 2\] is 1.5, no whole number/,
    ],
    [
      'types beyond the table of the model, which ONNX Runtime tells',
      { arrays: { token_type_ids: texts.token_type_ids.map((row) => row.map(() => 2)) } },
      /it looks 2 up in a table of 2 rows: an id, the mask token, a type or the number of tokens is beyond/,
    ],
    [
      'a mask token that is none',
      { baseline: { maskToken: 103 } },
      /analysis.baseline.maskToken 103 is no token: .*table of 30 tokens/,
    ],
    [
      'attention that is no mask',
      { arrays: { attention_mask: replaced(attention_mask, [3, 1], 2) } },
      /attention_mask\[3, 1\] is 2, but must be 1 \(a token\) or 0 \(padding\)/,
    ],
    [
      'a text of padding alone',
      {
        arrays: {
          attention_mask: attention_mask.map((row, r) => (r === 1 ? row.map(() => 0) : row)),
        },
      },
      /attention_mask\[1\] is 0 for all tokens/,
    ],
    [
      'an input without an array',
      { arrays: { token_type_ids: undefined } },
      /\.onnx: the data have no array for the input token_type_ids \[\?, \?\] int64, only input_ids, attention_mask/,
    ],
    [
      'neither words nor special tokens',
      { arrays: { word_ids: undefined } },
      /nothing says which tokens are special .*data.specialTokens/,
    ],
    [
      'a baseline for numbers',
      { baseline: 'mean' },
      /analysis.baseline mean does not mask token ids: set it to \{maskToken: ID\}/,
    ],
    [
      'a target beyond the outputs',
      {
        model: modelFile('int64', true),
        arrays: { target: [1, 2, V, 3] },
        data: { target: 'target' },
      },
      /target\[2\] is 30, but .*output logits has values for 30 tokens \(ids 0 to 29\)/,
    ],
    [
      'a target for all texts that is beyond the outputs',
      { model: modelFile('int64', true), data: { target: 31 } },
      /^data\.target is 31, but .*output logits has values for 30 tokens/,
    ],
    [
      'outputs of every token without a place',
      { model: modelFile('int64', true) },
      /has shape \[1, 7, 30\] for 1 sample.*data\.position \(and data\.target/,
    ],
    [
      'outputs for more tokens than there are',
      { model: withPrompt(modelFile('int64', true)), data: { target: 5 } },
      /long gives outputs for 9 tokens per row, and rows have 7/,
    ],
    [
      'a place beyond the text',
      { model: modelFile('int64', true), data: { target: 5, position: 7 } },
      /data.position is 7, but rows have 7 tokens/,
    ],
    [
      'a place in the padding',
      { model: modelFile('int64', true), data: { target: 5, position: 6 } },
      /data.position is 6, where row 0 has padding \(attention_mask is 0\)/,
    ],
    [
      'names for some of the words',
      { arrays: { words: texts.word_ids.map(() => ['some', 'words']) } },
      /there is no words\[0, 2\], the name of the word of input_ids\[0, 4\]/,
    ],
    [
      'fewer words than players',
      { count: 4 },
      /sample \d has 3 words that can be players, fewer than 4/,
    ],
  ])('are refused: %s', async (_, { model = classifier, ...rest }, message) => {
    await expect(evaluated({ model, ...rest })).rejects.toThrow(message)
  })

  it('are refused where masking changes what the model is not fed', async () => {
    const nodes: NodeSpec[] = [
      ['Gather', ['table', 'input_ids'], ['e']],
      ['ReduceSum', ['e', 'middle'], ['sum'], { keepdims: 0 }],
      ['MatMul', ['sum', 'classes'], ['z']],
    ]
    const model = onnxFile({
      inputs: { input_ids: ['n', T] },
      types: { input_ids: 'int64' },
      outputs: { z: ['n', C] },
      nodes,
      weights: {
        table: floats([V, E], table),
        classes: floats([E, C], head.classes),
        middle: integers(1),
      },
    })
    await expect(evaluated({ model, baseline: 'attention' })).rejects.toThrow(
      /has no input attention_mask, which analysis.baseline masks/,
    )
    const { said } = await evaluated({ model })
    expect(said).toMatch(/has no input attention_mask: that array is not fed to it/)
  })
})

it.each([
  [
    'past_key_values.0.key',
    'export the model without a cache (Optimum: --task text-generation; else use_cache=False)',
  ],
  ['position_ids', 'position_ids=np.maximum(attention_mask.cumsum(1) - 1, 0)'],
])(
  'the input %s, which exporters of language models add, is told what to do about',
  (name, remedy) => {
    const input = { name, type: 'int64', shape: [undefined, undefined] }
    const parts = [{ role: 'ids' as const, name: 'input_ids', start: 0, shape: [4] }]
    expect(() => fitParts({ file: 'gpt.onnx', inputs: [input] }, { shape: [4], parts })).toThrow(
      remedy,
    )
  },
)

it('a position of a token is told to count for nothing where outputs are of whole texts', async () => {
  const saidOf = async (byToken: boolean) =>
    (await evaluated({ model: modelFile('int64', byToken), data: { position: 1 } })).said
  const told = /its output logits is of the whole text: data\.position/
  expect(await saidOf(false)).toMatch(told)
  expect(await saidOf(true)).not.toMatch(told)
})
