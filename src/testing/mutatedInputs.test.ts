/**
 * Every reader of files, from elsewhere and of lowlayer's own, given files that were damaged on the way: it ends, with a result or with
 * an error of the family that says so. `LOWLAYER_MUTATIONS` sets how often each file is damaged
 * (30 times by default), `LOWLAYER_MUTATIONS_SEED` how.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import jpeg from 'jpeg-js'
import { packTar } from 'modern-tar'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, it } from 'vitest'
import { readDifficulty } from '../artifacts/difficultyFile.js'
import { readInteractionFile } from '../artifacts/interactionFile.js'
import { readState } from '../artifacts/networkState.js'
import { decodeTrainState, encodeTrainState } from '../artifacts/trainState.js'
import { readEvaluatedSamples } from '../artifacts/valueFile.js'
import { dataSection } from '../config/data.js'
import { loadConfig } from '../config/load.js'
import { LowlayerError } from '../core/errors.js'
import { stream } from '../core/random.js'
import type { Tensors } from '../core/tensor.js'
import { readTar } from '../data/fetch/tar.js'
import { unpack } from '../data/fetch/unpack.js'
import { loadDataset } from '../data/load.js'
import { readTokenVocabulary } from '../data/sources/tokenWords.js'
import { exportOnnx, importOnnxParameters } from '../engine/onnx/checkpoint.js'
import { openForeignModel } from '../engine/onnx/foreign.js'
import { encodeNpy } from '../formats/npy.js'
import { decodeNpyStrings } from '../formats/npyStrings.js'
import { encodeNpz, npzEntries } from '../formats/npz.js'
import { npzRows, readNpzExcept } from '../formats/npzStream.js'
import { readValueTables } from '../formats/valueTable.js'
import { chooseBaseline } from '../masking/baseline/configureBaseline.js'
import { readSegments } from '../masking/players/segmentsFile.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { loadStudy } from '../report/load.js'
import { exampleStudy } from '../report/testing/exampleStudy.js'
import { requireJobs, submittedElements, submittedStudy } from '../slurm/jobsFile.js'
import type { NetworkPaths } from '../store/layout.js'
import { lockContent, ownerIn, readLock } from '../store/lockFile.js'
import { formatRecord, readRecord } from '../store/record.js'
import { isStored } from '../store/stored.js'
import { toCsv } from '../tables/table.js'
import { networksTable, overlapsTable } from '../tables/tables.js'
import { readGivenCurve } from '../tasks/network/givenCurve.js'
import { readGivenValues } from '../tasks/network/givenValues.js'
import { readNetworkTable } from '../tasks/network/networkTable.js'
import { planLoaded } from '../tasks/planLoaded.js'
import { plannedOf, planOf } from '../tasks/state/manifest.js'
import { formatCurve, parseCurve } from '../training/curve.js'
import { mutations } from './mutations.js'
import { soleLease } from './soleLease.js'
import { tokenFile } from './tokenFile.js'

const COUNT = Number(process.env.LOWLAYER_MUTATIONS ?? 30)
const SEED = Number(process.env.LOWLAYER_MUTATIONS_SEED ?? 1)
/** Longer than any of these small files takes; a reader that hangs does not come back at all. */
const LONGEST_MS = 20_000
/** More than any of them needs, MiB: what a file of a few hundred bytes claims is not allocated. */
const MOST_MIB = 512

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-mutated-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A reader with the files of one folder, one of which is damaged. */
interface Reader {
  readonly files: Readonly<Record<string, Uint8Array>>
  /** Those that are damaged, one at a time; all by default. */
  readonly damaged?: readonly string[]
  readonly read: (folder: string) => unknown
  /** Contents of files that once were a crash, a hang or memory without bound. */
  readonly corpus?: Readonly<Record<string, readonly string[]>>
}

const text = (content: string) => new TextEncoder().encode(content)

const source =
  (data: object) =>
  (path: string): Promise<unknown> =>
    loadDataset(
      dataSection.parse({ ...data, path: join(path, 'path' in data ? String(data.path) : '') }),
      {
        baseDir: path,
        dataDirs: [],
      },
    )

function idx(magic: number, shape: readonly number[]): Uint8Array {
  const size = shape.reduce((product, extent) => product * extent, 1)
  const bytes = Buffer.alloc(4 + 4 * shape.length + size)
  bytes.writeUInt32BE(magic)
  for (const [axis, extent] of shape.entries()) bytes.writeUInt32BE(extent, 4 + 4 * axis)
  for (let at = 0; at < size; at++) bytes[4 + 4 * shape.length + at] = at % 10
  return bytes
}

const cifar = Uint8Array.from({ length: 2 * 3073 }, (_, at) =>
  at % 3073 === 0 ? at / 3073 : at % 251,
)

function png(colour: number): Uint8Array {
  const image = new PNG({ width: 6, height: 6 })
  for (let at = 0; at < image.data.length; at++)
    image.data[at] = at % 4 === 3 ? 255 : (colour * at) % 256
  return PNG.sync.write(image)
}

const jpg = (colour: number) =>
  jpeg.encode(
    { width: 6, height: 6, data: Uint8Array.from({ length: 144 }, (_, at) => (colour * at) % 256) },
    80,
  ).data as Uint8Array

const model = buildModel({ architecture: 'mlp-5' }, { kind: 'tabular', shape: [4], classes: 2 })
const checkpoint = exportOnnx(
  model.graph,
  initialize(model, () => 1),
)

const rows = Float64Array.from({ length: 32 }, (_, at) => Math.sin(at))
const table = `${Array.from({ length: 4 }, (_, row) => [...rows.subarray(8 * row, 8 * row + 8)].join(',')).join('\n')}\n`
const labels = Int32Array.from({ length: 4 }, (_, at) => at % 2)

/** Of two files, the first with a name in a pax header, as long names have. */
const tar = await packTar([
  { header: { name: `folder/${'d/'.repeat(120)}a.bin`, size: 7 }, body: 'content' },
  { header: { name: 'b.bin', size: 3 }, body: 'abc' },
])

const configuration = `extends: base.yaml
study: mutated
data: {source: tic-tac-toe, train: 200, test: 100}
model: &model {architecture: mlp-5, low: 2, width: 8}
training:
  epochs: 10ep
  batchSize: 50
  optimizer: {name: sgd, lr: 0.05, momentum: 0.9, weightDecay: 1e-4}
  schedule: {name: cosine, warmup: 5it}
  checkpoints: {steps: [20]}
  evaluate: {logSpaced: 6}
networks: {grid: {low: [0, 1], high: [0, 1], order: [0], repeats: 1, regimes: [init]}}
analysis: {samples: {count: 20, testCount: 4}, players: {count: 4}, gap: 0.01}
confusing: {score: offset-complexity}
comparison: {margin: 0.1, alpha: 0.05}
runtime: {device: cpu, jobs: 2}
`

const readers: Readonly<Record<string, Reader>> = {
  'value tables of .npy': {
    files: { 'values.npy': encodeNpy(rows, [4, 8]) },
    read: (at) => readValueTables(join(at, 'values.npy'), 'lsb'),
  },
  'value tables of .npz': {
    files: { 'values.npz': encodeNpz({ values: { data: rows, shape: [4, 8] } }) },
    read: (at) => readValueTables(join(at, 'values.npz'), 'lsb'),
  },
  'value tables of .csv': {
    files: { 'values.csv': text(table) },
    read: (at) => readValueTables(join(at, 'values.csv'), 'msb'),
  },
  'arrays piece by piece': {
    files: { 'a.npz': encodeNpz({ values: { data: rows, shape: [4, 8] }, sample: labels }) },
    read: async (at) => {
      await readNpzExcept(join(at, 'a.npz'), ['values'])
      for await (const _ of npzRows(join(at, 'a.npz'), 'values'));
    },
  },
  'weights of an ONNX file': {
    files: { 'model.onnx': checkpoint },
    read: (at) => importOnnxParameters(readFileSync(join(at, 'model.onnx'))),
  },
  'a model from elsewhere': {
    files: { 'model.onnx': checkpoint },
    read: async (at) => (await openForeignModel(join(at, 'model.onnx'), 'cpu')).dispose(),
  },
  IDX: {
    files: {
      'train-images-idx3-ubyte': idx(2051, [3, 4, 4]),
      'train-labels-idx1-ubyte': idx(2049, [3]),
      't10k-images-idx3-ubyte.gz': gzipSync(idx(2051, [2, 4, 4])),
      't10k-labels-idx1-ubyte.gz': gzipSync(idx(2049, [2])),
    },
    read: source({ source: 'mnist', balance: 'proportional' }),
  },
  CIFAR: {
    files: { 'data_batch_1.bin': cifar, 'test_batch.bin': cifar },
    read: source({ source: 'cifar10', balance: 'proportional' }),
  },
  CSV: {
    files: { 'data.csv': text('a,"b c",label\n1,2.5,yes\n-3,4e-2,no\n5,0.25,yes\n7,8,no\n') },
    read: source({ source: 'csv', path: 'data.csv' }),
  },
  'npz of samples': {
    files: {
      'data.npz': encodeNpz({
        x_train: { data: Float32Array.from(rows), shape: [4, 8] },
        y_train: labels,
      }),
    },
    read: source({ source: 'npz', path: 'data.npz' }),
  },
  'token ids': {
    files: {
      'texts.npz': tokenFile({
        input_ids: [
          [1, 5, 6, 2],
          [1, 7, 2, 0],
        ],
        attention_mask: [
          [1, 1, 1, 1],
          [1, 1, 1, 0],
        ],
        word_ids: [
          [-1, 0, 1, -1],
          [-1, 0, -1, -1],
        ],
        words: [
          ['ab', 'Ωß'],
          ['c', ''],
        ],
        position: [1, 2],
        target: [5, 9],
      }),
    },
    read: source({
      source: 'tokens',
      path: 'texts.npz',
      position: 'position',
      target: 'target',
      train: 1,
      test: 1,
      balance: 'proportional',
    }),
  },
  'strings of .npy': {
    files: {
      'words.npy': npzEntries(tokenFile({ words: [['ab', 'Ωß🙂']] }), 'f').get(
        'words',
      ) as Uint8Array,
    },
    read: (at) => decodeNpyStrings(readFileSync(join(at, 'words.npy')), 'words.npy'),
  },
  'a vocabulary': {
    files: { 'vocab.json': text('{"<pad>": 0, "<s>": 1, "</s>": 2, "Ġan": 3, "oak": 4}') },
    read: (at) => readTokenVocabulary(join(at, 'vocab.json')),
    corpus: { 'vocab.json': ['{"a": 4294967294}', '{"a": 1e300}', '{"a": null}'] },
  },
  'values of another tool': {
    files: {
      'values.npz': encodeNpz({
        values: { data: rows, shape: [4, 8] },
        sample: labels.map((_, at) => at),
        panel: new Int32Array(4),
        prediction: labels,
        loss: new Float64Array(4),
      }),
    },
    read: (at) => {
      const samples = [0, 1, 2, 3].map((id) => ({ id, panel: 0 }))
      return readGivenValues(join(at, 'values.npz'), samples, { n: 3, fromEmpty: true, classes: 9 })
    },
  },
  'a curve that is given': {
    files: {
      'log.csv': text(
        'step,split,metric,value\n0,train,loss,0.7\n0,test,loss,0.7\n0,train,accuracy,0.5\n0,test,accuracy,1\n',
      ),
    },
    read: (at) => readGivenCurve(join(at, 'log.csv'), { stepsPerEpoch: 0.5 }),
  },
  'a table of networks': {
    files: {
      'nets.csv': text(
        'name,path,low,high,lowLayers,classes,reference,stepsPerEpoch\na,"x/{epoch}.onnx",0,1,conv1+layer1,yes+no,TRUE,0.5\n',
      ),
    },
    read: (at) => readNetworkTable(join(at, 'nets.csv')),
  },
  'text TSV': {
    files: {
      'own.tsv': text('sentence\tlabel\na good film\tjoy\nso bad\tanger\nfine\tjoy\nno\tanger\n'),
    },
    read: source({ source: 'text', path: 'own.tsv', length: 4, balance: 'proportional' }),
  },
  'an archive of .tar.gz': {
    files: { 'archive.tar.gz': gzipSync(tar) },
    read: (at) => unpack(join(at, 'archive.tar.gz'), ['a.bin'], join(at, 'out')),
  },
  'an archive of .tar': {
    files: { 'archive.tar': tar },
    read: (at) => readTar(readFileSync(join(at, 'archive.tar')), 'archive.tar'),
  },
  'an archive of .zip': {
    files: { 'archive.zip': zipSync({ 'd/a.bin': text('content'), 'b.bin': text('other') }) },
    read: (at) => unpack(join(at, 'archive.zip'), ['a.bin'], join(at, 'out')),
  },
  'a configuration': {
    files: { 'study.yaml': text(configuration), 'base.yaml': text('data: {labelNoise: 0.1}\n') },
    read: async (at) => planLoaded(await loadConfig(join(at, 'study.yaml'), []), []),
    corpus: { 'study.yaml': ['[data]: 1\n', '? {a: 1}\n: 2\n'] },
  },
  'PNG and JPEG': {
    files: { 'a/1.png': png(1), 'a/2.jpg': jpg(3), 'b/1.png': png(5), 'b/2.jpg': jpg(7) },
    read: source({ source: 'images', balance: 'proportional' }),
  },
  segments: {
    files: { 'segments.json': text('{"size":[2,3],"segments":[[0,1],[[1,0],[1,1]],[5]]}') },
    read: (at) => readSegments(join(at, 'segments.json'), [1, 2, 3]),
  },
  'a baseline of JSON': {
    files: { 'zero.json': text('[0.5, 1e-3, 2, 3]') },
    read: (at) =>
      chooseBaseline(
        { file: 'zero.json' },
        [4],
        () => Promise.reject(new Error()),
        (file) => join(at, file),
      ),
  },
  'a baseline of .npy': {
    files: { 'zero.npy': encodeNpy(Float32Array.of(1, 2, 3, 4)) },
    read: (at) =>
      chooseBaseline(
        { file: 'zero.npy' },
        [4],
        () => Promise.reject(new Error()),
        (file) => join(at, file),
      ),
  },
}

const slots = { 'fc1.weight.momentum': { shape: [2], data: Float32Array.of(1, 2) } }
const state = { step: 3, parameters: initialize(model, () => 1), slots, trainedBy: [] }
const shapesOf = (tensors: Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))
const point = { epoch: 0.5, trainLoss: 0.7, testLoss: 0.8, trainAccuracy: 0.5, testAccuracy: 0.25 }
const example = exampleStudy()

const floats = (...shape: number[]) => ({
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => at / 4),
  shape,
})
const whole = (...numbers: number[]) => Int32Array.from(numbers)

/** What the analysis of a network leaves: one sample, two players. */
const networkFiles = {
  'state.json': text(JSON.stringify({ complete: true, steps: 3, trainedBy: [] })),
  'interactions.npz': encodeNpz({
    and: floats(1, 4),
    or: floats(1, 4),
    ...Object.fromEntries(
      ['l1', 'l1_lower_bound', 'gap', 'matching_error'].map((name) => [name, floats(1)]),
    ),
    converged: whole(1),
    iterations: whole(7),
  }),
  'difficulty.npz': encodeNpz({
    step: whole(3),
    sample: whole(5),
    given_label: whole(0),
    prediction: { data: whole(1), shape: [1, 1] },
    ...Object.fromEntries(
      ['loss', 'margin', 'probability', 'el2n', 'grand'].map((name) => [name, floats(1, 1)]),
    ),
  }),
  'values.npz': encodeNpz({
    values: floats(1, 4),
    ...Object.fromEntries(
      ['sample', 'panel', 'label', 'given_label', 'prediction'].map((name) => [name, whole(0)]),
    ),
    loss: floats(1),
    baseline: new TextEncoder().encode('mean'),
  }),
}

/** Writes a configuration to a file of its own and plans it. */
async function planned(): Promise<object> {
  const at = join(folder, 'planned')
  mkdirSync(at)
  writeFileSync(join(at, 'study.yaml'), configuration)
  writeFileSync(join(at, 'base.yaml'), 'data: {labelNoise: 0.1}\n')
  return plannedOf(await planLoaded(await loadConfig(join(at, 'study.yaml'), []), []))
}

const submitted = {
  planned: await planned(),
  baseDir: '.',
  dataDirs: [],
  submissions: [{ at: '2026-01-01T00:00:00Z', jobs: [{ name: 'train', id: '12' }] }],
}

/** Lists files as they are in the record of their folder: what a version that writes otherwise would leave. */
async function list(at: string, names: readonly string[]): Promise<void> {
  for (const path of names.map((name) => join(at, name)))
    if (!(await isStored(path, 'content'))) await soleLease(at).write(path, readFileSync(path))
}

/** What lowlayer itself stores: its readers, where the record's comparison, which comes first, is left out. */
const storedReaders: Readonly<Record<string, Reader>> = {
  'a training state': {
    files: { 'resume.npz': encodeTrainState(state) },
    read: (at) => {
      const shapes = { parameters: shapesOf(state.parameters), slots: shapesOf(slots) }
      return decodeTrainState(readFileSync(join(at, 'resume.npz')), 'resume.npz', shapes)
    },
  },
  'a curve': {
    files: { 'curve.csv': text(formatCurve([1, 20, 300].map((step) => ({ step, ...point })))) },
    read: (at) => parseCurve(readFileSync(join(at, 'curve.csv'), 'utf8'), 'curve.csv'),
  },
  'a record of what was written': {
    files: {
      SHA256SUMS: text(
        formatRecord({
          files: new Map([
            ['a.npz', { bytes: 12, sha256: 'ab'.repeat(32), from: '0123456789abcdef' }],
            ['b/c.csv', { bytes: 3, sha256: 'cd'.repeat(32) }],
          ]),
          next: new Map([['b/c.csv', { bytes: 4, sha256: 'ef'.repeat(32) }]]),
        }),
      ),
    },
    read: (at) => readRecord(at),
  },
  'a lock': {
    files: { lock: text(lockContent({ token: 'ab', host: 'here', pid: 12 })) },
    read: async (at) => ownerIn((await readLock(join(at, 'lock')))!),
  },
  'files of a network, listed as they are': {
    files: networkFiles,
    read: async (at) => {
      await list(at, Object.keys(networkFiles))
      await readState({ state: join(at, 'state.json') } as NetworkPaths)
      await readInteractionFile(join(at, 'interactions.npz'), { count: 1, n: 2 })
      await readDifficulty(join(at, 'difficulty.npz'))
      await readEvaluatedSamples(join(at, 'values.npz'))
    },
    corpus: { 'state.json': ['', '[', 'null', '7'] },
  },
  'what was submitted, listed as it is': {
    files: { 'slurm/jobs.json': text(JSON.stringify(submitted)) },
    read: async (at) => {
      await list(at, ['slurm/jobs.json'])
      await submittedStudy(at)
      await submittedElements(at, await requireJobs(at))
    },
    corpus: { 'slurm/jobs.json': ['{"planned":', 'null', '{}', '{"planned": {}, "baseDir": 1}'] },
  },
  'a manifest': {
    files: { 'manifest.json': text(JSON.stringify({ ...example.manifest, config: { data: {} } })) },
    read: (at) => {
      const content = readFileSync(join(at, 'manifest.json'), 'utf8')
      const manifest = tryJson(content)
      if (manifest instanceof Object) planOf(manifest as never)
    },
  },
  'the folder of a study': {
    files: {
      'manifest.json': text(JSON.stringify(example.manifest)),
      'verdict.json': text(JSON.stringify(example.verdict)),
      'networks.csv': text(toCsv(networksTable, example.tables.networks)),
      'overlaps.csv': text(toCsv(overlapsTable, example.tables.overlaps)),
    },
    read: async (at) => {
      await list(at, ['manifest.json', 'verdict.json', 'networks.csv', 'overlaps.csv'])
      await loadStudy(at, 'x')
    },
  },
}

function tryJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

const allReaders = { ...readers, ...storedReaders }

/** What is wrong with an end of a reader, if anything. */
async function endOf(reader: Reader, at: string): Promise<string> {
  const began = performance.now()
  const before = mostMemory()
  const end = await Promise.resolve()
    .then(() => reader.read(at))
    .then(
      () => 'read',
      (error: unknown) =>
        error instanceof LowlayerError
          ? 'refused'
          : `crash: ${(error as Error)?.stack ?? String(error)}`,
    )
  const took = performance.now() - began
  if (took > LONGEST_MS) return `hang: ${took} ms`
  return mostMemory() - before > MOST_MIB ? `memory: ${mostMemory() - before} MiB` : end
}

/** The most resident memory of this process so far, MiB. */
const mostMemory = () => process.resourceUsage().maxRSS / 1024

describe('a damaged file ends in a result or an error of the family', () => {
  it.each(Object.keys(allReaders))('%s', { timeout: COUNT * 60_000 }, async (name) => {
    const reader = allReaders[name]
    const at = join(folder, name.replaceAll(/\W/g, '-'))
    const put = (file: string, bytes: Uint8Array) => {
      mkdirSync(dirname(join(at, file)), { recursive: true })
      writeFileSync(join(at, file), bytes)
    }
    for (const [file, bytes] of Object.entries(reader.files)) put(file, bytes)
    expect(await endOf(reader, at)).toBe('read')
    const ends: Record<string, number> = {}
    let longest = 0
    const wrong: string[] = []
    const meet = async (file: string, bytes: Uint8Array, what: string) => {
      put(file, bytes)
      const began = process.cpuUsage()
      const end = await endOf(reader, at)
      const { user, system } = process.cpuUsage(began)
      longest = Math.max(longest, (user + system) / 1000)
      const [kind] = end.split(':')
      ends[kind] = (ends[kind] ?? 0) + 1
      if (kind !== 'read' && kind !== 'refused') wrong.push(`${file} ${what}: ${end}`)
    }
    const kinds = Object.entries(mutations)
    for (const file of reader.damaged ?? Object.keys(reader.files)) {
      const whole = reader.files[file]
      for (const [index, bytes] of (reader.corpus?.[file] ?? []).entries())
        await meet(file, text(bytes), `of the corpus (${index})`)
      for (let turn = 0; turn < COUNT; turn++) {
        const [kind, mutate] = kinds[turn % kinds.length]
        const draws = stream(SEED, 'mutations', name, file).at(turn)
        await meet(file, mutate(whole, draws), `${kind} (turn ${turn})`)
      }
      put(file, whole)
    }
    expect(wrong.slice(0, 5)).toEqual([])
    if (process.env.LOWLAYER_MUTATIONS !== undefined)
      console.log(name, ends, `${longest} ms`, mostMemory())
  })
})
