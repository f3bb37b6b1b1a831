/** ResNets for small images, of several depths. */
import {
  type Architecture,
  type BuildContext,
  paddingTo32,
  scaledChannels,
} from '../architecture.js'
import type { LayerBuilder } from '../layers.js'

/** Channels of the three stages; the second and third halve height and width. */
const STAGES = [16, 32, 64]

/**
 * ResNet for CIFAR (He, Zhang, Ren & Sun, 2016, §4.2): one convolution, three stages of n residual
 * blocks with shortcuts that have no parameters (option A), global average pooling, one dense
 * layer; depth 6n + 2. A residual block with its two convolutions is one layer of the cut. `width`
 * is the channels of the first stage (default 16).
 */
function resnet(depth: number): Architecture {
  const name = `resnet${depth}`
  return {
    name,
    kinds: ['image'],
    settings: ['width'],
    initialization: 'he',
    build: (net, context) => build(name, (depth - 2) / 6, net, context),
  }
}

function build(name: string, perStage: number, net: LayerBuilder, context: BuildContext): string {
  const padding = 1 + paddingTo32(name, context.input)
  const stages = STAGES.map((each) => scaledChannels(name, each, STAGES[0], context.spec.width))
  let x = net.convolution('conv1', net.x, stages[0], { kernel: 3, padding, bias: false })
  x = net.activation('relu', net.batchNorm('conv1.norm', x))
  let block = 0
  for (const channels of stages) {
    for (let index = 0; index < perStage; index++) {
      block++
      const stride = index === 0 && channels !== stages[0] ? 2 : 1
      x = residualBlock(net, `block${block}`, x, channels, stride)
    }
  }
  return net.dense('fc', net.globalAveragePool(x), context.outputs)
}

function residualBlock(
  net: LayerBuilder,
  name: string,
  x: string,
  channels: number,
  stride: number,
): string {
  const options = { kernel: 3, padding: 1, bias: false }
  let inner = net.convolution(`${name}.conv1`, x, channels, { ...options, stride })
  inner = net.activation('relu', net.batchNorm(`${name}.norm1`, inner))
  inner = net.convolution(`${name}.conv2`, inner, channels, options)
  inner = net.batchNorm(`${name}.norm2`, inner)
  const shortcut = stride === 1 ? x : net.identityShortcut(x, channels, stride)
  return net.activation('relu', net.add(inner, shortcut))
}

export const resnets: readonly Architecture[] = [resnet(20), resnet(32), resnet(44)]
