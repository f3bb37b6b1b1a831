/** Inner tensors of networks from elsewhere, of texts and with channels last, against the same networks computed here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PlayersConfig } from '../../config/analysis.js'
import { stream } from '../../core/random.js'
import { loadDataset } from '../../data/load.js'
import type { Dataset } from '../../data/types.js'
import { encodeNpz } from '../../formats/npz.js'
import { studyMasking } from '../../masking/configure.js'
import { placePlayers } from '../../masking/players/configurePlayers.js'
import {
  floats,
  type GraphSpec,
  integers,
  type NodeSpec,
  onnxFile,
} from '../../testing/onnxGraph.js'
import { planOfDocument } from '../../testing/studyRun.js'
import { tokenFile } from '../../testing/tokenFile.js'
import { openNetwork } from './openNetwork.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-inner-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const draws = stream(23, 'inner').at()
const drawn = (length: number) => Float32Array.from({ length }, () => draws.normal())
const range = (length: number) => [...Array(length).keys()]

const places = () => ({ baseDir: folder, results: mkdtempSync(join(folder, 'results-')) })
const few = { samples: { count: 6, testCount: 2 }, output: 'logit' }

function save(name: string, spec: GraphSpec): { name: string; path: string } {
  writeFileSync(join(folder, `${name}.onnx`), onnxFile(spec))
  return { name, path: `${name}.onnx` }
}

interface Evaluated {
  readonly dataset: Dataset
  readonly players: PlayersConfig
  /** What was said when the network was opened. */
  readonly said: string
  /** Calls `check` with each value of each training sample and what its coalition keeps. */
  eachValue(
    check: (value: number, row: number, label: number, isKept: (player: number) => boolean) => void,
  ): void
}

/** Plans a study of one network, and evaluates that on the training samples, as the study would. */
async function evaluated(document: object): Promise<Evaluated> {
  const plan = await planOfDocument(document, places())
  const { analysis, data } = plan.config
  const dataset = await loadDataset(data, { baseDir: folder, dataDirs: [] })
  const lines: string[] = []
  const network = await openNetwork(plan.networks[0], 0, {
    context: { plan, results: '', baseDir: folder },
    dataset,
    masking: studyMasking(analysis, dataset, String),
    analysis,
    assume: (line) => lines.push(line),
  })
  const evaluator = await network.evaluator()
  const { inputs, ids, labels, count } = dataset.train
  const size = inputs.length / count
  const found: { values: Float64Array; id: number; label: number }[] = []
  for (let row = 0; row < count; row++) {
    const input = inputs.subarray(row * size, (row + 1) * size)
    const { values } = await evaluator.evaluate({ id: ids[row], label: labels[row], input })
    found.push({ values, id: ids[row], label: labels[row] })
  }
  await evaluator.dispose()
  await network.dispose()
  return {
    dataset,
    players: analysis.players,
    said: lines.join('\n'),
    eachValue(check) {
      for (const { values, id, label } of found) {
        for (const [coalition, value] of values.entries()) {
          check(value, id, label, (player) => (coalition >>> player) % 2 === 1)
        }
      }
    },
  }
}

describe('a text model masked at its tokens’ hidden vectors', () => {
  /** Texts, tokens, known tokens, width of hidden vectors, classes. */
  const [N, T, V, E, C] = [24, 7, 30, 4, 3]
  const lengths = range(N).map((row) => 5 + (row % 3))
  const texts = {
    input_ids: lengths.map((length, row) =>
      range(T).map((t) => (t >= length ? 0 : t === 0 ? 1 : 3 + ((5 * row + 7 * t) % 27))),
    ),
    attention_mask: lengths.map((length) => range(T).map((t) => (t < length ? 1 : 0))),
    // The first word has two tokens, the first token is special.
    word_ids: lengths.map((length) => range(T).map((t) => (t === 0 || t >= length ? -1 : t >> 1))),
    labels: range(N).map((row) => row % C),
  }
  const [table, inner, head, tokenHead] = [drawn(V * E), drawn(E * E), drawn(E * C), drawn(E * V)]

  /** hidden = tanh(table[id] · inner); z = (attended mean of tanh(hidden)) · head, of a language model hidden and mean. */
  function modelOf(name: string, byToken: boolean, more: Partial<GraphSpec> = {}) {
    const nodes: NodeSpec[] = [
      ['Gather', ['table', 'input_ids'], ['e']],
      ['MatMul', ['e', 'inner'], ['m']],
      ['Tanh', ['m'], ['hidden']],
      ['Tanh', ['hidden'], ['h']],
      ['Cast', ['attention_mask'], ['a2'], { to: 1 }],
      ['Unsqueeze', ['a2', 'last'], ['a']],
      ['Mul', ['h', 'a'], ['ha']],
      ['ReduceSum', ['ha', 'middle'], ['sum'], { keepdims: 1 }],
      ['ReduceSum', ['a', 'middle'], ['count'], { keepdims: 1 }],
      ['Div', ['sum', 'count'], ['mean']],
      ...(byToken
        ? ([
            ['Add', ['h', 'mean'], ['both']],
            ['MatMul', ['both', 'tokens'], ['z']],
          ] as NodeSpec[])
        : ([
            ['Squeeze', ['mean', 'middle'], ['pooled']],
            ['MatMul', ['pooled', 'head'], ['z']],
          ] as NodeSpec[])),
    ]
    return save(name, {
      // The attention first: what is cut is the way of the ids all the same.
      inputs: { attention_mask: ['n', T], input_ids: ['n', T] },
      types: { input_ids: 'int64', attention_mask: 'int64' },
      outputs: { z: byToken ? ['n', T, V] : ['n', C] },
      nodes,
      weights: {
        table: floats([V, E], table),
        inner: floats([E, E], inner),
        head: floats([E, C], head),
        tokens: floats([E, V], tokenHead),
        last: integers(2),
        middle: integers(1),
      },
      ...more,
    })
  }

  const times = (x: readonly number[], w: Float32Array) => {
    const width = w.length / x.length
    return range(width).map((c) => x.reduce((sum, value, e) => sum + value * w[e * width + c], 0))
  }
  const hidden = (row: number) =>
    texts.input_ids[row].map((id) =>
      times([...table.subarray(id * E, (id + 1) * E)], inner).map(Math.tanh),
    )
  /** Outputs from hidden vectors: of the text, or of the token at a position. */
  function outputs(vectors: number[][], row: number, position?: number): number[] {
    const h = vectors.map((each) => each.map(Math.tanh))
    const own = h.slice(0, lengths[row])
    const mean = range(E).map((e) => own.reduce((sum, each) => sum + each[e], 0) / own.length)
    if (position === undefined) return times(mean, head)
    return times(
      mean.map((value, e) => value + h[position][e]),
      tokenHead,
    )
  }

  const data = { source: 'tokens', path: 'texts.npz' }
  beforeAll(() => writeFileSync(join(folder, 'texts.npz'), tokenFile(texts)))

  it.each([['zero'], ['mean']] as const)(
    'has the values of masked vectors, baseline %s',
    async (baseline) => {
      const players = { layout: 'layer', layer: 'hidden', count: 2 }
      const files = [modelOf(`classes-${baseline}`, false)]
      const { dataset, eachValue, ...found } = await evaluated({
        data,
        networks: { files },
        analysis: { ...few, players, baseline },
      })
      // The mean of the vectors of all training tokens but padding.
      const tokens = [...dataset.train.ids].flatMap((row) => hidden(row).slice(0, lengths[row]))
      const masked = range(E).map((e) =>
        baseline === 'zero' ? 0 : tokens.reduce((sum, each) => sum + each[e], 0) / tokens.length,
      )
      const placed = placePlayers({ ...found.players, layout: 'tokens' }, dataset, String)
      let checked = 0
      eachValue((value, row, label, isKept) => {
        const { ids, inputs } = dataset.train
        const size = dataset.shape[0]
        const at = ids.indexOf(row) * size
        const input = inputs.subarray(at, at + size)
        const { map } = placed.players({ id: row, input }, dataset.shape)
        const vectors = hidden(row).map((own, t) => (map[t] >= 0 && !isKept(map[t]) ? masked : own))
        expect(value).toBeCloseTo(outputs(vectors, row)[label], 5)
        checked++
      })
      expect(checked).toBe(4 * dataset.train.count)
      expect(found.said).toMatch(
        /is masked at "hidden" \[7, 4\]; its part above reads attention_mask too, held as/,
      )
    },
  )

  it('of a language model counts at the place of the token that is to follow', async () => {
    const files = [modelOf('language', true)]
    const analysis = {
      ...few,
      players: { layout: 'layer', layer: 'hidden', count: 1 },
      baseline: 'zero',
    }
    const { eachValue } = await evaluated({
      data: { ...data, target: 4 },
      networks: { files },
      analysis,
    })
    eachValue((value, row, _label, isKept) => {
      const expected = outputs(hidden(row), row, lengths[row] - 1)[4]
      if (isKept(0)) expect(value).toBeCloseTo(expected, 5)
      else expect(Math.abs(value - expected)).toBeGreaterThan(1e-4)
    })
  })

  it.each<[string, string, RegExp]>([
    [
      'is not there',
      'hiden',
      /network "classes": analysis\.players\.layer: .*classes\.onnx: there is no inner tensor "hiden"; the nearest .*"hidden"/,
    ],
    [
      'is not one of every token',
      'mean',
      /classes\.onnx: "mean": players of layout "layer" are words of 7 tokens, \[7, width\].* shape \[1, 4\]/,
    ],
    ['does not come of the ids', 'a2', /"a2" does not depend on the input "input_ids"/],
  ])('is refused by the plan where the tensor %s', async (_what, layer, message) => {
    const files = [modelOf('classes', false)]
    const analysis = { ...few, players: { layout: 'layer', layer, count: 2 } }
    await expect(planOfDocument({ data, networks: { files }, analysis }, places())).rejects.toThrow(
      message,
    )
  })

  it('is refused where ids become another id within', async () => {
    const analysis = {
      ...few,
      players: { layout: 'layer', layer: 'hidden', count: 2 },
      baseline: { maskToken: 2 },
    }
    await expect(
      evaluated({ data, networks: { files: [modelOf('masked', false)] }, analysis }),
    ).rejects.toThrow(/maskToken and attention are for token ids.*mean and zero fit inner tensors/)
  })
})

describe('a feature map with channels last', () => {
  const [N, F, SIDE, C] = [24, 3, 6, 2]
  const images = drawn(N * SIDE * SIDE)
  const [own, head] = [drawn(F), drawn(SIDE * SIDE * F * C)]
  /** map[y, x, f] = tanh(image[y, x] · own[f]), z = map · head. */
  const mapOf = (row: number) =>
    range(SIDE * SIDE * F).map((at) =>
      Math.tanh(images[row * SIDE * SIDE + Math.floor(at / F)] * own[at % F]),
    )
  const nodes: NodeSpec[] = [
    ['Mul', ['image', 'own'], ['m']],
    ['Tanh', ['m'], ['map']],
    ['Flatten', ['map'], ['flat']],
    ['MatMul', ['flat', 'head'], ['z']],
  ]
  const weights = { own: floats([F], own), head: floats([SIDE * SIDE * F, C], head) }
  const inputs = { image: ['n', SIDE, SIDE, 1] }
  const outputs = { z: ['n', C] }
  const data = { source: 'npz', path: 'maps.npz', inputs: 'x', labels: 'y', standardize: false }
  const players = { layout: 'layer', layer: 'map', layerGrid: 'grid3x3', count: 4 }
  beforeAll(() => {
    const y = Int32Array.from({ length: N }, (_, row) => row % C)
    const x = { shape: [N, 1, SIDE, SIDE], data: images }
    writeFileSync(join(folder, 'maps.npz'), encodeNpz({ x, y }))
  })

  it('is refused where the input is masked instead', async () => {
    const entry = save('last', { inputs, outputs, nodes, weights })
    const files = [{ ...entry, layout: 'nhwc', layerLayout: 'nhwc' }]
    const masking = { ...few, players: { layout: 'grid2x2', count: 4 } }
    await expect(evaluated({ data, networks: { files }, analysis: masking })).rejects.toThrow(
      /layer and layerLayout are of an inner tensor that is masked, but .* is "grid2x2", not layer/,
    )
  })

  it('has the values of masked cells, each all channels of its place', async () => {
    const entry = save('last', { inputs, outputs, nodes, weights })
    const { dataset, eachValue, said } = await evaluated({
      data,
      networks: { files: [{ ...entry, layout: 'nhwc', layerLayout: 'nhwc' }] },
      analysis: { ...few, players: { ...players, select: 'list', list: [0, 2, 4, 7] } },
    })
    expect(said).toMatch(/is masked at "map" \[6, 6, 3\], channels last/)
    const rows = [...dataset.train.ids]
    const means = range(F).map((f) => {
      const all = rows.flatMap((row) => mapOf(row).filter((_, at) => at % F === f))
      return all.reduce((sum, value) => sum + value, 0) / all.length
    })
    eachValue((value, row, label, isKept) => {
      const cell = (at: number) => {
        const [y, x] = [Math.floor(at / F / SIDE), Math.floor(at / F) % SIDE]
        return [0, 2, 4, 7].indexOf(3 * Math.floor(y / 2) + Math.floor(x / 2))
      }
      const masked = mapOf(row).map((each, at) =>
        cell(at) >= 0 && !isKept(cell(at)) ? means[at % F] : each,
      )
      const z = masked.reduce((sum, each, at) => sum + each * head[C * at + label], 0)
      expect(value).toBeCloseTo(z, 4)
    })
  })

  it('is refused by the plan where it is none, or another tensor leads past it', async () => {
    const analysis = (layer: string) => ({ ...few, players: { ...players, layer } })
    const past: NodeSpec[] = [...nodes.slice(0, 3), ['MatMul', ['flat', 'head'], ['y']]]
    const skips = save('skips', {
      inputs,
      outputs,
      nodes: [
        ...past,
        ['Flatten', ['m'], ['n']],
        ['MatMul', ['n', 'head'], ['w']],
        ['Add', ['y', 'w'], ['z']],
      ],
      weights,
    })
    const plain = save('plain', { inputs, outputs, nodes, weights })
    const planned = (entry: { name: string; path: string }, layer: string) =>
      planOfDocument(
        { data, networks: { files: [{ ...entry, layout: 'nhwc' }] }, analysis: analysis(layer) },
        places(),
      )
    await expect(planned(plain, 'flat')).rejects.toThrow(
      /network "plain".*plain\.onnx: "flat": players of layout "layer" are cells of a feature map .* shape \[108\]/,
    )
    await expect(planned(skips, 'map')).rejects.toThrow(
      /skips\.onnx: "map" does not carry all .*: "w" feeds the part above past it/,
    )
    const trained = {
      networks: { grid: { low: [0], high: [0] } },
      model: { architecture: 'mlp-5' },
    }
    await expect(
      planOfDocument({ data, ...trained, analysis: analysis('conv9') }, places()),
    ).rejects.toThrow(/has no layer "conv9"; its layers are/)
  })
})
