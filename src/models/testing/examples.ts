/** A small network of every architecture, for tests. */
import { buildModel } from '../build.js'
import type { InputDescription, LayerSpec, ModelSpec } from '../spec.js'
import type { Model } from '../types.js'

const tabular: InputDescription = { kind: 'tabular', shape: [9], classes: 2 }
const digit: InputDescription = { kind: 'image', shape: [1, 28, 28], classes: 2 }

const picture: InputDescription = { kind: 'image', shape: [3, 32, 32], classes: 2 }
const text: InputDescription = { kind: 'text', shape: [6], classes: 2, vocabularySize: 11 }

const customLayers: readonly LayerSpec[] = [
  { type: 'conv', name: 'conv', channels: 4, kernel: 3, stride: 2, padding: 1 },
  { type: 'batch-norm', name: 'norm' },
  { type: 'gelu' },
  { type: 'average-pool', size: 2 },
  { type: 'dense', name: 'fc1', units: 12 },
  { type: 'layer-norm', name: 'norm2' },
  { type: 'tanh' },
  { type: 'dropout', rate: 0.25 },
  { type: 'dense', name: 'fc2', units: 2 },
]

/**
 * A narrow member of every architecture for two classes, for tests and self-tests of engines:
 * dropout is on wherever there is any. `channels` is the width of convolutional networks.
 */
export function exampleModel(architecture: string, channels = 4): Model {
  return buildModel(exampleSpec(architecture, channels), exampleInput(architecture))
}

function exampleSpec(architecture: string, channels: number): ModelSpec {
  switch (architecture) {
    case 'transformer':
      return { architecture, width: 16, dropout: 0.1 }
    case 'custom':
      return { architecture, layers: customLayers }
    default:
      return { architecture, dropout: 0.1, width: architecture.includes('mlp') ? 16 : channels }
  }
}

function exampleInput(architecture: string): InputDescription {
  if (architecture.includes('mlp')) return tabular
  if (architecture === 'transformer') return text
  return architecture.startsWith('lenet') || architecture === 'custom' ? digit : picture
}
