import { type Architecture, type BuildContext, paddingTo32 } from '../architecture.js'
import type { LayerBuilder } from '../layers.js'

/** LeNet-5's layers (LeCun, Bottou, Bengio & Haffner, 1998) with ReLU and max pooling. */
function build(net: LayerBuilder, context: BuildContext, denseUnits: readonly number[]): string {
  const padding = paddingTo32('lenet', context.input)
  const relu = (x: string) => net.activation('relu', x)
  let x = relu(net.convolution('conv1', net.x, 6, { kernel: 5, padding }))
  x = relu(net.convolution('conv2', net.pool('max', x, 2), 16, { kernel: 5 }))
  x = net.flatten(net.pool('max', x, 2))
  x = relu(net.dense('fc1', x, denseUnits[0]))
  x = relu(net.dense('fc2', x, denseUnits[1]))
  return net.dense('fc3', x, context.outputs)
}

export const lenet: Architecture = {
  name: 'lenet',
  kinds: ['image'],
  initialization: 'torch',
  build: (net, context) => build(net, context, [120, 84]),
}

/** LeNet with the same convolutions and dense layers twice as wide: another upper part. */
export const lenetWide: Architecture = {
  name: 'lenet-wide',
  kinds: ['image'],
  initialization: 'torch',
  build: (net, context) => build(net, context, [240, 168]),
}
