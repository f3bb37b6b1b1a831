/** ONNX files that ONNX Runtime does not know, and what to do about them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { floats, moveIntoBranches, onnxFile } from '../../testing/onnxGraph.js'
import { openForeignModel } from './foreign.js'
import { describeForeignFile } from './foreignFile.js'
import {
  attributeTypes,
  dataTypes,
  decodeModel,
  type ElementType,
  encodeModel,
  type ModelProto,
  type TensorProto,
} from './format.js'

it('a file format that is too new is named with the way to an older one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-newer-'))
  const bytes = onnxFile({
    inputs: { x: ['batch', 2] },
    outputs: { y: ['batch', 2] },
    nodes: [['Add', ['x', 'one'], ['y']]],
    weights: { one: floats([2], [1, 1]) },
  })
  // The first field of a model is its format: key 8, then the number.
  expect([...bytes.subarray(0, 2)]).toEqual([8, 8])
  bytes[1] = 99
  const file = join(folder, 'newer.onnx')
  writeFileSync(file, bytes)
  const opened = openForeignModel(file, 'cpu')
  await expect(opened).rejects.toThrow(/newer\.onnx.*IR version: 99.*model\.ir_version = 10/s)
  rmSync(folder, { recursive: true })
})

it('an opset that is too new is named with the way to an older one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-opset-'))
  const file = join(folder, 'opset.onnx')
  writeFileSync(
    file,
    onnxFile({
      inputs: { x: ['batch', 2] },
      outputs: { y: ['batch', 2] },
      nodes: [['Add', ['x', 'one'], ['y']]],
      weights: { one: floats([2], [1, 1]) },
      opset: 99,
    }),
  )
  await expect(openForeignModel(file, 'cpu')).rejects.toThrow(
    /opset\.onnx.*an opset that this one/s,
  )
  rmSync(folder, { recursive: true })
})

it('what a file says of its inputs and outputs is what ONNX Runtime says of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-declared-'))
  const file = join(folder, 'declared.onnx')
  // Of complex numbers it opens no model.
  const types = (Object.keys(dataTypes) as ElementType[]).filter((type) => !/complex/.test(type))
  const ofTypes = <T>(value: T) => Object.fromEntries(types.map((type) => [type, value]))
  writeFileSync(
    file,
    onnxFile({
      inputs: { ...ofTypes(['batch', 2, 'width']), one: [2], open: [] },
      outputs: {
        ...Object.fromEntries(types.map((type) => [`${type}-out`, ['batch', 2, 'width']])),
        sum: ['batch', 2, 'width'],
      },
      types: Object.fromEntries(
        types.flatMap((type) => [
          [type, type],
          [`${type}-out`, type],
        ]),
      ),
      nodes: [
        ...types.map((type) => ['Identity', [type], [`${type}-out`]] as const),
        ['Add', ['float32', 'weight'], ['sum']],
      ],
      weights: { weight: floats([1], [1]) },
    }),
  )
  const { inputs, outputs } = await describeForeignFile(file)
  const model = await openForeignModel(file, 'cpu')
  expect(inputs).toEqual(model.inputs)
  expect(outputs).toEqual(model.outputs)
  const declared = inputs.find(({ name }) => name === 'bfloat16')
  expect(declared?.type).toBe('float32')
  await model.dispose()
  rmSync(folder, { recursive: true })
})

it('an input whose rank is left open is one of no extents, as for ONNX Runtime', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-open-'))
  const file = join(folder, 'open.onnx')
  const model = decodeModel(
    onnxFile({
      inputs: { x: ['batch', 2] },
      outputs: { y: ['batch', 2] },
      nodes: [['Identity', ['x'], ['y']]],
    }),
  )
  for (const { type } of [...model.graph.input, ...model.graph.output]) delete type.tensorType.shape
  writeFileSync(file, encodeModel(model))
  const { inputs, outputs } = await describeForeignFile(file)
  const opened = await openForeignModel(file, 'cpu')
  expect(inputs).toEqual(opened.inputs)
  expect(outputs).toBeUndefined()
  await opened.dispose()
  rmSync(folder, { recursive: true })
})

it('weights are told apart by their values, however the file keeps them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-kept-'))
  const file = join(folder, 'kept.onnx')
  const hashed = async (tensor: Partial<TensorProto> & Pick<TensorProto, 'dataType'>) => {
    const model = decodeModel(
      onnxFile({
        inputs: { x: ['batch', 2] },
        outputs: { y: ['batch', 2] },
        nodes: [['Identity', ['x'], ['y']]],
      }),
    )
    model.graph.initializer = [{ name: 'w', dims: [2], rawData: new Uint8Array(), ...tensor }]
    writeFileSync(file, encodeModel(model))
    return (await describeForeignFile(file)).weights.get('w')?.hash()
  }
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer)
  const { float32, float64, float16, bfloat16, int64, int32, int8, bool, uint32 } = dataTypes
  const kinds: readonly (readonly [number, string, number[], number[], ArrayBufferView])[] = [
    [float32, 'floatData', [0.5, -3], [0.5, 3], Float32Array.of(0.5, -3)],
    [float64, 'doubleData', [0.1, 3], [0.1, 4], Float64Array.of(0.1, 3)],
    [float16, 'int32Data', [0x3800, 0xc200], [0x3800, 0x4200], Uint16Array.of(0x3800, 0xc200)],
    [bfloat16, 'int32Data', [0x3f00, 0xc040], [0x3f00, 0], Uint16Array.of(0x3f00, 0xc040)],
    [int64, 'int64Data', [-1, 2 ** 40], [-1, 0], BigInt64Array.of(-1n, 2n ** 40n)],
    [int32, 'int32Data', [-1, 70000], [-1, 7], Int32Array.of(-1, 70000)],
    [int8, 'int32Data', [-1, 100], [-1, 7], Int8Array.of(-1, 100)],
    [bool, 'int32Data', [1, 0], [1, 1], Uint8Array.of(1, 0)],
    [uint32, 'uint64Data', [1, 4e9], [1, 4], Uint32Array.of(1, 4e9)],
  ]
  for (const [dataType, field, values, others, raw] of kinds) {
    const found = await hashed({ dataType, [field]: values })
    expect(found).toBe(await hashed({ dataType, rawData: bytes(raw) }))
    expect(found).not.toBe(await hashed({ dataType, [field]: others }))
  }
  const texts = (...list: string[]) => list.map((text) => new TextEncoder().encode(text))
  const { string } = dataTypes
  const one = await hashed({ dataType: string, stringData: texts('ab', 'c') })
  expect(one).not.toBe(await hashed({ dataType: string, stringData: texts('a', 'bc') }))
  rmSync(folder, { recursive: true })
})

describe('a file of numbers beside the model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-beside-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const constantOf = ({ graph }: ModelProto, t: TensorProto) => {
    graph.initializer = graph.initializer.filter(({ name }) => name !== 'w')
    const attribute = [{ name: 'value', type: attributeTypes.tensor, t }]
    return { name: '', opType: 'Constant', input: [], output: ['w'], attribute }
  }
  const holders: Readonly<Record<string, (model: ModelProto, tensor: TensorProto) => void>> = {
    'of a weight': () => undefined,
    'of a constant': (model, tensor) => {
      model.graph.node.unshift(constantOf(model, tensor))
    },
    'of a weight of a branch': (model) => moveIntoBranches(model, 0, ['w']),
    'of a constant of a function': (model, tensor) => {
      model.functions = [{ node: [constantOf(model, tensor)] }]
    },
    'of a sparse weight': (model, values) => {
      model.graph.initializer = []
      model.graph.sparseInitializer = [{ values, dims: [2] }]
    },
  }

  it.each(Object.entries(holders))('counts for the network, and is missed: %s', async (_, hold) => {
    const model = decodeModel(
      onnxFile({
        inputs: { x: ['batch', 2] },
        outputs: { y: ['batch', 2] },
        nodes: [['Add', ['x', 'w'], ['y']]],
        weights: { w: floats([2], [1, 1]) },
      }),
    )
    const [tensor] = model.graph.initializer
    tensor.rawData = new Uint8Array()
    tensor.dataLocation = 1
    tensor.externalData = [{ key: 'location', value: 'w.bin' }]
    hold(model, tensor)
    const file = join(folder, 'net.onnx')
    writeFileSync(file, encodeModel(model))
    const idWith = async (...values: number[]) => {
      writeFileSync(join(folder, 'w.bin'), new Uint8Array(Float32Array.from(values).buffer))
      return (await describeForeignFile(file)).id
    }
    expect(await idWith(1, 2)).toBe(await idWith(1, 2))
    expect(await idWith(1, 2)).not.toBe(await idWith(1, 3))
    rmSync(join(folder, 'w.bin'))
    await expect(describeForeignFile(file)).rejects.toThrow(/w\.bin.* put that file beside/)
  })
})
