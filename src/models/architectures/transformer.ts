/** The architecture `transformer`, for texts. */
import { InputError } from '../../core/errors.js'
import { BATCH } from '../../graph/types.js'
import type { Architecture } from '../architecture.js'
import type { LayerBuilder } from '../layers.js'

const DEFAULT_WIDTH = 64
const DEFAULT_DEPTH = 2
const MOST_BLOCKS = 4
/** Features of one attention head. */
const HEAD_WIDTH = 16
/** Widening of the feed-forward part. */
const EXPANSION = 4
/** Subtracted from the attention logits of padding: exp underflows to 0. */
const PADDING_PENALTY = 1e9

/**
 * A small text transformer: token and position embeddings, blocks with layer norm first (Xiong et
 * al., 2020), self-attention (Vaswani et al., 2017) and a GELU feed-forward part, a last layer
 * norm, the mean over the words, one dense layer. Padding (id 0) is neither attended to nor
 * averaged. The sizes are our choice.
 */
export const transformer: Architecture = {
  name: 'transformer',
  kinds: ['text'],
  settings: ['width', 'depth', 'dropout'],
  initialization: 'torch',
  build(net, { spec, input, outputs }) {
    const width = spec.width ?? DEFAULT_WIDTH
    const depth = spec.depth ?? DEFAULT_DEPTH
    checkSize(width, depth)
    if (input.vocabularySize === undefined) {
      throw new InputError('architecture transformer needs text with a vocabulary')
    }
    const [length] = input.shape
    const { graph } = net
    const isWord = graph.node('tokenMask', { inputs: [net.x] })
    let x = net.embedding('embedding.tokens', net.x, input.vocabularySize, width)
    x = net.add(x, net.positions('embedding.positions', length, width))
    for (let block = 1; block <= depth; block++) {
      const name = `block${block}`
      const attended = attention(net, name, net.layerNorm(`${name}.norm1`, x), isWord)
      x = net.add(x, net.dropout(attended, spec.dropout ?? 0))
      const fed = feedForward(net, name, net.layerNorm(`${name}.norm2`, x))
      x = net.add(x, net.dropout(fed, spec.dropout ?? 0))
    }
    return net.dense('head', wordMean(net, net.layerNorm('head.norm', x), isWord), outputs)
  },
}

function checkSize(width: number, depth: number): void {
  if (width % HEAD_WIDTH !== 0) {
    throw new InputError(`model.width ${width} of transformer must be a multiple of ${HEAD_WIDTH}`)
  }
  if (depth < 1 || depth > MOST_BLOCKS) {
    throw new InputError(`model.depth ${depth} of transformer must be from 1 to ${MOST_BLOCKS}`)
  }
}

/** Softmax(QKᵀ/√d)·V in heads of {@link HEAD_WIDTH} features. */
function attention(net: LayerBuilder, block: string, x: string, isWord: string): string {
  const { graph } = net
  const [, length, width] = graph.shapeOf(x)
  const heads = width / HEAD_WIDTH
  const byHead = (role: string) => {
    const projected = net.denseOverTokens(`${block}.${role}`, x, width)
    const shape = [BATCH, length, heads, HEAD_WIDTH]
    const split = graph.node('reshape', { inputs: [projected], shape })
    return graph.node('transpose', { inputs: [split], permutation: [0, 2, 1, 3] })
  }
  const product = (a: string, b: string, transposeB: boolean) =>
    graph.node('matrixProduct', { inputs: [a, b], transposeA: false, transposeB })
  const similarity = product(byHead('query'), byHead('key'), true)
  const factor = 1 / Math.sqrt(HEAD_WIDTH)
  const scaled = graph.node('affine', { inputs: [similarity], factor, offset: 0 })
  const penalty = graph.node('affine', {
    inputs: [graph.node('reshape', { inputs: [isWord], shape: [BATCH, 1, 1, length] })],
    factor: PADDING_PENALTY,
    offset: -PADDING_PENALTY,
  })
  const weights = graph.node('softmax', { inputs: [net.add(scaled, penalty)] })
  const mixed = product(weights, byHead('value'), false)
  const joined = graph.node('transpose', { inputs: [mixed], permutation: [0, 2, 1, 3] })
  const flat = graph.node('reshape', { inputs: [joined], shape: [BATCH, length, width] })
  return net.denseOverTokens(`${block}.out`, flat, width)
}

function feedForward(net: LayerBuilder, block: string, x: string): string {
  const width = net.graph.shapeOf(x)[2]
  const wide = net.denseOverTokens(`${block}.expand`, x, EXPANSION * width)
  return net.denseOverTokens(`${block}.contract`, net.activation('gelu', wide), width)
}

/** Mean over the positions that hold a word; 0 for a text without any. */
function wordMean(net: LayerBuilder, x: string, isWord: string): string {
  const { graph } = net
  const [, length] = graph.shapeOf(x)
  const mask = graph.node('reshape', { inputs: [isWord], shape: [BATCH, length, 1] })
  const words = graph.node('binary', { operation: 'multiply', inputs: [x, mask] })
  const sum = { operation: 'sum', axes: [1], keepAxes: false } as const
  const total = graph.node('reduction', { ...sum, inputs: [words] })
  const count = graph.node('reduction', { ...sum, inputs: [mask] })
  const atLeast = graph.node('affine', { inputs: [count], factor: 1, offset: 1e-6 })
  return graph.node('binary', { operation: 'divide', inputs: [total, atLeast] })
}
