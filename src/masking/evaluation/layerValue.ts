/** Finds the place inside a network at which a layer's output can be masked. */
import { InputError } from '../../core/errors.js'
import { cutValues, lowerGraph } from '../../graph/cut.js'
import { inferTypes } from '../../graph/infer.js'
import { blockOf, type Graph } from '../../graph/types.js'

/**
 * The value that carries everything the network knows after a block: the last value that all paths
 * run through before a later block adds its part (after the block's activation and pooling, that is).
 * Throws InputError when the block does not exist, has no such value (it stands inside a residual
 * block, say), or is the last one.
 */
export function layerValue(graph: Graph, block: string): string {
  const blocks = [...new Set(graph.parameters.map(({ name }) => blockOf(name)))]
  const ends = blockEnds(graph, blocks)
  if (!blocks.includes(block)) {
    throw new InputError(`the network has no layer "${block}"; its layers are ${blocks.join(', ')}`)
  }
  const value = ends.get(block)
  if (value === undefined || value === graph.output) {
    const usable = blocks.filter((name) => ends.has(name) && ends.get(name) !== graph.output)
    throw new InputError(
      `players cannot be cells of layer "${block}": the network has no single value after it; ` +
        `layers with one are ${usable.join(', ')}`,
    )
  }
  return value
}

/** The last cut value whose latest block is each block. */
function blockEnds(graph: Graph, blocks: readonly string[]): Map<string, string> {
  const ends = new Map<string, string>()
  for (const value of cutValues(graph)) {
    const depths = lowerGraph(graph, value).parameters.map(({ name }) =>
      blocks.indexOf(blockOf(name)),
    )
    if (depths.length > 0) ends.set(blocks[Math.max(...depths)], value)
  }
  return ends
}

/** The first embedding of a text network: what masking replaces, so that word order stays. */
export function embeddingValue(graph: Graph): string {
  const [ids] = graph.inputs
  const node = graph.nodes.find(
    ({ kind, inputs }) => kind === 'embedding' && inputs[0] === ids.name,
  )
  if (node === undefined) {
    throw new InputError('players cannot be tokens: the network has no embedding of its input')
  }
  return node.name
}

/** Shape of a value without its batch axis. */
export function valueShape(graph: Graph, value: string): readonly number[] {
  return inferTypes(graph).get(value)?.shape.slice(1) ?? []
}
