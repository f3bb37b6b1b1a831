/** Models with inputs and outputs of 16 bits against rounding worked out here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { floats, type NodeSpec, onnxFile } from '../../testing/onnxGraph.js'
import { openForeignModel } from './foreign.js'
import { dataTypes, type ElementType } from './format.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-half-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function opened(type: ElementType, nodes: readonly NodeSpec[]) {
  const file = join(folder, `${files++}.onnx`)
  const bytes = onnxFile({
    inputs: { x: ['batch', 2] },
    outputs: { y: ['batch', 2] },
    types: { x: type, y: type },
    nodes,
    weights: { one: floats([2], [1, 1]) },
  })
  writeFileSync(file, bytes)
  return openForeignModel(file, 'cpu')
}

/** The nearest number with so many bits of fraction and exponents from `least` on; ties to the even one. */
function rounded(value: number, fraction: number, least: number): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const exponent = Math.max(least, Math.floor(Math.log2(Math.abs(value))))
  const unit = 2 ** (exponent - fraction)
  const below = Math.floor(value / unit)
  const rest = value / unit - below
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0)
  return (below + (up ? 1 : 0)) * unit
}

describe.each([
  ['float16', 10, -14, 65000],
  ['bfloat16', 7, -126, 3e38],
] as const)('inputs and outputs of type %s', (type, fraction, least, largest) => {
  it('take float32, rounded to the nearest, ties to even, and give what the model gives', async () => {
    const model = await opened(type, [['Identity', ['x'], ['y']]])
    expect(model.inputs).toEqual([{ name: 'x', type, shape: [undefined, 2] }])
    expect(model.outputs[0].type).toBe(type)
    const values = fc.oneof(
      fc.float({ min: Math.fround(-largest), max: Math.fround(largest), noNaN: true }),
      // Half-way between two neighbours, or close to it.
      fc.integer({ min: 0, max: 2 ** (fraction + 2) }).map((n) => (n / 2 ** (fraction + 1)) * 3),
      fc.float({ min: -2, max: 2, noNaN: true }),
    )
    await fc.assert(
      fc.asyncProperty(values, values, async (a, b) => {
        const data = Float32Array.of(a, b)
        const fed = { type: 'float32', data, shape: [1, 2] } as const
        const { data: found } = await model.run({ x: fed }, 'y')
        // 0 is 0, whatever its sign.
        const expected = Array.from(data, (each) => rounded(each, fraction, least) + 0)
        expect(Array.from(found, (each) => each + 0)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
    await model.dispose()
  })

  it('are rounded where ONNX Runtime computes in float32 between them, and where the model is cut', async () => {
    const model = await opened(type, [
      ['Cast', ['x'], ['a'], { to: dataTypes.float32 }],
      ['Add', ['a', 'one'], ['b']],
      ['Cast', ['b'], ['c'], { to: dataTypes[type] }],
      ['Cast', ['c'], ['d'], { to: dataTypes.float32 }],
      ['Add', ['d', 'one'], ['e']],
      ['Cast', ['e'], ['y'], { to: dataTypes[type] }],
    ])
    const data = Float32Array.of(0.3, 1.7)
    const x = { type: 'float32', data, shape: [1, 2] } as const
    const short = (value: number) => rounded(value, fraction, least)
    const whole = await model.run({ x }, 'y')
    expect([...whole.data]).toEqual(Array.from(data, (value) => short(short(value) + 2)))
    for (const tensor of ['b', 'c', 'd']) {
      const cut = await model.cut(tensor, { input: 'x', output: 'y' })
      const inner = await cut.below.run({ x }, tensor)
      const above = await cut.above([undefined, 2])
      const own = tensor === 'c' ? type : 'float32'
      expect([cut.below.outputs[0], above.inputs[0]]).toMatchObject([{ type: own }, { type: own }])
      if (tensor === 'c') {
        expect([...inner.data]).toEqual(Array.from(data, (value) => short(short(value) + 1)))
      }
      const { data: found } = await above.run({ [tensor]: { type: 'float32', ...inner } }, 'y')
      for (const [cell, value] of found.entries()) {
        expect(value).toBe(short(value))
        expect(Math.abs(value / (data[cell] + 2) - 1)).toBeLessThan(2 ** -fraction)
      }
    }
    await model.dispose()
  })

  it('say that their values are rough', async () => {
    const model = await opened(type, [['Identity', ['x'], ['y']]])
    expect(model.origin('y').rounded).toBe(true)
    await model.dispose()
  })
})
