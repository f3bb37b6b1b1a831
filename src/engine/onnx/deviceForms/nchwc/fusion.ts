/**
 * Activations and sums inside NCHWc convolutions, whose kernel applies them before it writes: each
 * saves a pass over a value as large as an image batch.
 */

import { attributeTypes, type NodeProto } from '../../format.js'
import { NCHWC_DOMAIN } from './layout.js'

/**
 * Nodes with `Relu(Conv(x))` and `Relu(Add(Conv(x), y))` as one convolution each, where nothing else
 * reads what lies between. `kept` are names that must stay: the outputs of the graph.
 */
export function joinActivations(nodes: readonly NodeProto[], kept: readonly string[]): NodeProto[] {
  const producers = new Map(nodes.map((node) => [node.output[0], node]))
  const readers = new Map<string, number>()
  for (const name of [...kept, ...nodes.flatMap(({ input }) => input)]) {
    readers.set(name, (readers.get(name) ?? 0) + 1)
  }
  /** The node that computes a value which only one other node reads. */
  const soleProducer = (name: string) => (readers.get(name) === 1 ? producers.get(name) : undefined)
  const replaced = new Map<NodeProto, NodeProto | undefined>()
  for (const relu of nodes) {
    if (relu.opType !== 'Relu') continue
    const before = soleProducer(relu.input[0])
    if (before === undefined) continue
    if (isConvolution(before)) {
      replaced.set(before, undefined).set(relu, activated(before, relu.output))
      continue
    }
    const position = before.input.findIndex((name) => isConvolution(soleProducer(name)))
    if (before.opType !== 'Add' || position < 0) continue
    const [summand] = before.input.filter((_, index) => index !== position)
    const convolution = soleProducer(before.input[position])!
    if (convolution.input.length > 3) continue
    replaced.set(convolution, undefined).set(before, undefined)
    replaced.set(relu, activated(convolution, relu.output, summand))
  }
  return nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : [node]))
}

function isConvolution(node: NodeProto | undefined): boolean {
  return node?.opType === 'Conv' && node.domain === NCHWC_DOMAIN
}

function activated(convolution: NodeProto, output: string[], summand?: string): NodeProto {
  const [image, weight, bias = ''] = convolution.input
  const input = summand === undefined ? convolution.input : [image, weight, bias, summand]
  const relu = {
    name: 'activation',
    type: attributeTypes.string,
    s: new TextEncoder().encode('Relu'),
  }
  return { ...convolution, input, output, attribute: [...convolution.attribute, relu] }
}
