/** LeNet-5 and its variants, which all have the same convolutions below other upper layers. */
import { type Architecture, type BuildContext, paddingTo32 } from '../architecture.js'
import type { LayerBuilder } from '../layers.js'

/** The upper part of a network: from the features [16, 5, 5] of the convolutions to the logits. */
type UpperPart = (net: LayerBuilder, x: string, outputs: number) => string

/**
 * LeNet-5's convolutions (LeCun, Bottou, Bengio & Haffner, 1998) with ReLU and max pooling, below an
 * upper part.
 */
function lenetWith(name: string, upper: UpperPart): Architecture {
  return {
    name,
    kinds: ['image'],
    settings: [],
    initialization: 'torch',
    build(net: LayerBuilder, context: BuildContext) {
      const padding = paddingTo32('lenet', context.input)
      const relu = (x: string) => net.activation('relu', x)
      let x = relu(net.convolution('conv1', net.x, 6, { kernel: 5, padding }))
      x = relu(net.convolution('conv2', net.pool('max', x, 2), 16, { kernel: 5 }))
      return upper(net, net.pool('max', x, 2), context.outputs)
    },
  }
}

function denseLayers(units: readonly number[]): UpperPart {
  return (net, features, outputs) => {
    let x = net.flatten(features)
    units.forEach((count, index) => {
      x = net.activation('relu', net.dense(`fc${index + 1}`, x, count))
    })
    return net.dense(`fc${units.length + 1}`, x, outputs)
  }
}

/** LeNet-5's own dense layers. */
export const lenet = lenetWith('lenet', denseLayers([120, 84]))

/** LeNet with dense layers twice as wide: another upper part on the same low layers. */
export const lenetWide = lenetWith('lenet-wide', denseLayers([240, 168]))

/** LeNet with two further convolutions and global pooling in place of its dense layers. */
export const lenetConv = lenetWith('lenet-conv', (net, features, outputs) => {
  const options = { kernel: 3, padding: 1 }
  let x = net.activation('relu', net.convolution('conv3', features, 64, options))
  x = net.activation('relu', net.convolution('conv4', x, 64, options))
  return net.dense('fc1', net.globalAveragePool(x), outputs)
})

/** LeNet with a residual block of two dense layers in place of its second one. */
export const lenetResidual = lenetWith('lenet-residual', (net, features, outputs) => {
  const x = net.activation('relu', net.dense('fc1', net.flatten(features), 120))
  const inner = net.activation('relu', net.dense('fc2', x, 120))
  const sum = net.add(x, net.dense('fc3', inner, 120))
  return net.dense('fc4', net.activation('relu', sum), outputs)
})
