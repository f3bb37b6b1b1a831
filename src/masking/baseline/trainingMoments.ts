/** Means and deviations of what is masked over the training samples, for baselines made from them. */
import type { Dataset } from '../../data/types.js'
import type { BoundNetwork } from '../../engine/types.js'
import { lowerGraph } from '../../graph/cut.js'
import { valueShape } from '../evaluation/layerValue.js'
import { openPart } from '../evaluation/parameters.js'
import { ChannelMoments, type Moments } from './baselines.js'

/** Training samples that run together through the layers below the masked value. */
const BATCH_SIZE = 64

/**
 * Means and deviations over the training set of the channels of the value that is masked: of the inputs themselves,
 * or of what the layers below make of them. Padding of texts (token 0) is left out.
 */
export async function trainingMoments(
  network: BoundNetwork,
  at: string,
  data: Dataset,
): Promise<Moments> {
  const { graph } = network
  const moments = new ChannelMoments(
    data.kind === 'text' ? valueShape(graph, at).slice(-1) : valueShape(graph, at),
  )
  if (graph.inputs[0].name === at) {
    moments.add(data.train.inputs)
    return moments.result()
  }
  const lower = lowerGraph(graph, at)
  const predictor = await openPart(network, lower)
  const size = data.train.inputs.length / data.train.count
  for (let row = 0; row < data.train.count; row += BATCH_SIZE) {
    const inputs = data.train.inputs.subarray(row * size, (row + BATCH_SIZE) * size)
    const fed = data.kind === 'text' ? Int32Array.from(inputs) : inputs
    const shape = [inputs.length / size, ...data.shape]
    const values = await predictor.run({ [lower.inputs[0].name]: { shape, data: fed } })
    moments.add(data.kind === 'text' ? withoutPadding(values, inputs) : values)
  }
  await predictor.dispose()
  return moments.result()
}

/** Embeddings [tokens, E] of the tokens that are words. */
function withoutPadding(embeddings: Float32Array, tokens: Float32Array): Float32Array {
  const width = embeddings.length / tokens.length
  return embeddings.filter((_, cell) => tokens[Math.floor(cell / width)] !== 0)
}
