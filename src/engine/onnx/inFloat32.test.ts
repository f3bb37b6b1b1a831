/** Models with weights of 16 bits, kept in every way that files know, against the same models written in float32. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import protobuf from 'protobufjs/light.js'
import { afterAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../core/hash.js'
import {
  floats,
  type GraphSpec,
  integers,
  moveIntoBranches,
  type NodeSpec,
  onnxFile,
} from '../../testing/onnxGraph.js'
import { openForeignModel } from './foreign.js'
import { describeForeignFile } from './foreignFile.js'
import {
  type AttributeProto,
  attributeTypes,
  dataTypes,
  decodeModel,
  encodeModel,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type TypeProto,
} from './format.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-short-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function written(model: ModelProto | Uint8Array): string {
  const file = join(folder, `${files++}.onnx`)
  writeFileSync(file, model instanceof Uint8Array ? model : encodeModel(model))
  return file
}

const hashOf = (file: string) => sha256(readFileSync(file)).slice(0, 16)

type Short = 'float16' | 'bfloat16'

/** Bits of a value that the type has: the exponent is kept in excess of 15 or 127, before 10 or 7 bits of the fraction. */
function bitsOf(type: Short, value: number): number {
  const [fraction, excess] = type === 'float16' ? [10, 15] : [7, 127]
  if (value === 0) return 0
  const exponent = Math.floor(Math.log2(Math.abs(value)))
  const mantissa = (Math.abs(value) / 2 ** exponent - 1) * 2 ** fraction
  expect(Number.isInteger(mantissa)).toBe(true)
  return (value < 0 ? 0x8000 : 0) + (exponent + excess) * 2 ** fraction + mantissa
}

/** A float32 tensor in 16 bits. */
function inShort(type: Short, { name, dims, rawData }: TensorProto): TensorProto {
  const values = new Float32Array(Uint8Array.from(rawData).buffer)
  const bits = Uint16Array.from(values, (value) => bitsOf(type, value))
  return { name, dims, dataType: dataTypes[type], rawData: new Uint8Array(bits.buffer) }
}

/** Eighths, which every type has. */
const eighths = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, at) => ((at * 7 + seed * 3) % 13) / 8 - 0.75)

const weights = {
  kernel: floats([3, 1, 3, 3], eighths(27, 1)),
  bias: floats([3], eighths(3, 2)),
  w: floats([48, 4], eighths(192, 3)),
  b: floats([4], eighths(4, 4)),
  flat: integers(0, -1),
}
const network: NodeSpec[] = [
  ['Conv', ['x', 'kernel', 'bias'], ['c'], { pads: [1, 1, 1, 1] }],
  ['Relu', ['c'], ['r']],
  ['Reshape', ['r', 'flat'], ['f']],
  ['Gemm', ['f', 'w', 'b'], ['y']],
]
const spec: GraphSpec = {
  inputs: { x: ['batch', 1, 4, 4] },
  outputs: { y: ['batch', 4] },
  nodes: network,
  weights,
}

/** A model with what it has of float32 in 16 bits, as `model.half().onnx` is. */
function halved(type: Short, given: GraphSpec): ModelProto {
  const names = [...Object.keys(given.inputs), ...Object.keys(given.outputs)]
  const types = Object.fromEntries(names.map((name) => [name, type]))
  const model = decodeModel(onnxFile({ ...given, types }))
  model.graph.initializer = model.graph.initializer.map((tensor) =>
    tensor.dataType === dataTypes.float32 ? inShort(type, tensor) : tensor,
  )
  return model
}

const image = Float32Array.from({ length: 32 }, (_, cell) => Math.sin(5 * cell + 1))
const x = { type: 'float32', data: image, shape: [2, 1, 4, 4] } as const

async function outputsOf(file: string): Promise<number[]> {
  const model = await openForeignModel(file, 'cpu')
  const { data } = await model.run({ x }, 'y')
  await model.dispose()
  return [...data]
}

const constant = (name: string, t: TensorProto): NodeProto => ({
  name: '',
  opType: 'Constant',
  input: [],
  output: [name],
  attribute: [{ name: 'value', type: 4, t } as AttributeProto],
})

const tensorNamed = ({ graph }: ModelProto, name: string) =>
  graph.initializer.find((tensor) => tensor.name === name) as TensorProto

const without = (model: ModelProto, name: string) => {
  model.graph.initializer = model.graph.initializer.filter((tensor) => tensor.name !== name)
}

/** Ways to keep a weight. */
const ways: Readonly<Record<string, (model: ModelProto, type: Short) => void>> = {
  'in the file': () => {},
  'in a file beside it': (model) => {
    const tensor = tensorNamed(model, 'w')
    const location = `${files}.bin`
    writeFileSync(join(folder, location), Buffer.concat([Buffer.alloc(64), tensor.rawData]))
    const said = { location, offset: '64', length: String(tensor.rawData.length) }
    tensor.externalData = Object.entries(said).map(([key, value]) => ({ key, value }))
    tensor.dataLocation = 1
    tensor.rawData = new Uint8Array()
  },
  'as constants': (model) => {
    for (const name of ['w', 'bias']) {
      model.graph.node.unshift(constant(name, { ...tensorNamed(model, name), name: '' }))
      without(model, name)
    }
  },
  'listed among the inputs': (model, type) => {
    const dim = [{ dimValue: 48 }, { dimValue: 4 }]
    const tensorType = { elemType: dataTypes[type], shape: { dim } }
    model.graph.input.push({ name: 'w', type: { tensorType } })
  },
  'with the types of inner values': (model, type) => {
    const tensorType = { elemType: dataTypes[type] }
    model.graph.valueInfo = ['c', 'r', 'f'].map((name) => ({ name, type: { tensorType } }))
  },
  'in float32, with casts around them': (model, type) => {
    const cast = (from: string, to: string) => ({
      name: '',
      opType: 'Cast',
      input: [from],
      output: [to],
      attribute: [{ name: 'to', type: attributeTypes.int, i: dataTypes[type] }],
    })
    const full = decodeModel(onnxFile(spec))
    const { w } = weights
    tensorNamed(full, 'w').name = 'w32'
    expect(w.shape).toEqual([48, 4])
    without(model, 'w')
    model.graph.initializer.push(tensorNamed(full, 'w32'))
    model.graph.node.unshift(cast('w32', 'w'))
  },
  'with a sequence of inner values': (model, type) => {
    const { node } = model.graph
    const [reshape] = node.splice(2, 1)
    reshape.input[0] = 'again'
    const index = { name: 'first', dims: [], dataType: dataTypes.int64, rawData: new Uint8Array(8) }
    model.graph.initializer.push(index)
    const plain = (opType: string, input: string[], output: string) => {
      return { name: '', opType, input, output: [output], attribute: [] }
    }
    node.splice(2, 0, plain('SequenceConstruct', ['r'], 'all'))
    node.splice(3, 0, plain('SequenceAt', ['all', 'first'], 'again'), reshape)
    const elemType = { tensorType: { elemType: dataTypes[type] } }
    const value = { name: 'all', type: { sequenceType: { elemType } } as unknown as TypeProto }
    model.graph.valueInfo = [value]
  },
  'of which most are 0': (model) => {
    const values = tensorNamed(model, 'b')
    without(model, 'b')
    const places = BigInt64Array.of(0n, 1n, 2n, 3n)
    const indices = {
      name: '',
      dims: [4],
      dataType: dataTypes.int64,
      rawData: new Uint8Array(places.buffer),
    }
    model.graph.sparseInitializer = [{ values, indices, dims: [4] }]
  },
  'within a branch of an If': (model) => moveIntoBranches(model, 3, ['w']),
}

/** The network with an operator of the file's own after its convolution. */
const calling: GraphSpec = {
  ...spec,
  nodes: [
    network[0],
    ['test:Shifted', ['c'], ['shifted']],
    ['Relu', ['shifted'], ['r']],
    ...network.slice(2),
  ],
}

/** Field 25 of a model: that operator, which adds a constant; with the operators' versions that `calling` lacks. */
function functionOf(constantTensor: TensorProto): Uint8Array {
  const writer = protobuf.Writer.create()
  const opset = (domain: string, version: number) =>
    protobuf.Writer.create().uint32(10).string(domain).uint32(16).int64(version).finish()
  const add = { name: '', opType: 'Add', input: ['v', 'half'], output: ['w'], attribute: [] }
  const body = protobuf.Writer.create().uint32(10).string('Shifted')
  body.uint32(34).string('v').uint32(42).string('w')
  body.uint32(74).bytes(opset('', 17)).uint32(82).string('test')
  // Messages of this format that stand one after the other are one.
  const whole = Buffer.concat([body.finish(), nodesOf(constant('half', constantTensor), add)])
  return writer.uint32(66).bytes(opset('test', 1)).uint32(202).bytes(whole).finish()
}

/** The bytes of an operator of the file's own that has these nodes and nothing else. */
function nodesOf(...node: NodeProto[]): Uint8Array {
  const reader = protobuf.Reader.create(encodeModel({ functions: [{ node }] }))
  reader.uint32()
  return reader.bytes()
}

describe.each(['float16', 'bfloat16'] as const)('a model in %s', (type) => {
  it.each(Object.entries(ways))('computes in float32 from weights %s', async (_, change) => {
    const model = halved(type, spec)
    change(model, type)
    const found = await outputsOf(written(model))
    expect(found).toEqual(await outputsOf(written(onnxFile(spec))))
  })

  it('makes constants of a shape, as they are made in float32', async () => {
    const zeros: NodeSpec[] = [
      ['Shape', ['x'], ['s']],
      ['ConstantOfShape', ['s'], ['k']],
      ['Add', ['x', 'k'], ['z']],
      ...network.map(([op, from, to, more]): NodeSpec => {
        return [op, from.map((name) => (name === 'x' ? 'z' : name)), to, more]
      }),
    ]
    const valued = (dataType: number, rawData: Uint8Array) => (model: ModelProto) => {
      const t = { name: '', dims: [1], dataType, rawData }
      model.graph.node[1].attribute.push({ name: 'value', type: 4, t })
      return written(model)
    }
    const bits = Uint16Array.of(bitsOf(type, 0.5))
    const short = valued(dataTypes[type], new Uint8Array(bits.buffer))
    const full = valued(dataTypes.float32, new Uint8Array(Float32Array.of(0.5).buffer))
    const given = { ...spec, nodes: zeros }
    const found = await outputsOf(short(halved(type, given)))
    expect(found).toEqual(await outputsOf(full(decodeModel(onnxFile(given)))))
  })

  it('computes in float32 in functions of its own', async () => {
    const bytes = encodeModel(halved(type, calling))
    const half = { name: '', dims: [], dataType: dataTypes[type] }
    const rawData = new Uint8Array(Uint16Array.of(bitsOf(type, 0.5)).buffer)
    const file = written(Buffer.concat([bytes, functionOf({ ...half, rawData })]))
    const full = { name: '', dims: [], dataType: dataTypes.float32 }
    const own = new Uint8Array(Float32Array.of(0.5).buffer)
    const same = Buffer.concat([onnxFile(calling), functionOf({ ...full, rawData: own })])
    expect(await outputsOf(file)).toEqual(await outputsOf(written(same)))
  })

  it('is cut as it is in float32', async () => {
    const inTwo = async (file: string) => {
      const model = await openForeignModel(file, 'cpu')
      const { below, above } = await model.cut('r', { input: 'x', output: 'y' })
      const inner = await below.run({ x }, 'r')
      const upper = await above([undefined, 3, 4, 4])
      const { data } = await upper.run({ r: { type: 'float32', ...inner } }, 'y')
      await model.dispose()
      return [...inner.data, ...data]
    }
    const found = await inTwo(written(halved(type, spec)))
    expect(found).toEqual(await inTwo(written(onnxFile(spec))))
  })

  it('says so, and keeps weights under the names and with the bytes of the file', async () => {
    const model = halved(type, spec)
    const file = written(model)
    const opened = await openForeignModel(file, 'cpu')
    expect(opened.short).toBe(type)
    await opened.dispose()
    const { inputs, weights: found, id } = await describeForeignFile(file)
    // Earlier versions, under whose ids values may be stored, computed them as they stand.
    expect(id).not.toBe(hashOf(file))
    expect(inputs.map(({ type }) => type)).toEqual(['float32'])
    expect([...found.keys()]).toEqual(Object.keys(weights))
    const { rawData } = tensorNamed(model, 'b')
    rawData[0] ^= 1
    const other = await describeForeignFile(written(model))
    const differ = [...found].filter(
      ([name, { hash }]) => hash() !== other.weights.get(name)?.hash(),
    )
    expect(differ.map(([name]) => name)).toEqual(['b'])
    expect(other.id).not.toBe(id)
  })
})

it('a model in float32 is left as it is', async () => {
  const file = written(onnxFile(spec))
  expect((await describeForeignFile(file)).id).toBe(hashOf(file))
  const opened = await openForeignModel(file, 'cpu')
  expect(opened.short).toBeUndefined()
  await opened.dispose()
})
