/** Every architecture: sound graphs, published parameter counts, seeds by block, and cuts at every depth. */
import { describe, expect, it } from 'vitest'
import { InputError } from '../core/errors.js'
import type { Tensor } from '../core/tensor.js'
import { inferTypes } from '../graph/infer.js'
import { blockOf } from '../graph/types.js'
import { buildModel } from './build.js'
import { lowBlocks } from './cut.js'
import { initialize } from './initialize.js'
import { architectures } from './registry.js'
import type { InputDescription, LayerSpec } from './spec.js'
import { exampleModel } from './testing/examples.js'

function sameBits(a: Tensor, b: Tensor): boolean {
  return Buffer.from(a.data.buffer).equals(Buffer.from(b.data.buffer))
}

describe.each(architectures.map(({ name }) => name))('%s', (name) => {
  const model = exampleModel(name)

  it('is a sound graph from a batch of inputs to logits', () => {
    const types = inferTypes(model.graph)
    expect(types.get(model.graph.output)?.shape).toEqual([-1, 2])
    expect(inferTypes(model.graph, 3).get(model.graph.output)?.shape).toEqual([3, 2])
  })

  it('draws each block from its own seed alone', () => {
    const position = new Map(model.blocks.map(({ name: block }, index) => [block, index]))
    const first = initialize(model, () => 1)
    const mixed = initialize(model, (block) => 1 + (position.get(block)! % 2))
    for (const { name: parameter, init } of model.graph.parameters) {
      const redrawn = position.get(blockOf(parameter))! % 2 === 1 && init.kind !== 'constant'
      expect(sameBits(first[parameter], mixed[parameter]), parameter).toBe(!redrawn)
    }
  })

  it('cuts low from high at every depth', () => {
    for (let depth = 1; depth < model.blocks.length; depth++) {
      const names = model.blocks.slice(0, depth).map((block) => block.name)
      expect(lowBlocks(model, depth)).toEqual(names)
      expect(lowBlocks(model, [...names].reverse())).toEqual(names)
    }
    expect(lowBlocks(model)).toHaveLength(Math.ceil(model.blocks.length / 3))
  })
})

describe('published parameter counts', () => {
  const digit: InputDescription = { kind: 'image', shape: [1, 28, 28], classes: 10 }
  const picture: InputDescription = { kind: 'image', shape: [3, 32, 32], classes: 10 }

  it.each([
    ['lenet', digit, 61_706],
    ['lenet-wide', digit, 140_990],
    ['lenet-conv', digit, 49_430],
    ['lenet-residual', digit, 80_942],
    ['alexnet', picture, 2_472_266],
    ['vgg11-bn', picture, 9_231_114],
    ['vgg13-bn', picture, 9_416_010],
    ['vgg16-bn', picture, 14_728_266],
    ['vgg11', picture, 9_225_610],
    ['vgg13', picture, 9_410_122],
    ['vgg16', picture, 14_719_818],
    ['resnet20', picture, 269_722],
    ['resnet32', picture, 464_154],
    ['resnet44', picture, 658_586],
  ] as const)('%s', (architecture, input, count) => {
    expect(buildModel({ architecture }, input).parameterCount).toBe(count)
  })

  it('of the transformer follow from its sizes', () => {
    const [tokens, length, width] = [100, 32, 48]
    const input: InputDescription = {
      kind: 'text',
      shape: [length],
      classes: 2,
      vocabularySize: tokens,
    }
    const block = 4 * (width * width + width) + 8 * width * width + 5 * width + 4 * width
    const rest = (tokens + length) * width + 2 * width + 2 * width + 2
    const model = buildModel({ architecture: 'transformer', width, depth: 3 }, input)
    expect(model.parameterCount).toBe(3 * block + rest)
  })
})

describe('bad specifications', () => {
  const input = { kind: 'image', shape: [1, 28, 28], classes: 10 } as const
  const text = { kind: 'text', shape: [8], classes: 2, vocabularySize: 9 } as const
  const model = buildModel({ architecture: 'lenet' }, input)
  const customModel = (layers: readonly LayerSpec[]) =>
    buildModel({ architecture: 'custom', layers }, input)

  it.each([
    [() => buildModel({ architecture: 'lenett' }, input), 'did you mean "lenet"'],
    [
      () => buildModel({ architecture: 'lenet' }, { kind: 'tabular', shape: [9], classes: 2 }),
      'takes image data',
    ],
    [
      () => buildModel({ architecture: 'lenet' }, { ...input, shape: [1, 20, 20] }),
      '28×28 or 32×32',
    ],
    [() => buildModel({ architecture: 'lenet', head: 'binary' }, input), '2 classes'],
    [() => lowBlocks(model, 5), 'deeper than the network'],
    [() => lowBlocks(model, 0), 'whole number'],
    [() => lowBlocks(model, 1.5), 'whole number'],
    [() => lowBlocks(model, ['conv3']), 'did you mean "conv1"'],
    [() => lowBlocks(model, []), 'names no layer'],
    [() => buildModel({ architecture: 'custom' }, input), 'needs model.layers'],
    [() => customModel([{ type: 'dense', name: 'a', units: 3 }]), 'units: 10'],
    [() => customModel([{ type: 'dense', name: 'a.b', units: 10 }]), 'no dot'],
    [
      () =>
        customModel([
          { type: 'dense', name: 'a', units: 3 },
          { type: 'dense', name: 'a', units: 10 },
        ]),
      'two layers named "a"',
    ],
    [
      () => customModel([{ type: 'flatten' }, { type: 'conv', name: 'a', channels: 2, kernel: 3 }]),
      'model.layers[1] (conv) does not fit its input [784]',
    ],
    [
      () => customModel([{ type: 'max-pool', size: 40 }]),
      'model.layers[0] (max-pool) does not fit its input [1, 28, 28]',
    ],
    [() => buildModel({ architecture: 'resnet20', width: 5 }, input), 'even number'],
    [
      () => buildModel({ architecture: 'transformer' }, { kind: 'text', shape: [8], classes: 2 }),
      'vocabulary',
    ],
    [() => buildModel({ architecture: 'transformer', width: 20 }, text), 'multiple of 16'],
    [() => buildModel({ architecture: 'transformer', depth: 5 }, text), 'from 1 to 4'],
  ])('%s is an InputError that says what to do', (attempt, message) => {
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow(message)
  })
})
