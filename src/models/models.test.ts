import { describe, expect, it } from 'vitest'
import { InputError } from '../core/errors.js'
import { inferTypes } from '../graph/infer.js'
import { buildModel } from './build.js'
import { lowBlocks } from './cut.js'
import { exampleModel } from './examples.js'
import { initialize } from './initialize.js'
import { architectures } from './registry.js'

describe.each(architectures.map(({ name }) => name))('%s', (name) => {
  const model = exampleModel(name)

  it('is a sound graph from a batch of inputs to logits', () => {
    const types = inferTypes(model.graph)
    expect(types.get(model.graph.output)?.shape).toEqual([-1, 2])
    expect(inferTypes(model.graph, 3).get(model.graph.output)?.shape).toEqual([3, 2])
  })

  it('draws the same weights from the same seeds', () => {
    expect(initialize(model, () => 5)).toEqual(initialize(model, () => 5))
  })

  it.each(model.blocks.map((block) => block.name))(
    'leaves every other block bit-identical when the seed of %s changes',
    (changed) => {
      const before = initialize(model, () => 1)
      const after = initialize(model, (block) => (block === changed ? 2 : 1))
      for (const block of model.blocks) {
        const weights = block.parameters.map((parameter) => before[parameter].data)
        const others = block.parameters.map((parameter) => after[parameter].data)
        if (block.name === changed) expect(others).not.toEqual(weights)
        else expect(others).toEqual(weights)
      }
    },
  )

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
  it('LeNet-5 on 28×28 digits has 61,706', () => {
    const input = { kind: 'image', shape: [1, 28, 28], classes: 10 } as const
    expect(buildModel({ architecture: 'lenet' }, input).parameterCount).toBe(61706)
  })
})

describe('bad specifications', () => {
  const input = { kind: 'image', shape: [1, 28, 28], classes: 10 } as const
  const model = buildModel({ architecture: 'lenet' }, input)

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
  ])('%s is an InputError that says what to do', (attempt, message) => {
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow(message)
  })
})
