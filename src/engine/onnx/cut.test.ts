/** Models from elsewhere cut in two against the same models whole. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { floats, integers, type NodeSpec, onnxFile } from '../../testing/onnxGraph.js'
import { type ForeignModel, type ForeignTensor, openForeignModel } from './foreign.js'
import { decodeModel, encodeModel } from './format.js'

const W = 3
const path = { input: 'x', output: 'y' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-cut-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function opened(bytes: Uint8Array): Promise<ForeignModel> {
  const file = join(folder, `${files++}.onnx`)
  await writeFile(file, bytes)
  return openForeignModel(file, 'cpu')
}

const weights = {
  w: floats([W, W], [0.5, -1, 0.25, 1, 0.75, -0.5, -0.25, 1.5, 1]),
  b: floats([W], [0.1, -0.2, 0.3]),
}

function modelOf(nodes: readonly NodeSpec[], more: Partial<Parameters<typeof onnxFile>[0]> = {}) {
  return onnxFile({
    inputs: { x: ['batch', W] },
    outputs: { y: ['batch', W] },
    nodes,
    ...more,
    weights: { ...weights, ...more.weights },
  })
}

const rows = Float32Array.from({ length: 2 * W }, (_, cell) => Math.sin(3 * cell + 1))
const feed = (data: Float32Array, width = W) =>
  ({ type: 'float32', data, shape: [data.length / width, width] }) as const

/** What the parts of a model give one after the other; `others` are fed to whichever part reads them. */
async function inTwo(
  model: ForeignModel,
  tensor: string,
  others: Readonly<Record<string, ReturnType<typeof feed>>> = {},
): Promise<ForeignTensor & { readonly held: readonly string[] }> {
  const { below, held, above } = await model.cut(tensor, path)
  const all = { x: feed(rows), ...others }
  const known = below.inputs.map(({ name }) => [name, all[name as 'x']])
  const inner = await below.run(Object.fromEntries(known), tensor)
  const upper = await above([undefined, ...inner.shape.slice(1)])
  const rest = held.map((name) => [name, all[name as 'x']])
  const fed = { [tensor]: { type: 'float32' as const, ...inner }, ...Object.fromEntries(rest) }
  return { ...(await upper.run(fed, 'y')), held }
}

async function agrees(bytes: Uint8Array, tensor: string): Promise<readonly string[]> {
  const model = await opened(bytes)
  const whole = await model.run({ x: feed(rows) }, 'y')
  const parts = await inTwo(model, tensor)
  expect([...parts.data]).toEqual([...whole.data])
  await model.dispose()
  return parts.held
}

/** Steps that take one or two values made before: their numbers, 0 for the input. */
const graphs = fc
  .array(fc.tuple(fc.nat(), fc.option(fc.nat()), fc.constantFrom('Tanh', 'Sin', 'Relu')), {
    minLength: 2,
    maxLength: 8,
  })
  .map((steps) =>
    steps.map(([a, b, operator], at) => ({
      operator,
      takes: [a % (at + 1), ...(b === null ? [] : [b % (at + 1)])],
    })),
  )

describe('a graph that is cut', () => {
  it('computes in two parts what it computes as one, or is refused where the input gets past', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(), async (steps, pick) => {
        const last = steps.length
        const at = 1 + (pick % (last - 1))
        const name = (value: number) => (value === 0 ? 'x' : value === last ? 'y' : `t${value}`)
        const nodes = steps.flatMap(({ operator, takes }, index): NodeSpec[] => {
          const made = name(index + 1)
          return takes.length === 1
            ? [[operator, [name(takes[0])], [made]]]
            : [
                ['Sub', takes.map(name), [`${made}-`]],
                [operator, [`${made}-`], [made]],
              ]
        })
        // By hand: what comes of the input without the tensor, what of the tensor, what the output takes.
        const after = new Set([at])
        const beside = new Set<number>()
        const used = new Set([last])
        for (let step = last; step > 0; step--) {
          if (used.has(step) && step !== at)
            for (const each of steps[step - 1].takes) used.add(each)
        }
        let bypassed = false
        for (const [index, { takes }] of steps.entries()) {
          const value = index + 1
          if (value === at) continue
          if (takes.some((each) => after.has(each))) {
            after.add(value)
            if (used.has(value)) bypassed ||= takes.some((each) => beside.has(each))
          } else beside.add(value)
        }
        const bytes = modelOf(nodes)
        const isCut = used.has(at) && !bypassed
        if (isCut) {
          const held = await agrees(bytes, name(at))
          expect(held.every((each) => each === 'x')).toBe(true)
        } else {
          const model = await opened(bytes)
          const why = used.has(at) ? /feeds the part above past it/ : /does not lead to the output/
          await expect(model.cut(name(at), path)).rejects.toThrow(why)
          await model.dispose()
        }
      }),
      { numRuns: 60 },
    )
  })

  const residual: readonly NodeSpec[] = [
    ['MatMul', ['x', 'w'], ['/stem']],
    ['Relu', ['/stem'], ['/stem/relu']],
    ['MatMul', ['/stem/relu', 'w'], ['/block/a']],
    ['Add', ['/block/a', '/stem/relu'], ['/block/sum']],
    ['Relu', ['/block/sum'], ['/block/relu']],
    ['Add', ['/block/relu', 'b'], ['y']],
  ]

  it('is refused inside a residual block, with what leads past and the nearest tensors that do', async () => {
    const model = await opened(modelOf(residual))
    await expect(model.cut('/block/a', path)).rejects.toThrow(
      /\.onnx: "\/block\/a" does not carry .*"\/stem\/relu" feeds the part above.*: "\/stem\/relu", "\/block\/sum"/,
    )
    await expect(model.cut('block/rel', path)).rejects.toThrow(
      /no inner tensor "block\/rel"; the nearest tensors through which all runs: "\/block\/relu"/,
    )
    await expect(model.cut('x', path)).rejects.toThrow(/is the input itself/)
    await expect(model.cut('y', path)).rejects.toThrow(/is the output itself/)
    for (const tensor of ['/stem', '/stem/relu', '/block/sum', '/block/relu']) {
      await agrees(modelOf(residual), tensor)
    }
  })

  it('may ask the input for its extents, and read it directly: then it is held', async () => {
    const nodes: readonly NodeSpec[] = [
      ['MatMul', ['x', 'w'], ['h']],
      ['Shape', ['x'], ['extents']],
      ['Flatten', ['h'], ['f']],
      ['Reshape', ['f', 'extents'], ['y']],
    ]
    expect(await agrees(modelOf(nodes), 'h')).toEqual(['x'])
    const added: readonly NodeSpec[] = [
      ['MatMul', ['x', 'w'], ['h']],
      ['Add', ['h', 'x'], ['y']],
    ]
    expect(await agrees(modelOf(added), 'h')).toEqual(['x'])
  })

  it('holds what other inputs say beside the tensor', async () => {
    const nodes: readonly NodeSpec[] = [
      ['MatMul', ['x', 'w'], ['h']],
      ['Tanh', ['mask'], ['m']],
      ['Mul', ['h', 'm'], ['y']],
    ]
    const model = await opened(modelOf(nodes, { inputs: { x: ['batch', W], mask: ['batch', W] } }))
    const mask = feed(rows.map((value) => value + 2))
    const whole = await model.run({ x: feed(rows), mask }, 'y')
    const parts = await inTwo(model, 'h', { mask })
    expect([...parts.data]).toEqual([...whole.data])
    expect(parts.held).toEqual(['mask'])
    await expect(model.cut('m', path)).rejects.toThrow(/"m" does not depend on the input "x"/)
    await model.dispose()
  })

  it('keeps the weights that lie in other files', async () => {
    const whole = decodeModel(modelOf(residual))
    for (const tensor of whole.graph.initializer) {
      await writeFile(join(folder, `${tensor.name}.bin`), tensor.rawData)
      Object.assign(tensor, {
        rawData: undefined,
        dataLocation: 1,
        externalData: [{ key: 'location', value: `${tensor.name}.bin` }],
      })
    }
    await agrees(encodeModel(whole), '/block/relu')
  })

  it('knows what the branches of an operator read', async () => {
    const branch = (made: string, operator: string) => ({
      name: made,
      node: [{ name: '', opType: operator, input: ['h'], output: [made], attribute: [] }],
      initializer: [],
      input: [],
      output: [{ name: made }],
    })
    const whole = decodeModel(
      modelOf([
        ['MatMul', ['x', 'w'], ['h']],
        ['Relu', ['h'], ['r']],
        ['If', ['yes'], ['s']],
        ['Add', ['s', 'r'], ['y']],
      ]),
    )
    whole.graph.node[2].attribute = [
      { name: 'then_branch', type: 5, g: branch('then', 'Tanh') },
      { name: 'else_branch', type: 5, g: branch('else', 'Relu') },
    ] as unknown as (typeof whole.graph.node)[number]['attribute']
    whole.graph.initializer.push({
      name: 'yes',
      dims: [],
      dataType: 9,
      rawData: Uint8Array.of(1),
    })
    const bytes = encodeModel(whole)
    expect(await agrees(bytes, 'h')).toEqual([])
    const model = await opened(bytes)
    // The branches read h past r.
    await expect(model.cut('r', path)).rejects.toThrow(/"(h|s)" feeds the part above past it/)
    await model.dispose()
  })

  it('of a fixed batch keeps it', async () => {
    const nodes: readonly NodeSpec[] = [
      ['MatMul', ['x', 'w'], ['h']],
      ['Reshape', ['h', 'rows'], ['y']],
    ]
    const model = await opened(
      modelOf(nodes, {
        inputs: { x: [2, W] },
        outputs: { y: [2, W] },
        weights: { rows: integers(2, W) },
      }),
    )
    const { below, above } = await model.cut('h', path)
    expect(below.inputs[0].shape).toEqual([2, W])
    expect((await above([2, W])).inputs).toEqual([{ name: 'h', type: 'float32', shape: [2, W] }])
    await model.dispose()
  })
})
