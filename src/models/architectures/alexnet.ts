import { type Architecture, paddingTo32, scaledChannels } from '../architecture.js'

/**
 * AlexNet (Krizhevsky, Sutskever & Hinton, 2012) in its form for 32×32 images: five convolutions,
 * pools of 2×2, one dense layer. 2,472,266 parameters with 3 channels and 10 classes. `width`
 * scales all convolutions; it is the channels of the first one (default 64).
 */
export const alexnet: Architecture = {
  name: 'alexnet',
  kinds: ['image'],
  settings: ['width', 'dropout'],
  initialization: 'torch',
  build(net, { spec, input, outputs }) {
    const relu = (x: string) => net.activation('relu', x)
    const wide = (channels: number) => scaledChannels('alexnet', channels, 64, spec.width)
    const padding = 5 + paddingTo32('alexnet', input)
    let x = relu(net.convolution('conv1', net.x, wide(64), { kernel: 11, stride: 4, padding }))
    x = net.pool('max', x, 2)
    x = net.pool('max', relu(net.convolution('conv2', x, wide(192), { kernel: 5, padding: 2 })), 2)
    x = relu(net.convolution('conv3', x, wide(384), { kernel: 3, padding: 1 }))
    x = relu(net.convolution('conv4', x, wide(256), { kernel: 3, padding: 1 }))
    x = net.pool('max', relu(net.convolution('conv5', x, wide(256), { kernel: 3, padding: 1 })), 2)
    return net.dense('fc', net.dropout(net.flatten(x), spec.dropout ?? 0), outputs)
  },
}
