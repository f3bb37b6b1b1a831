/** Low layers that are stated of networks from elsewhere against their weights: grids, and contradictions. */
import { describe, expect, it } from 'vitest'
import type { GivenNetworkConfig } from '../config/networks.js'
import { checkStatedLayers, notCrossed, statedCuts } from './statedLayers.js'
import type { GivenNetworkInfo } from './types.js'

/** A network from elsewhere with these low weights, by name and shape. */
function network(
  entry: Partial<GivenNetworkConfig> & Pick<GivenNetworkConfig, 'name'>,
  shapes?: string,
  hashes: readonly string[] = ['a'],
): GivenNetworkInfo {
  return {
    entry: {
      architecture: 'resnet',
      regime: 'init',
      path: '{step}.onnx',
      low: 0,
      high: 0,
      order: 0,
      reference: false,
      ...entry,
    } as GivenNetworkConfig,
    checkpoints: hashes.map((_, step) => ({
      step,
      file: `${entry.name}/${step}.onnx`,
      id: `${entry.name}${step}`,
      bytes: 1,
    })),
    stepsPerEpoch: 1,
    ...(shapes === undefined ? {} : { low: { shapes, parameters: 1, hashes } }),
  }
}

const conv1 = 'conv1.bias 4, conv1.weight 4×1×3×3'
const both = `${conv1}, conv2.weight 8×4×3×3`

describe('cuts of networks from elsewhere', () => {
  const cutsOf = (...networks: GivenNetworkInfo[]) => statedCuts(networks).map(({ cut }) => cut)

  it('count the layers, and are those beside them of a network that names none', () => {
    const named = network({ name: 'a', lowLayers: ['conv1'] }, conv1)
    expect(cutsOf(network({ name: 'b' }), named)).toEqual([1, 1])
    expect(cutsOf(network({ name: 'b', regime: 'frozen-random' }), named)).toEqual([undefined, 1])
    const deeper = network({ name: 'c', lowLayers: ['conv1', 'conv2'] }, both)
    expect(cutsOf(named, deeper)).toEqual([1, 2])
  })

  it('name the layers where as many others are low', () => {
    const first = network({ name: 'a', lowLayers: ['conv1'] }, conv1)
    const second = network({ name: 'b', lowLayers: ['conv2'] }, 'conv2.weight 8×4×3×3')
    expect(cutsOf(first, second)).toEqual(['conv1', 'conv2'])
    const elsewhere = network({ ...second.entry, architecture: 'vgg' }, 'conv2.weight 8×4×3×3')
    expect(cutsOf(first, elsewhere)).toEqual([1, 1])
  })

  it('are named in every architecture that has the same layers, and by no network without seeds', () => {
    const layers = (name: string, architecture: string) =>
      network({ name, architecture, lowLayers: ['conv1'] }, conv1)
    const other = { name: 'c', lowLayers: ['conv2'] }
    const second = network(other, 'conv2.weight 8×4×3×3')
    expect(cutsOf(layers('a', 'resnet'), layers('b', 'vgg'), second)).toEqual([
      'conv1',
      'conv1',
      'conv2',
    ])
    const unseeded = network({ ...other, low: undefined, high: undefined }, 'conv2.weight 8×4×3×3')
    expect(cutsOf(layers('a', 'resnet'), layers('b', 'vgg'), unseeded)).toEqual([1, 1, 1])
  })

  it('are the same of the same weights, whatever they are called', () => {
    const layers = network({ name: 'a', lowLayers: ['conv1', 'conv2'] }, both)
    const weights = network({ name: 'b', lowLayers: ['conv1.weight', 'conv1.bias', 'conv2'] }, both)
    expect(statedCuts([layers, weights])).toEqual([
      { cut: 2, lowBlocks: ['conv1', 'conv2'] },
      { cut: 2, lowBlocks: ['conv1', 'conv2'] },
    ])
  })
})

describe('networks that are not crossed', () => {
  it('are told of where other layers are low, or one says no architecture', () => {
    const first = network({ name: 'a', lowLayers: ['conv1'] }, conv1)
    const second = network({ name: 'b', lowLayers: ['conv2'] }, 'conv2.weight 8×4×3×3')
    expect(notCrossed([first, second])).toEqual([
      expect.stringMatching(/resnet name different low layers \(conv1: a; conv2: b\)/),
    ])
    expect(notCrossed([first, network({ name: 'c', architecture: 'onnx' })])).toEqual([
      expect.stringMatching(/architecture of c, which are crossed with none of resnet/),
    ])
    const deeper = network({ name: 'd', lowLayers: ['conv1', 'conv2'] }, both)
    expect(notCrossed([first, deeper])).toEqual([])
    const alone = network({ name: 'e', architecture: 'onnx', low: undefined, high: undefined })
    expect(notCrossed([first, alone])).toEqual([])
  })
})

describe('what is stated of layers', () => {
  const reason = (...networks: GivenNetworkInfo[]) => {
    try {
      checkStatedLayers(networks)
      return 'none'
    } catch (error) {
      return (error as Error).message
    }
  }
  const lowLayers = ['0']

  it('cannot be one low seed of layers of other shapes, however late their files begin', () => {
    const [four, six] = ['0.weight 4×1×3×3', '0.weight 6×1×3×3']
    const path = 'one.onnx'
    const found = reason(
      network({ name: 'a', lowLayers, path }, four),
      network({ name: 'b', lowLayers, path, high: 1 }, six),
    )
    expect(found).toMatch(
      /"a" \(a\/0\.onnx\) and "b" .* both have low seed 0, .* other shapes \(0\.weight 4×1×3×3; 0\.weight 6×1×3×3\)/,
    )
    const whole = network({ name: 'b', lowLayers: ['0.weight'], path, high: 1 }, six)
    expect(reason(network({ name: 'a', lowLayers, path }, four), whole)).toMatch(/other shapes/)
    const ofOthers = { name: 'b', lowLayers, architecture: 'wide' }
    expect(reason(network({ name: 'a', lowLayers }, four), network(ofOthers, six))).toBe('none')
    const ofOtherSeed = { name: 'b', lowLayers, low: 1 }
    expect(reason(network({ name: 'a', lowLayers }, four), network(ofOtherSeed, six))).toBe('none')
  })

  it('cannot be frozen layers that change, of which it names both files', () => {
    const moving = network({ name: 'a', lowLayers, regime: 'frozen-random' }, 'x 1', [
      'a',
      'a',
      'b',
    ])
    expect(reason(moving)).toMatch(
      /"a": its low layers are others in a\/2\.onnx than in a\/0\.onnx, .*frozen-random freezes/,
    )
  })
})
