import { stream } from '../core/random.js'

/**
 * Which training rows make up the batch of a step. The rows come from an endless sequence of
 * epochs, each a fresh permutation of all rows from the stream (seed, 'order'), epoch e from its
 * e-th substream; step t takes positions t·B … (t+1)·B − 1 of that sequence. So batches are always
 * full, every row is seen equally often, and any step's batch follows from its number alone.
 */
export function batchOrder(
  seed: number,
  rows: number,
  batchSize: number,
): (step: number) => Uint32Array {
  const order = stream(seed, 'order')
  let cached: { readonly epoch: number; readonly permutation: Uint32Array } | undefined
  const permutationOf = (epoch: number): Uint32Array => {
    if (cached?.epoch !== epoch) cached = { epoch, permutation: order.at(epoch).permutation(rows) }
    return cached.permutation
  }
  return (step) =>
    Uint32Array.from({ length: batchSize }, (_, offset) => {
      const position = step * batchSize + offset
      return permutationOf(Math.floor(position / rows))[position % rows]
    })
}
