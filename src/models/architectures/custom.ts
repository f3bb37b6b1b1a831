import { InputError, messageOf } from '../../core/errors.js'
import type { Architecture } from '../architecture.js'
import type { LayerBuilder } from '../layers.js'
import type { LayerSpec, ModelSpec } from '../spec.js'

/** A network as the user lists it in `model.layers`; the last layer is dense, one unit per class. */
export const custom: Architecture = {
  name: 'custom',
  kinds: ['image', 'tabular'],
  settings: ['layers'],
  initialization: 'torch',
  build(net, { spec, outputs }) {
    const layers = layersOf(spec)
    let x = net.x
    layers.forEach((layer, index) => {
      x = appendAt(net, layer, x, index)
    })
    const shape = net.graph.shapeOf(x)
    if (shape.length !== 2 || shape[1] !== outputs) {
      throw new InputError(
        `model.layers must end in { type: dense, units: ${outputs} }, ` +
          `but its output is [${shape.slice(1).join(', ')}] a sample`,
      )
    }
    return x
  },
}

function layersOf({ layers }: ModelSpec): readonly LayerSpec[] {
  if (layers === undefined || layers.length === 0) {
    throw new InputError('architecture custom needs model.layers, a list of layers')
  }
  const names = layers.flatMap((layer) => ('name' in layer ? [layer.name] : []))
  for (const name of names) {
    if (name.includes('.')) throw new InputError(`the layer name "${name}" must hold no dot`)
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new InputError(`model.layers has two layers named "${twice}"`)
  return layers
}

function appendAt(net: LayerBuilder, layer: LayerSpec, x: string, index: number): string {
  try {
    return append(net, layer, x)
  } catch (cause) {
    const shape = net.graph.shapeOf(x).slice(1).join(', ')
    const problem = messageOf(cause)
    throw new InputError(
      `model.layers[${index}] (${layer.type}) does not fit its input [${shape}]: ${problem}`,
      { cause },
    )
  }
}

function append(net: LayerBuilder, layer: LayerSpec, x: string): string {
  switch (layer.type) {
    case 'dense':
      return net.dense(layer.name, net.flatten(x), layer.units)
    case 'conv':
      requireImage(net, x)
      return net.convolution(layer.name, x, layer.channels, layer)
    case 'batch-norm':
      return net.batchNorm(layer.name, x)
    case 'layer-norm':
      return net.layerNorm(layer.name, x)
    case 'max-pool':
    case 'average-pool':
      return net.pool(layer.type === 'max-pool' ? 'max' : 'average', x, layer.size)
    case 'global-average-pool':
      requireImage(net, x)
      return net.globalAveragePool(x)
    case 'flatten':
      return net.flatten(x)
    case 'dropout':
      return net.dropout(x, layer.rate)
    default:
      return net.activation(layer.type, x)
  }
}

function requireImage(net: LayerBuilder, x: string): void {
  if (net.graph.shapeOf(x).length !== 4) throw new Error('it needs channels, height and width')
}
