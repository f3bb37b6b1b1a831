/**
 * Every reader of files, from elsewhere and of lowlayer's own, given files that were damaged on the way: it ends, with a result or with
 * an error of the family that says so. `LOWLAYER_MUTATIONS` sets the number of files a reader (30 by default).
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, it } from 'vitest'
import { decodeTrainState, encodeTrainState } from '../artifacts/trainState.js'
import { dataSection } from '../config/data.js'
import { LowlayerError } from '../core/errors.js'
import { stream } from '../core/random.js'
import type { Tensors } from '../core/tensor.js'
import { loadDataset } from '../data/load.js'
import { exportOnnx, importOnnxParameters } from '../engine/onnx/checkpoint.js'
import { openForeignModel } from '../engine/onnx/foreign.js'
import { encodeNpy } from '../formats/npy.js'
import { encodeNpz } from '../formats/npz.js'
import { npzRows, readNpzExcept } from '../formats/npzStream.js'
import { readValueTables } from '../formats/valueTable.js'
import { chooseBaseline } from '../masking/baseline/configureBaseline.js'
import { readSegments } from '../masking/players/segmentsFile.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { loadStudy } from '../report/load.js'
import { exampleStudy } from '../report/testing/exampleStudy.js'
import { toCsv } from '../tables/table.js'
import { networksTable, overlapsTable } from '../tables/tables.js'
import { planOf } from '../tasks/reporting/manifest.js'
import { formatCurve, parseCurve } from '../training/curve.js'
import { mutations } from './mutations.js'
import { soleLease } from './soleLease.js'

const COUNT = Number(process.env.LOWLAYER_MUTATIONS ?? 30)
/** Longer than any of these small files takes; a reader that hangs does not come back at all. */
const LONGEST_MS = 20_000

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-mutated-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A reader with the files of one folder, one of which is damaged. */
interface Reader {
  readonly files: Readonly<Record<string, Uint8Array>>
  /** Those that are damaged, one at a time; all by default. */
  readonly damaged?: readonly string[]
  readonly read: (folder: string) => unknown
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

const readers: Readonly<Record<string, Reader>> = {
  'value tables of .npy': {
    files: { 'values.npy': encodeNpy(rows, [4, 8]) },
    read: (at) => readValueTables(join(at, 'values.npy')),
  },
  'value tables of .npz': {
    files: { 'values.npz': encodeNpz({ values: { data: rows, shape: [4, 8] } }) },
    read: (at) => readValueTables(join(at, 'values.npz')),
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
  'text TSV': {
    files: {
      'own.tsv': text('sentence\tlabel\na good film\tjoy\nso bad\tanger\nfine\tjoy\nno\tanger\n'),
    },
    read: source({ source: 'text', path: 'own.tsv', length: 4, balance: 'proportional' }),
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
      // Listed as it is: what a version that writes otherwise would leave.
      for (const name of ['manifest.json', 'verdict.json', 'networks.csv', 'overlaps.csv'])
        await soleLease(at).write(join(at, name), readFileSync(join(at, name)))
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
  const end = await Promise.resolve()
    .then(() => reader.read(at))
    .then(
      () => 'read',
      (error: unknown) =>
        error instanceof LowlayerError
          ? 'refused'
          : `crash: ${(error as Error)?.stack ?? String(error)}`,
    )
  return performance.now() - began > LONGEST_MS ? 'hang' : end
}

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
    const kinds = Object.entries(mutations)
    for (const file of reader.damaged ?? Object.keys(reader.files)) {
      const whole = reader.files[file]
      for (let turn = 0; turn < COUNT; turn++) {
        const [kind, mutate] = kinds[turn % kinds.length]
        put(file, mutate(whole, stream(1, 'mutations', name, file).at(turn)))
        const end = await endOf(reader, at)
        ends[end.split(':')[0]] = (ends[end.split(':')[0]] ?? 0) + 1
        expect(['read', 'refused'], `${file} ${kind} (turn ${turn})`).toContain(end)
      }
      put(file, whole)
    }
    if (process.env.LOWLAYER_MUTATIONS !== undefined) console.log(name, ends)
  })
})
