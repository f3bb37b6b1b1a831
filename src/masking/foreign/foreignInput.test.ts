/** How samples are fitted to the inputs and outputs of models: what is chosen, asked and refused. */
import { describe, expect, it } from 'vitest'
import type { ForeignModel } from '../../engine/onnx/foreign.js'
import type { ForeignValue } from '../../engine/onnx/foreignFile.js'
import { chooseInput, chooseOutput, fitInput, inputOrder } from './foreignInput.js'

const image = { shape: [3, 32, 32], axisOrder: 'nchw' as const }

function value(name: string, shape: (number | undefined)[], type = 'float32'): ForeignValue {
  return { name, shape, type }
}

function model(inputs: ForeignValue[], outputs: ForeignValue[]): ForeignModel {
  const unused = () => Promise.reject(new Error('not run'))
  const origin = () => ({ nature: 'unknown', operator: undefined, rounded: false }) as const
  return {
    file: 'm.onnx',
    short: undefined,
    inputs,
    outputs,
    origin,
    embedding: () => undefined,
    lastLinear: () => undefined,
    run: unused,
    cut: unused,
    dispose: unused,
  }
}

describe('fitInput', () => {
  it.each([
    [[undefined, 3, 32, 32], 'nchw', undefined],
    [[16, 3, 32, 32], 'nchw', 16],
    [[undefined, 32, 32, 3], 'nhwc', undefined],
    [[1, 32, 32, 3], 'nhwc', 1],
    [[undefined, 3, undefined, undefined], 'nchw', undefined],
    [[undefined, undefined, undefined, 3], 'nhwc', undefined],
    [[undefined, 3072], 'nchw', undefined],
  ] as const)('reads %j as %s with batch %s', (shape, layout, batch) => {
    expect(fitInput('m.onnx', value('x', [...shape]), image)).toMatchObject({ layout, batch })
  })

  it('takes grey images with or without a channel axis, and rows of features', () => {
    expect(fitInput('m', value('x', [undefined, 28, 28]), { shape: [1, 28, 28] }).shape).toEqual([
      28, 28,
    ])
    expect(fitInput('m', value('x', [undefined, 1, 28, 28]), { shape: [1, 28, 28] }).layout).toBe(
      'nchw',
    )
    expect(fitInput('m', value('x', [undefined, 9]), { shape: [9] })).toMatchObject({
      layout: 'flat',
    })
  })

  it('asks where both layouts would fit, and does as it is told', () => {
    const open = value('x', [undefined, undefined, undefined, undefined])
    expect(() => fitInput('m.onnx', open, image)).toThrow(
      /layout: nchw or nhwc \(analyze: --layout\)/,
    )
    expect(fitInput('m.onnx', open, image, 'nhwc').shape).toEqual([32, 32, 3])
  })

  it('takes rows of pixels in the order of the data, or as it is told, and asks where neither is known', () => {
    const row = value('x', [undefined, 3072])
    const { shape } = image
    const last = fitInput('m', row, { shape, axisOrder: 'nhwc' })
    expect(last).toMatchObject({ layout: 'nhwc', shape: [3072] })
    expect(last.remark).toMatch(/row of 3072 values, pixel after pixel as in the data/)
    expect(fitInput('m', row, { shape, axisOrder: 'nhwc' }, 'flat').layout).toBe('nhwc')
    expect(fitInput('m', row, { shape, axisOrder: 'nhwc' }, 'nchw')).toMatchObject({
      layout: 'nchw',
      shape: [3072],
    })
    expect(() => fitInput('m', row, { shape })).toThrow(
      /order that the data do not tell; say layout \(analyze: --layout\)/,
    )
    expect(fitInput('m', row, { shape }, 'nhwc').remark).toBeUndefined()
    const grey = value('x', [undefined, 784])
    expect(fitInput('m', grey, { shape: [1, 28, 28] })).toMatchObject({ layout: 'flat' })
  })

  it.each([
    [[3, 32, 32], /m\.onnx: input x \[3, 32, 32\] has no batch axis/],
    [[undefined, 1, 32, 32], /images of 32×32 pixels with 3 channels/],
    [[undefined, 3, 224, 224], /does not take these samples/],
    [[undefined, 3071], /does not take these samples/],
  ])('refuses %j', (shape, message) => {
    expect(() => fitInput('m.onnx', value('x', shape), image)).toThrow(message)
  })
})

describe('chooseInput and chooseOutput', () => {
  const x = value('x', [undefined, 4])
  it('take the only ones, or those that are named', () => {
    const two = model([x], [value('features', [undefined, 64, 7, 7]), value('z', [undefined, 10])])
    expect(chooseInput(two).name).toBe('x')
    expect(chooseOutput(two, 10).name).toBe('z')
    expect(chooseOutput(two, 10, 'features').name).toBe('features')
  })

  it('list what there is where that is not enough', () => {
    const many = model(
      [x, value('mask', [undefined, 4])],
      [value('a', [1, 10]), value('b', [1, 10])],
    )
    expect(() => chooseInput(many)).toThrow(/2 inputs \(x \[\?, 4\], mask \[\?, 4\]\)/)
    expect(() => chooseInput(many, 'y')).toThrow(/no input "y"; the model has x/)
    expect(() => chooseOutput(many, 10)).toThrow(
      /output: NAME \(analyze: --output NAME\); there are a \[1, 10\], b/,
    )
    const ids = model([value('ids', [undefined, 4], 'int64')], [])
    expect(() => chooseInput(ids)).toThrow(
      /type int64; only models in float32, float16 or bfloat16/,
    )
  })
})

describe('chooseOutput', () => {
  const x = value('x', [undefined, 4])
  const of = (...outputs: ForeignValue[]) => model([x], outputs)
  const logits = (width: number | undefined, name = 'z') => value(name, [undefined, width])

  it.each<[string, ForeignModel, number]>([
    ['a logit beside features', of(logits(1, 's'), logits(32, 'features')), 2],
    ['one value a sample beside features', of(value('s', [undefined]), logits(2)), 2],
    ['logits beside probabilities', of(logits(10), logits(10, 'p')), 10],
    ['features of open width', of(logits(undefined), logits(undefined, 'f')), 10],
    ['none that is wide enough', of(logits(3), logits(4, 'f')), 10],
  ])('asks where there is %s', (_what, asked, classes) => {
    expect(() => chooseOutput(asked, classes)).toThrow(
      /m\.onnx: which output .* Say output: NAME \(analyze: --output NAME\)/,
    )
  })

  it('takes the one of as many values as classes, and says so', () => {
    const chosen = chooseOutput(of(logits(512, 'features'), logits(10), logits(1024, 'more')), 10)
    expect(chosen.name).toBe('z')
    expect(chosen.remark).toMatch(/z is taken: it alone has 10 values/)
    // Not the only output of floats: what was meant may be another one.
    const map = value('map', [undefined, 10, 1, 1])
    expect(chooseOutput(of(logits(16, 'features'), map), 10)).toEqual({
      name: 'features',
      remark: expect.stringMatching(/map .*, features is taken: it alone is a table/),
    })
    expect(() => chooseOutput(of(logits(4, 'features'), map), 10)).toThrow(/which output/)
    const beside = of(value('label', [undefined], 'int64'), logits(3, 'p'))
    expect(chooseOutput(beside, 2)).toEqual({ name: 'p' })
  })

  it.each<[string, ForeignModel, RegExp]>([
    ['maps', of(value('label', [undefined], 'int64'), value('p', [], 'no tensor')), /zipmap=False/],
    ['classes only', of(value('label', [undefined], 'int64')), /type int64.*predict_proba/],
    [
      'doubles',
      of(value('label', [undefined], 'int64'), value('p', [undefined, 3], 'float64')),
      /Export it in float32/,
    ],
  ])('names the remedy for %s', (_what, asked, message) => {
    expect(() => chooseOutput(asked, 3)).toThrow(message)
  })
})

describe('inputOrder', () => {
  it('puts channels last', () => {
    expect([...inputOrder([2, 1, 3], 'nhwc')]).toEqual([0, 3, 1, 4, 2, 5])
    expect([...inputOrder([2, 1, 3], 'nchw')]).toEqual([0, 1, 2, 3, 4, 5])
  })
})
