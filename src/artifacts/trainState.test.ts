/** Training states read back against those that were written. */
import { describe, expect, it } from 'vitest'
import { InputError } from '../core/errors.js'
import type { Tensors } from '../core/tensor.js'
import { encodeNpz, type NpzContent } from '../formats/npz.js'
import { decodeTrainState, encodeTrainState } from './trainState.js'

const tensor = (shape: readonly number[], first: number) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => first + at / 7),
})
const state = {
  step: 48,
  trainedBy: [{ engine: 'onnx', device: 'cpu', versions: { 'onnxruntime-node': '1.30.0' } }],
  parameters: { 'fc.weight': tensor([2, 3], 1), 'fc.bias': tensor([3], 2) },
  slots: { 'fc.weight.momentum': tensor([2, 3], 3), 'fc.bias.momentum': tensor([3], 4) },
}
const shapesOf = (tensors: Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))
const shapes = { parameters: shapesOf(state.parameters), slots: shapesOf(state.slots) }

const arrays: NpzContent = {
  step: Int32Array.of(state.step),
  trainedBy: new TextEncoder().encode(JSON.stringify(state.trainedBy)),
  'parameters/fc.weight': state.parameters['fc.weight'],
  'parameters/fc.bias': state.parameters['fc.bias'],
  'slots/fc.weight.momentum': state.slots['fc.weight.momentum'],
  'slots/fc.bias.momentum': state.slots['fc.bias.momentum'],
}
const reading = (content: NpzContent) => () =>
  decodeTrainState(encodeNpz(content), 'resume.npz', shapes)

describe('a training state', () => {
  it('reads back as it was written', () => {
    expect(decodeTrainState(encodeTrainState(state), 'resume.npz', shapes)).toEqual(state)
    expect(reading(arrays)()).toEqual(state)
  })

  it.each(Object.keys(arrays))('without %s is refused', (name) => {
    const { [name]: _, ...others } = arrays
    expect(reading(others)).toThrow(InputError)
    expect(reading(others)).toThrow(name)
  })

  it.each<[string, NpzContent]>([
    [
      'with an array that no network of these has',
      { 'slots/fc.weight.second': state.slots['fc.bias.momentum'] },
    ],
    [
      'with weights of another shape',
      { 'parameters/fc.weight': { data: new Float32Array(6), shape: [3, 2] } },
    ],
    ['with weights of another type', { 'parameters/fc.bias': Float64Array.of(1, 2, 3) }],
    ['with two steps', { step: Int32Array.of(1, 2) }],
    ['with a step below none', { step: Int32Array.of(-1) }],
    ['with a step that is no whole number', { step: Float64Array.of(1.5) }],
    ['with engines that are no JSON', { trainedBy: new TextEncoder().encode('[{') }],
    ['with engines that are none', { trainedBy: new TextEncoder().encode('[{"engine":"onnx"}]') }],
    ['with engines that are no list', { trainedBy: new TextEncoder().encode('null') }],
  ])('%s is refused', (_, change) => {
    expect(reading({ ...arrays, ...change })).toThrow(InputError)
    expect(reading({ ...arrays, ...change })).toThrow(/resume\.npz/)
  })
})
