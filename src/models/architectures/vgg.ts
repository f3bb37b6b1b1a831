/** VGG networks for small images, with and without batch norm. */
import {
  type Architecture,
  type BuildContext,
  paddingTo32,
  scaledChannels,
} from '../architecture.js'
import type { LayerBuilder } from '../layers.js'

/** Channels of the convolutions of each stage; every stage ends in a 2×2 max pool. */
const stages = {
  11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  13: [
    [64, 64],
    [128, 128],
    [256, 256],
    [512, 512],
    [512, 512],
  ],
  16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
} as const

type Depth = keyof typeof stages

/**
 * VGG (Simonyan & Zisserman, 2015, table 1: A, B, D) in its form for 32×32 images: one dense layer.
 * `width` scales all convolutions; it is the channels of the first one (default 64).
 */
function vgg(depth: Depth, batchNorm: boolean): Architecture {
  const name = `vgg${depth}${batchNorm ? '-bn' : ''}`
  return {
    name,
    kinds: ['image'],
    settings: ['width', 'dropout'],
    initialization: 'he',
    build: (net, context) => build(name, depth, batchNorm, net, context),
  }
}

function build(
  name: string,
  depth: Depth,
  batchNorm: boolean,
  net: LayerBuilder,
  { spec, input, outputs }: BuildContext,
): string {
  let extra = paddingTo32(name, input)
  let x = net.x
  let layer = 0
  for (const stage of stages[depth]) {
    for (const channels of stage) {
      layer++
      const block = `conv${layer}`
      const wide = scaledChannels(name, channels, 64, spec.width)
      x = net.convolution(block, x, wide, { kernel: 3, padding: 1 + extra })
      if (batchNorm) x = net.batchNorm(`${block}.norm`, x)
      x = net.activation('relu', x)
      extra = 0
    }
    x = net.pool('max', x, 2)
  }
  return net.dense('fc', net.dropout(net.flatten(x), spec.dropout ?? 0), outputs)
}

export const vggs: readonly Architecture[] = [
  vgg(11, false),
  vgg(13, false),
  vgg(16, false),
  vgg(11, true),
  vgg(13, true),
  vgg(16, true),
]
