/** Studies of networks from elsewhere: series of checkpoints, seeds, tables, values, curves, donors. */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { relationOf } from '../../comparison/relation.js'
import { stream } from '../../core/random.js'
import { importExported } from '../../engine/onnx/checkpoint.js'
import { decodeModel, encodeModel } from '../../engine/onnx/format.js'
import { encodeInference } from '../../engine/onnx/model.js'
import { encodeNpy } from '../../formats/npy.js'
import { encodeNpz } from '../../formats/npz.js'
import { designWarnings } from '../../plan/designWarnings.js'
import { estimatePlan } from '../../plan/estimate.js'
import { layersOf } from '../../plan/layers.js'
import type { Plan, TrainedNetwork } from '../../plan/types.js'
import { networkPaths } from '../../store/layout.js'
import { fromCsv } from '../../tables/read.js'
import {
  difficultyTable,
  effectsTable,
  multiverseTable,
  networksTable,
  ordersTable,
  overlapsTable,
} from '../../tables/tables.js'
import { floats, onnxFile } from '../../testing/onnxGraph.js'
import {
  fileOf,
  planOfDocument,
  type RanStudy,
  runDocument,
  valuesOfNetwork,
} from '../../testing/studyRun.js'
import { plannedSamples } from '../analysis/chosenSamples.js'
import { runTask } from '../runTask.js'
import { taskState } from '../state/taskState.js'
import type { TaskContext } from '../types.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-given-'))
afterAll(() => rmSync(folder, { recursive: true }))

const data = { source: 'tic-tac-toe', labelNoise: 0.1 }
const analysis = {
  samples: { count: 12, testCount: 5 },
  players: { count: 4 },
  gap: 0.01,
  checkpoints: 'final',
}
const comparison = { bootstrap: 200 }
/** Decomposed at the beginning, in the middle and at the end alone. */
const sparse = { ...analysis, checkpoints: ['0it', '15it', '35it'] }
/** A study whose networks lowlayer trains: two low and two high seeds, losses measured at every checkpoint. */
const trainedDocument = {
  data,
  model: { architecture: 'mlp-5', width: 12, low: 2 },
  training: {
    epochs: '7ep',
    batchSize: 134,
    optimizer: { name: 'sgd', lr: 0.1, momentum: 0.9 },
    checkpoints: { every: '1ep' },
    evaluate: { every: '1ep' },
  },
  networks: { grid: { low: [0, 1], high: [0, 1], repeats: 2 } },
  analysis: sparse,
  comparison,
}
let trained: RanStudy
/** Entries of networks.files for copies of the networks of {@link trained}. */
let entries: Record<string, unknown>[]

const places = (name: string) => ({ baseDir: folder, results: join(folder, name) })
const given = (files: readonly object[], more: object = {}) => ({
  data,
  networks: { files },
  analysis,
  comparison,
  ...more,
})
const read = (study: RanStudy, name: string) => readFileSync(fileOf(study, name), 'utf8')
const contextOf = (plan: Plan, results: string): TaskContext => ({
  plan,
  results,
  baseDir: folder,
  dataDirs: [],
  drawsFigures: false,
  report: () => undefined,
  signal: new AbortController().signal,
})
const reasonOf = (study: Promise<unknown>) =>
  study.then(
    () => 'none',
    (error: Error) => error.message,
  )

/** Rows of a table with the ids of networks replaced by their names. */
function named(study: RanStudy, table: string): string {
  const names = study.plan.networks.map(({ id, name }) => [id, name] as const)
  return names.reduce((text, [id, name]) => text.replaceAll(id, name), read(study, table))
}

beforeAll(async () => {
  trained = await runDocument(trainedDocument, places('trained'))
  entries = (trained.plan.networks as readonly TrainedNetwork[]).map((network) => {
    const { name, seeds, lowBlocks, spec } = network
    mkdirSync(join(folder, 'nets', name), { recursive: true })
    const { checkpoint } = networkPaths(trained.results, network.id)
    for (const step of spec.checkpointSteps) {
      copyFileSync(checkpoint(step), join(folder, 'nets', name, `${step}.onnx`))
    }
    return {
      name,
      path: `nets/${name}/{step}.onnx`,
      ...seeds,
      architecture: 'mlp-5',
      lowLayers: lowBlocks,
      stepsPerEpoch: spec.stepsPerEpoch,
    }
  })
})

describe('the files of networks that lowlayer trained', () => {
  it('end in the same tables and verdict, byte for byte but for ids', async () => {
    const study = await runDocument(given(entries, { analysis: sparse }), places('same'))
    const tables = ['samples', 'orders', 'generalization', 'confusing', 'curves', 'overlaps']
    for (const table of tables) {
      expect(named(study, `${table}.csv`) === named(trained, `${table}.csv`), table).toBe(true)
    }
    for (const name of ['effects.csv', 'memberships.csv', 'multiverse.csv']) {
      expect(named(study, name), name).toBe(named(trained, name))
    }
    // What to run next is a setting of training, which networks from elsewhere have none of.
    const { next: onlyReason, ...verdict } = JSON.parse(named(study, 'verdict.json'))
    const { next, ...expected } = JSON.parse(named(trained, 'verdict.json'))
    expect(verdict).toEqual(expected)
    expect(next.set).toEqual([
      'training.epochs=14ep',
      'networks.grid.low=[0,1,2]',
      'networks.grid.high=[0,1,2]',
    ])
    expect(onlyReason).toEqual({
      reason: `${next.reason} (add networks of further seeds)`,
      set: [],
    })
    expect(JSON.parse(read(study, 'manifest.json')).complete).toBe(true)
  })

  it.each(['truncated', 'changed and as long'])(
    'are named where the file of what was assumed in reading one is %s, and measured anew',
    async (how) => {
      const run = () => runDocument(given(entries, { analysis: sparse }), places('same'))
      const { plan, results, folder: tables } = await run()
      const { id, name } = plan.networks[1]
      const file = networkPaths(results, id).assumptions(plan.valuesId)
      const whole = readFileSync(file, 'utf8')
      writeFileSync(file, how === 'truncated' ? whole.slice(0, 1) : whole.replace('[', '{'))
      rmSync(join(tables, 'manifest.json'))
      const compare = plan.tasks.find(({ kind }) => kind === 'compare')!
      await runTask(compare, contextOf(plan, results))
      const manifest = () => JSON.parse(readFileSync(join(tables, 'manifest.json'), 'utf8'))
      expect(manifest()).toMatchObject({ complete: false, failed: {} })
      expect(manifest().lacking[name]).toContain(file)
      const { warnings } = JSON.parse(readFileSync(join(tables, 'verdict.json'), 'utf8'))
      expect(warnings.filter((line: string) => line.includes(file))).toHaveLength(1)
      await run()
      expect(readFileSync(file, 'utf8')).toBe(whole)
      expect(manifest()).toMatchObject({ complete: true, lacking: {} })
    },
  )

  it('end in the same to rounding where another tool has written them', async () => {
    for (const { name } of entries) {
      mkdirSync(join(folder, 'others', String(name)), { recursive: true })
      for (const file of readdirSync(join(folder, 'nets', String(name)))) {
        const own = importExported(readFileSync(join(folder, 'nets', String(name), file)))!
        writeFileSync(
          join(folder, 'others', String(name), file),
          encodeInference(own.graph, own.parameters),
        )
      }
    }
    const others = entries.map((entry) => ({ ...entry, path: `others/${entry.name}/{step}.onnx` }))
    const study = await runDocument(given(others), places('others-results'))
    const [own, other] = await Promise.all(
      [trained, study].map((each) => valuesOfNetwork(each, 'low1-high0-order0')),
    )
    expect(other.samples.prediction).toEqual(own.samples.prediction)
    for (const [row, table] of own.tables.entries()) {
      for (const [coalition, value] of table.entries()) {
        expect(other.tables[row][coalition]).toBeCloseTo(value, 4)
      }
    }
    const hardness = [trained, study].map((each) =>
      fromCsv(difficultyTable, named(each, 'difficulty.csv')),
    )
    expect(hardness[1]).toHaveLength(hardness[0].length)
    for (const [at, { loss, margin, grand, correct }] of hardness[0].entries()) {
      const found = hardness[1][at]
      expect(found.correct).toBe(correct)
      expect(found.loss).toBeCloseTo(loss!, 4)
      expect(found.margin).toBeCloseTo(margin!, 4)
      expect(found.grand).toBeCloseTo(grand!, 4)
    }
    const relations = (each: RanStudy) =>
      fromCsv(overlapsTable, read(each, 'overlaps.csv')).map(({ relation }) => relation)
    expect(relations(study)).toEqual(relations(trained))
  })
})

describe('what is stated of networks from elsewhere', () => {
  const plain = () => entries.map(({ lowLayers: _, ...entry }) => entry)
  const base = (files: readonly object[], more = {}) =>
    runDocument(given(files, { analysis: sparse, ...more }), places('stated'))
  const swapped = ({ low, high, ...rest }: Record<string, unknown>) => ({
    ...rest,
    low: high,
    high: low,
  })
  const changes: Readonly<Record<string, (entry: Record<string, unknown>) => object>> = {
    'seeds the other way round': swapped,
    'no seeds': ({ low: _, high: __, ...rest }) => rest,
    'other orders': ({ order, ...rest }) => ({ ...rest, order: Number(order) + 1 }),
    'another architecture of one': (entry) =>
      entry.name === 'low0-high0-order0' ? { ...entry, architecture: 'other' } : entry,
    'another regime': (entry) => ({ ...entry, regime: 'frozen-random' }),
  }

  it.each(Object.entries(changes))('counts when it changes: %s', async (_, change) => {
    await base(plain())
    const changed = await base(plain().map(change))
    const fresh = join(folder, 'fresh')
    rmSync(fresh, { recursive: true, force: true })
    cpSync(join(folder, 'stated', 'networks'), join(fresh, 'networks'), { recursive: true })
    const document = given(plain().map(change), { analysis: sparse })
    const anew = await runDocument(document, places('fresh'))
    for (const name of ['networks.csv', 'overlaps.csv', 'effects.csv', 'verdict.json']) {
      expect(read(changed, name) === read(anew, name), name).toBe(true)
    }
    const before = await base(plain())
    expect(before.folder).not.toBe(changed.folder)
  })
})

it('networks that are written down otherwise are told otherwise, without being trained anew', async () => {
  const list = [
    { name: 'a', seed: 0 },
    { name: 'b', from: 'a', rerandomize: 'low', seed: 1 },
  ]
  const seeds = [list[0], { name: 'b', seeds: { low: 1, high: 0, order: 0 } }]
  const run = (networks: readonly object[], name: string) =>
    runDocument({ ...trainedDocument, networks: { list: networks } }, places(name))
  const derived = await run(list, 'written')
  const first = read(derived, 'networks.csv')
  const told = await run(seeds, 'written')
  expect(told.plan.networks.map(({ id }) => id)).toEqual(derived.plan.networks.map(({ id }) => id))
  const anew = await run(seeds, 'written-anew')
  expect(read(told, 'networks.csv')).toBe(read(anew, 'networks.csv'))
  expect(read(told, 'networks.csv')).not.toBe(first)
})

it.each<[string, object, object]>([
  [
    'a grid in the place of a list',
    { grid: { low: [0, 1], high: [0, 1], repeats: 1 } },
    {
      list: [0, 1, 2, 3].map((at) => {
        const seeds = { low: at >> 1, high: at % 2, order: 0 }
        return { name: `low${seeds.low}-high${seeds.high}-order0`, seeds }
      }),
    },
  ],
  [
    'a single checkpoint in the place of a series of one',
    {
      files: [0, 1].map((at) => ({
        name: `n${at}`,
        path: `alone${at}/{step}.onnx`,
        low: 0,
        high: at,
      })),
    },
    {
      files: [0, 1].map((at) => ({ name: `n${at}`, path: `alone${at}/0.onnx`, low: 0, high: at })),
    },
  ],
])(
  '%s is the same study, whose folder tells of the last configuration',
  async (what, one, other) => {
    const [first, second] = entries
    for (const [at, { name }] of [first, second].entries()) {
      mkdirSync(join(folder, `alone${at}`), { recursive: true })
      cpSync(join(folder, 'nets', String(name), '0.onnx'), join(folder, `alone${at}`, '0.onnx'))
    }
    const run = (networks: object, name: string) =>
      runDocument(
        'files' in networks ? given([], { analysis, networks }) : { ...trainedDocument, networks },
        places(name),
      )
    await run(other, what)
    const changed = await run(one, what)
    const back = await run(other, what)
    expect(back.folder).toBe(changed.folder)
    const anew = await run(other, `${what} anew`)
    for (const name of ['verdict.json', 'config.yaml', 'networks.csv']) {
      expect(read(back, name), name).toBe(read(anew, name))
    }
  },
)

describe('an inner layer of networks that lowlayer trained', () => {
  it('ends in the same values, scores and sets, whether they are trained here or given', async () => {
    const layers = [
      { type: 'conv', name: 'conv1', channels: 3, kernel: 3, stride: 2 },
      { type: 'relu' },
      { type: 'conv', name: 'conv2', channels: 4, kernel: 3 },
      { type: 'relu' },
      { type: 'flatten' },
      { type: 'dense', name: 'out', units: 10 },
    ]
    const document = {
      data: { source: 'glyphs', size: 11, train: 60, test: 20 },
      model: { architecture: 'custom', layers },
      training: { epochs: '2ep', batchSize: 20, checkpoints: { every: '2ep' } },
      networks: { grid: { low: [0], high: [0, 1], repeats: 1 } },
      analysis: {
        samples: { count: 10, testCount: 0 },
        players: { layout: 'layer', layer: 'conv1', layerGrid: 'grid5x5', margin: 1, count: 4 },
      },
    }
    const own = await runDocument(document, places('layer-own'))
    const files = (own.plan.networks as readonly TrainedNetwork[]).map(
      ({ id, name, seeds, spec }) => {
        const path = networkPaths(own.results, id).checkpoint(spec.totalSteps)
        return { name, path, ...seeds, architecture: 'custom' }
      },
    )
    const { model: _m, training: _t, ...rest } = document
    const study = await runDocument({ ...rest, networks: { files } }, places('layer-given'))
    for (const { name } of files) {
      const [one, other] = await Promise.all(
        [own, study].map((each) => valuesOfNetwork(each, name)),
      )
      expect(other.tables).toEqual(one.tables)
      expect(new Set(one.tables[0]).size).toBeGreaterThan(4)
    }
    const sets = (each: RanStudy) =>
      named(each, 'confusing.csv')
        .split('\n')
        .map((line) =>
          line
            .split(',')
            .filter((_, column) => column !== 2)
            .join(),
        )
    expect(sets(study)).toEqual(sets(own))
  })
})

describe('a table of networks', () => {
  it('is the same study as the list, its files looked for beside it', async () => {
    const columns = [
      'name',
      'path',
      'low',
      'high',
      'order',
      'architecture',
      'lowLayers',
      'stepsPerEpoch',
    ]
    const cell = (value: unknown) => (Array.isArray(value) ? value.join('+') : String(value))
    const beside = join(folder, 'tables')
    const lines = entries
      .map((entry) => ({ ...entry, path: relative(beside, resolve(folder, String(entry.path))) }))
      .map((entry: Record<string, unknown>) => columns.map((column) => cell(entry[column])).join())
    mkdirSync(beside)
    writeFileSync(join(beside, 'nets.csv'), `${[columns.join(), ...lines].join('\n')}\n`)
    const document = { data, networks: { table: 'tables/nets.csv' }, analysis, comparison }
    const table = await planOfDocument(document, places('table'))
    const list = await planOfDocument(given(entries), places('list'))
    expect(table.networks).toEqual(list.networks)
    expect(table.id).toBe(list.id)
  })

  it('names the line of everything that is wrong with it', async () => {
    const text =
      'name,path,low,high,colour\na,x.onnx,0,0,\nb,,0,0,\nc,x.onnx,0,,\nd,x.onnx,one,0,red\n'
    writeFileSync(join(folder, 'wrong.csv'), text)
    const document = { data, networks: { table: 'wrong.csv' }, analysis }
    const reason = await reasonOf(planOfDocument(document, places('wrong')))
    expect(reason).toMatch(/wrong\.csv:3: needs one of "path" .* and "values"/)
    expect(reason).toMatch(/wrong\.csv:4: has "low" without "high"/)
    expect(reason).toMatch(/wrong\.csv:5: low: /)
    expect(reason).toMatch(/wrong\.csv:5: .*colour/)
    expect(reason).not.toMatch(/wrong\.csv:2:/)
  })
})

describe('what is said of low layers', () => {
  const withSeeds = (changes: Record<string, object>) =>
    given(entries.map((entry) => ({ ...entry, ...changes[String(entry.name)] })))
  const plan = (document: object) => reasonOf(planOfDocument(document, places('seeds')))

  it('is an error where the bytes of the first checkpoint contradict it', async () => {
    expect(await plan(withSeeds({}))).toBe('none')
    const same = await plan(withSeeds({ 'low1-high0-order0': { low: 0 } }))
    expect(same).toMatch(
      /"low0-high0-order0" .* and "low1-high0-order0" .*: both have low seed 0, but their low layers differ \(fc1\.bias 12/,
    )
    const other = await plan(withSeeds({ 'low0-high1-order0': { low: 7 } }))
    expect(other).toMatch(/their low seeds are 0 and 7, but their low layers are equal/)
  })

  it('holds of high layers too: all weights that are not named as low ones', async () => {
    const swapped = { 'low0-high0-order0': { high: 1 }, 'low0-high1-order0': { high: 0 } }
    expect(await plan(withSeeds(swapped))).toMatch(
      /both have high seed 0, but their high layers differ \(all but lowLayers: fc3/,
    )
    const other = await plan(
      withSeeds({ 'low1-high1-order0': { high: 2 }, 'low1-high1-order1': { high: 2 } }),
    )
    expect(other).toMatch(/high seeds are 1 and 2, but their high layers are equal/)
  })

  it('is held against a series that has step 0 alone', async () => {
    const alone = entries.map((entry) => {
      const place = `alone/${entry.name}`
      mkdirSync(join(folder, place), { recursive: true })
      copyFileSync(
        join(folder, 'nets', String(entry.name), '0.onnx'),
        join(folder, place, '0.onnx'),
      )
      const low = entry.name === 'low1-high0-order0' ? 0 : entry.low
      return { ...entry, low, path: `${place}/{step}.onnx` }
    })
    expect(await plan(given(alone))).toMatch(/both have low seed 0, but their low layers differ/)
  })

  it('must hold at every checkpoint where low layers are frozen', async () => {
    const frozen = entries.map((entry) => ({ ...entry, regime: 'frozen-random' }))
    expect(await plan(given(frozen))).toMatch(
      /"low0-high0-order0": its low layers are others in .*5\.onnx than in .*0\.onnx, but its regime frozen-random/,
    )
    const steady = entries.map((entry) => {
      const first = `steady/${entry.name}`
      mkdirSync(join(folder, first), { recursive: true })
      for (const step of [0, 5]) {
        copyFileSync(
          join(folder, 'nets', String(entry.name), '0.onnx'),
          join(folder, first, `${step}.onnx`),
        )
      }
      return { ...entry, regime: 'frozen-random', path: `${first}/{step}.onnx` }
    })
    expect(await plan(given(steady))).toBe('none')
  })

  it('is a warning of the verdict where it could not be checked', async () => {
    const last = 35
    const single = entries.map(({ lowLayers: _, ...entry }) => {
      return { ...entry, path: `nets/${entry.name}/${last}.onnx` }
    })
    const study = await runDocument(given(single), places('single'))
    expect(JSON.parse(read(study, 'verdict.json')).warnings).toContainEqual(
      expect.stringMatching(
        /same low layers was stated, not verified, for low0-high0-order0, .* and 2 more/,
      ),
    )
    expect(JSON.parse(read(trained, 'verdict.json')).warnings).not.toContainEqual(
      expect.stringMatching(/not verified/),
    )
  })

  it('is not taken of values, which tell no weights', async () => {
    const values = given([
      { name: 'a', values: 'v.npy', low: 0, high: 0, lowLayers: ['fc1'], layout: 'nchw' },
    ])
    expect(await plan(values)).toMatch(
      /has "lowLayers", "layout", which are said of a model, beside "values"/,
    )
  })

  it('needs layers that there are, and both seeds', async () => {
    const [first] = entries
    expect(await plan(given([{ ...first, lowLayers: ['conv1'] }]))).toMatch(
      /network "low0-high0-order0": lowLayers: .*0\.onnx has no weights "conv1".*there are fc1\.weight, fc1\.bias/,
    )
    const { high: _, ...half } = first
    expect(await plan(given([half]))).toMatch(/"low" without "high"/)
  })
})

describe('a series of checkpoints', () => {
  it('that ends before the others is compared at its own end, and told of', async () => {
    const short = join(folder, 'short')
    mkdirSync(short)
    for (const step of [0, 15]) {
      const file = join(folder, 'nets', 'low0-high0-order0', `${step}.onnx`)
      copyFileSync(file, join(short, `${step}.onnx`))
    }
    const [first, second] = entries
    const study = await runDocument(
      given([{ ...first, path: 'short/{step}.onnx' }, second, entries.at(-1)!]),
      places('short study'),
    )
    const told = expect.stringMatching(/end at different steps \(15: low0-high0-order0; 35: /)
    expect(designWarnings(study.plan)).toContainEqual(told)
    expect(JSON.parse(read(study, 'verdict.json')).warnings).toContainEqual(told)
    const steps = fromCsv(overlapsTable, read(study, 'overlaps.csv')).map(({ step }) => step)
    expect(steps).toEqual([undefined, undefined, 35])
    expect(fromCsv(effectsTable, read(study, 'effects.csv')).map(({ step }) => step)).toEqual(
      Array(8).fill(undefined),
    )
  })

  it('lacks none of a regular series, and has every number once', async () => {
    const hole = join(folder, 'hole')
    cpSync(join(folder, 'nets', 'low0-high0-order0'), hole, { recursive: true })
    rmSync(join(hole, '15.onnx'))
    const entry = { name: 'a', path: 'hole/{step}.onnx' }
    expect(await reasonOf(planOfDocument(given([entry]), places('hole-results')))).toMatch(
      /hole\/\{step\}\.onnx: number 15 is missing, between 10 and 20/,
    )
    copyFileSync(join(hole, '10.onnx'), join(hole, '15.onnx'))
    copyFileSync(join(hole, '10.onnx'), join(hole, '010.onnx'))
    expect(await reasonOf(planOfDocument(given([entry]), places('hole-results')))).toMatch(
      /two files are number 10/,
    )
    writeFileSync(
      join(hole, '15.onnx'),
      onnxFile({
        inputs: { x: ['n', 9] },
        outputs: { z: ['n', 2] },
        nodes: [['MatMul', ['x', 'fc1.weight'], ['z']]],
        weights: { 'fc1.weight': floats([9, 2], Array(18).fill(1)) },
      }),
    )
    rmSync(join(hole, '010.onnx'))
    expect(await reasonOf(planOfDocument(given([entry]), places('hole-results')))).toMatch(
      /15\.onnx: the weight "fc1\.weight" is \[9, 2\], and in .*10\.onnx, .*\[12, 9\]: it is of another/,
    )
    // Before training PyTorch's exporters keep equal weights once: names are missing, and one stands for several.
    const merged = decodeModel(readFileSync(join(hole, '10.onnx')))
    merged.graph.initializer = merged.graph.initializer.filter(({ name }) => name !== 'fc3.bias')
    for (const node of merged.graph.node) {
      node.input = node.input.map((name) => (name === 'fc3.bias' ? 'fc2.bias' : name))
    }
    writeFileSync(join(hole, '15.onnx'), encodeModel(merged))
    expect(await reasonOf(planOfDocument(given([entry]), places('hole-results')))).toBe('none')
    const epochs = { name: 'a', path: 'nets/low0-high0-order0/{epoch}.onnx', stepsPerEpoch: 0.04 }
    expect(await reasonOf(planOfDocument(given([epochs]), places('hole-results')))).toMatch(
      /0\.onnx and .*\.onnx are both step 0 with stepsPerEpoch 0\.04; say/,
    )
    const none = { name: 'a', path: 'hole/epoch-{epoch}.onnx' }
    expect(await reasonOf(planOfDocument(given([none]), places('hole-results')))).toMatch(
      /no file there has a number in the place of \{epoch\}/,
    )
  })

  it('is another study when a file changes, and is not computed on once it was planned', async () => {
    const place = join(folder, 'changing')
    cpSync(join(folder, 'nets', 'low0-high0-order0'), place, { recursive: true })
    const document = given([{ name: 'a', path: 'changing/{step}.onnx' }])
    const before = await planOfDocument(document, places('changing-results'))
    copyFileSync(join(place, '0.onnx'), join(place, '20.onnx'))
    const after = await planOfDocument(document, places('changing-results'))
    expect(after.networks[0].id).not.toBe(before.networks[0].id)
    const context = contextOf(before, join(folder, 'changing-results'))
    await expect(runTask(before.tasks[0], context)).rejects.toThrow(
      /network "a": .*changing\/20\.onnx changed since the study was planned/,
    )
  })
})

it('is measured, not trained, says the plan', async () => {
  const plan = await planOfDocument(given(entries), places('nothing yet'))
  const results = join(folder, 'nothing yet')
  const states = await Promise.all(plan.tasks.map((task) => taskState(task, { plan, results })))
  const reasons = states.map(({ reason }) => reason)
  expect(reasons).toContain('its losses are not measured yet')
  expect(reasons).toContain('network not measured')
  expect(reasons.join()).not.toContain('train')
})

describe('values of another tool', () => {
  let samples: Awaited<ReturnType<typeof valuesOfNetwork>>['samples']
  let table: Float64Array
  const name = 'low0-high1-order0'
  beforeAll(async () => {
    const found = await valuesOfNetwork(trained, name)
    samples = found.samples
    table = Float64Array.from(found.tables.flatMap((row) => [...row]))
  })
  const others = () => entries.filter((entry) => entry.name !== name)
  const entry = () => {
    const { path: _p, lowLayers: _l, ...rest } = entries.find((each) => each.name === name)!
    return rest
  }
  const rowsOf = (study: RanStudy, tableName: string) =>
    named(study, tableName)
      .split('\n')
      .filter((line) => line.startsWith(`${name},`))

  it('are of the samples that the plan lists', async () => {
    const listed = await plannedSamples(trained.plan, { baseDir: folder, dataDirs: [] })
    expect(listed?.map(({ split }) => split)).toEqual(['train', 'test'])
    expect(listed?.flatMap((panel) => panel.samples)).toEqual([...samples.sample])
  })

  it('give the scores of the network that they are of', async () => {
    // As another tool may give them, before v(∅) is subtracted.
    const raw = table.map((value, at) => value + Math.floor(at / 16))
    writeFileSync(join(folder, 'v.npy'), encodeNpy(raw, [17, 16]))
    const files = [...others().slice(0, 1), { ...entry(), values: 'v.npy' }]
    const study = await runDocument(given(files), places('values'))
    const cells = (each: RanStudy) =>
      rowsOf(each, 'confusing.csv').map((line) => line.split(',').slice(3).join())
    expect(cells(study).length).toBeGreaterThan(0)
    const members = (each: RanStudy) =>
      cells(each).map((line) => line.split(',').slice(0, 3).join())
    expect(members(study)).toEqual(members(trained))
    const row = rowsOf(study, 'samples.csv')[0].split(',')
    const header = read(study, 'samples.csv').split('\n')[0].split(',')
    const cell = (column: string) => row[header.indexOf(column)]
    expect([cell('prediction'), cell('correct')]).toEqual(['', ''])
    // Nobody tells what was taken out of v before.
    expect(cell('loss')).toBe('')
    expect(study.plan.networks.every(({ role }) => role === 'analysed')).toBe(true)
    expect(JSON.parse(read(study, 'verdict.json')).warnings).toContainEqual(
      expect.stringMatching(/not verified, for low0-high1-order0: values do not tell weights/),
    )
    // They need no passes, though they are decomposed.
    const { forwardPasses, decompositions } = estimatePlan(study.plan)
    const ofModels = estimatePlan({
      ...study.plan,
      tasks: study.plan.tasks.filter((task) => !('network' in task) || task.network.name !== name),
    })
    expect(forwardPasses).toBe(ofModels.forwardPasses)
    expect(decompositions).toBeGreaterThan(ofModels.decompositions)
  })

  it('have a report that says what they do not tell', async () => {
    writeFileSync(join(folder, 'alone.npy'), encodeNpy(table, [17, 16]))
    const study = await runDocument(given([{ ...entry(), values: 'alone.npy' }]), {
      ...places('alone'),
      drawsFigures: 'on the page',
    })
    const page = read(study, 'report/index.html')
    expect(page).toContain('<dt>predicted</dt><dd>not told</dd>')
    expect(page).not.toMatch(/>(undefined|NaN)</)
    // There is nothing to run that would tell how hard the samples are.
    expect(page).toContain('how hard samples are is not known')
    for (const name of ['difficulty.csv', 'measures.csv']) {
      expect(read(study, name).trimEnd().split('\n'), name).toHaveLength(1)
    }
    const [network] = fromCsv(networksTable, read(study, 'networks.csv'))
    expect(network).toMatchObject({
      status: 'done',
      hard_jaccard: undefined,
      easy_jaccard: undefined,
    })
    const groups = fromCsv(ordersTable, read(study, 'orders.csv')).map((row) => row.sample_group)
    expect([...new Set(groups)]).toEqual(['all', 'confusing', 'other'])
  })

  it.each([
    [1, /^1 of 4 networks are left out: all samples have the same score/],
    // One score takes the class into account, by which samples that are alike may differ.
    [3, /^[23] of 4 networks are left out: .*; too few are left for shares$/],
  ])('of which %i tell no sample from another are missed in every row', async (alike, note) => {
    const files = [0, 1, 2, 3].map((at) => {
      const first = table.subarray(16 * at, 16 * at + 16)
      const same = Float64Array.from({ length: 17 * 16 }, (_, cell) => first[cell % 16])
      const own = table.map((value, cell) => value * (1 + Math.sin(cell * (at + 1))))
      writeFileSync(join(folder, `alike${at}.npy`), encodeNpy(at < alike ? same : own, [17, 16]))
      return { name: `a${at}`, values: `alike${at}.npy`, low: at % 2, high: at >> 1 }
    })
    const study = await runDocument(given(files), places(`alike ${alike}`))
    const rows = fromCsv(multiverseTable, read(study, 'multiverse.csv'))
    // Every combination of τ, score and set rule, be there shares or not.
    const scores = new Set(rows.map(({ score }) => score)).size
    expect(rows).toHaveLength(3 * 2 * scores)
    expect(rows.filter(({ own }) => own)).toHaveLength(1)
    for (const row of rows) expect(row.note).toMatch(note)
  })

  it('are refused where they would have to be masked anew, or to have grown', async () => {
    writeFileSync(join(folder, 'alone.npy'), encodeNpy(table, [17, 16]))
    const planned = (confusing: object) => {
      const overrides = ['analysis.checkpoints=all']
      const document = { ...given([{ ...entry(), values: 'alone.npy' }]), confusing }
      return planOfDocument(document, { ...places('anew'), overrides })
    }
    for (const kind of ['players', 'baseline']) {
      await expect(planned({ reliability: { [kind]: true } })).rejects.toThrow(
        new RegExp(`confusing\\.reliability\\.${kind}: "${name}" is given as values`),
      )
    }
    await expect(planned({ phase: 'delta' })).rejects.toThrow(
      new RegExp(`confusing\\.phase: "delta" .* "${name}" has one; give a series`),
    )
  })

  it('may stand in any order with their ids, with predictions and losses', async () => {
    const order = [...samples.sample.keys()].reverse()
    const arrays = {
      values: {
        data: Float64Array.from(
          order.flatMap((row) => [...table.subarray(row * 16, row * 16 + 16)]),
        ),
        shape: [17, 16],
      },
      sample: Int32Array.from(order, (row) => samples.sample[row]),
      prediction: Int32Array.from(order, (row) => samples.prediction[row]),
      loss: Float64Array.from(order, (row) => samples.loss[row]),
    }
    writeFileSync(join(folder, 'v.npz'), encodeNpz(arrays))
    const files = [{ ...entry(), values: 'v.npz' }]
    const study = await runDocument(given(files), places('ids'))
    const found = await valuesOfNetwork(study, name)
    expect(found.samples.prediction).toEqual(samples.prediction)
    expect(found.tables.flatMap((row) => [...row])).toEqual([...table])
  })

  it.each([
    [
      'of other players',
      () => encodeNpy(table, [34, 8]),
      /\[samples, 16\], 2\^4 coalitions of 4 players, but have \[34, 8\]/,
    ],
    [
      'of fewer samples',
      () => encodeNpy(table.slice(16), [16, 16]),
      /16 rows for 17 analysed samples \(12 of the analysed split, then 5 of the other/,
    ],
    [
      'that are no numbers',
      () =>
        encodeNpy(
          table.map((v, at) => (at === 40 ? Number.NaN : v)),
          [17, 16],
        ),
      /v of sample \d+, coalition 8, is NaN/,
    ],
    [
      'whose sums overflow',
      () =>
        encodeNpy(
          table.map((v, at) => (at === 40 ? 1e308 : v)),
          [17, 16],
        ),
      /v of sample \d+, coalition 8, is 1e\+308: sums/,
    ],
    ['that are no array', () => Buffer.from('hello'), /bad\.npy/],
  ])('%s are refused', async (_what, bytes, message) => {
    writeFileSync(join(folder, 'bad.npy'), bytes())
    const study = runDocument(given([{ ...entry(), values: 'bad.npy' }]), places('bad'))
    expect(await reasonOf(study)).toMatch(message)
  })

  it('alone are masked elsewhere: nothing is said of a mean of few samples, nor of what models are fed', async () => {
    writeFileSync(join(folder, 'v.npy'), encodeNpy(table, [17, 16]))
    const few = { data: { ...data, train: 40, test: 40 } }
    const factsOf = async (files: readonly object[]) => {
      const { warnings = [], assumptions = [] } = (
        await planOfDocument(given(files, few), places('few'))
      ).data
      return [...warnings, ...assumptions].join('\n')
    }
    const alone = [{ ...entry(), values: 'v.npy' }]
    expect(await factsOf(alone)).not.toMatch(/masked players take|models are fed/)
    const beside = await factsOf([...alone, ...others()])
    expect(beside).toMatch(/masked players take the mean of only 40/)
    expect(beside).toMatch(/models are fed/)
  })

  it('do not tell which samples are right', async () => {
    writeFileSync(join(folder, 'v.npy'), encodeNpy(table, [17, 16]))
    const samples = { ...analysis.samples, filter: 'correct' }
    const document = given([{ ...entry(), values: 'v.npy' }], {
      analysis: { ...analysis, samples },
    })
    expect(await reasonOf(planOfDocument(document, places('filter')))).toMatch(
      /analysis\.samples\.filter: "correct" needs predictions.*"low0-high1-order0"/,
    )
  })
})

describe('a curve that is given', () => {
  const entry = () => ({ ...entries[0], curve: 'curve.csv' })
  it('is taken for the losses, and says where phases lie', async () => {
    const rows = read(trained, 'curves.csv')
      .trimEnd()
      .split('\n')
      .filter((line, at) => at === 0 || line.startsWith(trained.plan.networks[0].id))
    writeFileSync(join(folder, 'curve.csv'), `${rows.join('\n')}\n`)
    const study = await runDocument(given([entry()], { analysis: sparse }), places('curve'))
    const values = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').slice(1).join())
    expect(values(read(study, 'curves.csv'))).toEqual(values(rows.join('\n')))
  })

  it('is refused with the line or the step that is wrong', async () => {
    writeFileSync(
      join(folder, 'curve.csv'),
      'step,split,metric,value\n0,train,loss,1\n0,test,error,1\n',
    )
    expect(await reasonOf(runDocument(given([entry()]), places('curve2')))).toMatch(
      /curve\.csv:3: needs a step .* metric "error"/,
    )
    writeFileSync(join(folder, 'curve.csv'), 'step,split,metric,value\n0,train,loss,1\n')
    expect(await reasonOf(runDocument(given([entry()]), places('curve3')))).toMatch(
      /curve\.csv: step 0 has no test loss/,
    )
    writeFileSync(join(folder, 'curve.csv'), 'epoch,train_loss,test_loss\n0,1,1\n')
    expect(await reasonOf(planOfDocument(given([entry()]), places('curve4')))).toMatch(
      /curve\.csv:1: there is no column step, split, metric, value; the columns are epoch, train_loss, test_loss/,
    )
  })

  it('is told of where it counts other steps than the files', async () => {
    const parts = ['train,loss', 'test,loss', 'train,accuracy', 'test,accuracy']
    const lines = [0, 35, 700].flatMap((step) => parts.map((part) => `${step},${part},1`))
    writeFileSync(join(folder, 'long.csv'), `step,split,metric,value\n${lines.join('\n')}\n`)
    const plan = await planOfDocument(given([{ ...entry(), curve: 'long.csv' }]), places('long'))
    expect(designWarnings(plan)).toEqual([
      expect.stringMatching(
        /curves go on .*: low0-high0-order0 \(to step 700, files to 35\); .*stepsPerEpoch/,
      ),
    ])
  })
})

describe('a curve that is given', () => {
  it('is told of where it ends before the files do', async () => {
    const parts = ['train,loss', 'test,loss', 'train,accuracy', 'test,accuracy']
    const lines = [0, 10].flatMap((step) => parts.map((part) => `${step},${part},1`))
    writeFileSync(join(folder, 'short.csv'), `step,split,metric,value\n${lines.join('\n')}\n`)
    const [entry] = entries
    const plan = await planOfDocument(given([{ ...entry, curve: 'short.csv' }]), places('short'))
    expect(designWarnings(plan)).toEqual([
      expect.stringMatching(/curves end before .*: low0-high0-order0 \(to step 10, files to 35\)/),
    ])
  })

  it('is refused with a loss below 0', async () => {
    writeFileSync(join(folder, 'below.csv'), 'step,split,metric,value\n0,train,loss,-1\n')
    const [entry] = entries
    const document = given([{ ...entry, curve: 'below.csv' }])
    expect(await reasonOf(planOfDocument(document, places('below')))).toMatch(
      /below\.csv:2: a loss of -1: it is below 0, which no cross-entropy is/,
    )
  })
})

it('inputs that are held are refused where no network is fed them', async () => {
  const x = { data: Float32Array.from({ length: 80 }, (_, at) => at % 7), shape: [40, 2] }
  const y = Int32Array.from({ length: 40 }, (_, row) => row % 2)
  writeFileSync(join(folder, 'held.npz'), encodeNpz({ x, y, more: x }))
  const held = { source: 'npz', path: 'held.npz', inputs: 'x', labels: 'y', held: ['more'] }
  const document = { ...trainedDocument, data: held, analysis: { players: { count: 2 } } }
  expect(await reasonOf(planOfDocument(document, places('held')))).toMatch(
    /data\.held names inputs of networks from elsewhere/,
  )
})

describe('what no network here can be asked for', () => {
  it.each([
    ['a mask token for features', { baseline: { maskToken: 3 } }, /maskToken .* for token ids/],
    ['a baseline of another shape', { baseline: { file: 'seven.json' } }, /seven\.json/],
    [
      'one logit of two outputs',
      { output: 'binary' },
      /"binary" needs .* one logit, but .* has 2 values/,
    ],
  ])('is known when the study is planned: %s', async (_, asked, reason) => {
    writeFileSync(join(folder, 'seven.json'), '[1, 2, 3, 4, 5, 6, 7]')
    const document = given(entries.slice(0, 1), { analysis: { ...analysis, ...asked } })
    expect(await reasonOf(planOfDocument(document, places('asked')))).toMatch(reason)
    if ('output' in asked) return
    const own = { ...trainedDocument, analysis: { ...analysis, ...asked } }
    expect(await reasonOf(planOfDocument(own, places('asked')))).toMatch(reason)
  })
})

describe('a file that lowlayer wrote', () => {
  const analysed = { samples: { count: 4, testCount: 0 }, players: { count: 4 } }
  const study = (labels: readonly number[], more: object = {}) => {
    const draws = stream(9, 'labels').at()
    const x = { data: Float32Array.from({ length: 60 * 9 }, () => draws.normal()), shape: [60, 9] }
    const y = Int32Array.from({ length: 60 }, (_, row) => labels[row % labels.length])
    const path = `labels-${labels.join('-')}.npz`
    writeFileSync(join(folder, path), encodeNpz({ x, y }))
    const file = {
      name: 'own',
      path: `nets/${entries[0].name}/35.onnx`,
      ...more,
    }
    return {
      data: { source: 'npz', path, inputs: 'x', labels: 'y', standardize: false },
      networks: { files: [file] },
      analysis: { ...analysed, baseline: 'zero' },
    }
  }

  it('gives no class the output of another', async () => {
    for (const labels of [
      [7, 9],
      [0, 2],
    ]) {
      const reason = await reasonOf(runDocument(study(labels), places(`labels ${labels.join()}`)))
      expect(reason).toMatch(/class "\d" has no output|has 2 values per sample/)
    }
  })

  it('has its outputs in the order that is said of them', async () => {
    const plain = await runDocument(study([0, 1]), places('plain order'))
    const turned = await runDocument(study([0, 1], { classes: ['1', '0'] }), places('turned'))
    const [own, other] = await Promise.all(
      [plain, turned].map((ran) => valuesOfNetwork(ran, 'own')),
    )
    for (const [row, table] of own.tables.entries())
      for (const [at, value] of table.entries())
        expect(other.tables[row][at]).toBeCloseTo(-value, 4)
  })
})

describe('a network that is trained here', () => {
  const heir = (more: object = {}) => ({
    data,
    model: trainedDocument.model,
    training: trainedDocument.training,
    networks: {
      files: [entries[0]],
      list: [
        {
          name: 'heir',
          from: String(entries[0].name),
          regime: 'trained-frozen',
          seeds: { high: 9 },
          ...more,
        },
      ],
    },
    analysis: sparse,
  })

  it('takes its low layers from one that is given, byte for byte', async () => {
    const study = await runDocument(heir(), places('heir'))
    const network = study.plan.networks.find(({ name }) => name === 'heir') as TrainedNetwork
    expect(network.spec.inherits).toMatchObject({ step: 35, isGiven: true })
    const { checkpoint } = networkPaths(study.results, network.id)
    const donor = importExported(
      readFileSync(join(folder, 'nets', String(entries[0].name), '35.onnx')),
    )!
    for (const step of [0, 35]) {
      const own = importExported(readFileSync(checkpoint(step)))!
      expect(own.parameters['fc1.weight']).toEqual(donor.parameters['fc1.weight'])
      expect(own.parameters['fc3.weight']).not.toEqual(donor.parameters['fc3.weight'])
    }
    const [pair] = read(study, 'overlaps.csv').trimEnd().split('\n').slice(1)
    // Its high layers are drawn by lowlayer from 9, those of the donor by another tool from 0.
    expect(pair.split(',')[4]).toBe('same-low/diff-high+order+regime')
  })

  it('has other layers than one that is given, whatever their seeds are', async () => {
    const document = heir({ seeds: undefined })
    const { networks } = await planOfDocument(
      {
        ...document,
        networks: {
          files: [{ ...entries[0], name: 'donor' }],
          list: document.networks.list.map((each) => ({ ...each, from: 'donor' })),
          grid: { low: [0, 1], high: [0], repeats: 1 },
        },
      },
      places('beside'),
    )
    const layers = new Map(networks.map((network) => [network.name, layersOf(network)]))
    const relation = (a: string, b: string) => relationOf(layers.get(a)!, layers.get(b)!)
    expect(relation('heir', 'donor')).toBe('same-low/diff-high+order+regime')
    expect(relation('heir', 'low0-high0-order0')).toBe('diff-low/same-high+regime')
    expect(relation('low0-high0-order0', 'low1-high0-order0')).toBe('diff-low/same-high')
  })

  it('is trained anew where its donor has other weights, and not where outputs are read otherwise', async () => {
    const ids = async (change: object, file = entries[0]) => {
      const document = { ...heir(), ...change }
      const networks = { ...document.networks, files: [{ ...file, name: entries[0].name }] }
      const plan = await planOfDocument({ ...document, networks }, places('reading'))
      return plan.networks.map(({ id }) => id)
    }
    const analysis = { ...heir().analysis, output: 'logit' }
    const [[donor, own], [readOtherwise, same], [, other]] = [
      await ids({}),
      await ids({ analysis }),
      await ids({}, entries[1]),
    ]
    expect(readOtherwise).not.toBe(donor)
    expect(same).toBe(own)
    expect(other).not.toBe(own)
  })

  it('has the low layers of its donor under whatever name of the architecture', async () => {
    const document = heir({ seeds: undefined })
    const files = [{ ...entries[0], architecture: 'ours' }]
    const { networks } = await planOfDocument(
      { ...document, networks: { ...document.networks, files } },
      places('renamed'),
    )
    const [donor, own] = networks.map(layersOf)
    expect(relationOf(donor, own)).toBe('same-low/diff-arch+order+regime')
  })

  it('hands on what another tool drew, and to nobody who would draw it again', async () => {
    const chain = (heirs: readonly object[]) => {
      const document = heir()
      const list = [...document.networks.list, ...heirs]
      return planOfDocument(
        { ...document, networks: { ...document.networks, list } },
        places('chain'),
      )
    }
    const next = { name: 'next', from: 'heir', regime: 'trained-warm', seeds: { high: 8 } }
    const { networks } = await chain([next])
    const layers = new Map(networks.map((network) => [network.name, layersOf(network)]))
    expect(relationOf(layers.get('next')!, layers.get('heir')!)).toBe('same-low/diff-high+regime')
    expect(layers.get('next')!.seeds).toMatchObject({ low: '0 elsewhere', high: 8 })
    const again = { name: 'again', from: 'heir', rerandomize: 'high', seed: 5 }
    await expect(chain([again])).rejects.toThrow(
      /"again" is from "heir", whose fc1, fc2 another tool drew: under regime init they would be drawn again/,
    )
  })

  it('is refused where it would draw again what another tool drew', async () => {
    const document = heir({ regime: 'init', rerandomize: 'high', seed: 3, seeds: undefined })
    expect(await reasonOf(planOfDocument(document, places('again')))).toMatch(
      /"heir" is from "low0-high0-order0", whose layers another tool drew: .* take trained ones over/,
    )
  })

  it('is refused where a square matrix is multiplied by the other way round', async () => {
    cpSync(join(folder, 'nets', String(entries[0].name)), join(folder, 'nets', 'turned'), {
      recursive: true,
    })
    const file = join(folder, 'nets', 'turned', '35.onnx')
    const model = decodeModel(readFileSync(file))
    const product = model.graph.node.find(({ input }) => input.includes('fc2.weight'))!
    product.attribute = product.attribute.filter(({ name }) => name !== 'transB')
    writeFileSync(file, encodeModel(model))
    const document = heir()
    const files = [{ ...entries[0], path: 'nets/turned/{step}.onnx' }]
    const turned = { ...document, networks: { ...document.networks, files } }
    expect(await reasonOf(runDocument(turned, places('turned')))).toMatch(
      /35\.onnx: it multiplies by fc2\.weight as \[inputs, outputs\]/,
    )
  })

  it('is refused where shapes or steps differ', async () => {
    const wide = { ...heir(), model: { ...trainedDocument.model, width: 13 } }
    expect(await reasonOf(runDocument(wide, places('wide')))).toMatch(
      /35\.onnx: the layers that it lends need fc1\.weight of shape \[13,9\], but it has \[12,9\]/,
    )
    expect(
      await reasonOf(planOfDocument(heir({ regime: 'rewind@3it' }), places('rewind'))),
    ).toMatch(
      /takes the low layers of "low0-high0-order0" at step 3, which has checkpoints of steps 0, 5/,
    )
  })
})
