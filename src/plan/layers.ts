/** What a planned network shares with others: the seeds, donor and shapes of its layers, as the comparison takes them. */
import type { NetworkLayers } from '../comparison/types.js'
import { regimeOf } from '../regimes/registry.js'
import type { StudyNetwork, TrainedNetwork } from './types.js'

/** The layers of a network, by which it is told what it has in common with others. */
export function layersOf(network: StudyNetwork): NetworkLayers {
  const inherits = network.origin === 'trained' ? network.spec.inherits : undefined
  return {
    network: network.id,
    name: network.name,
    architecture: network.architecture,
    regime: network.regime,
    cut: network.cut,
    seeds: seedsOf(network),
    donor: inherits === undefined ? undefined : `${inherits.network}@${inherits.step}`,
    lent: inherits && regimeOf(network.regime).side === 'high' ? 'high' : undefined,
    lowShapes: network.lowShapes,
  }
}

/** Seeds by side of the cut; those of a network from elsewhere as they are stated, or unknown. */
function seedsOf(network: StudyNetwork): NetworkLayers['seeds'] {
  if (network.origin === 'given') {
    const { low, high, order } = network.seeds
    const stated = (seed: number | undefined) => (seed === undefined ? undefined : elsewhere(seed))
    return { low: stated(low), high: stated(high), order: elsewhere(order) }
  }
  return {
    low: sideSeed(network, network.lowBlocks),
    high: sideSeed(network, network.highBlocks),
    order: network.seeds.order,
  }
}

/** A seed of another tool, which draws other layers from it than lowlayer does: the two are never the same. */
export function elsewhere(seed: number): string {
  return `${seed} elsewhere`
}

/** The seed of one side of the cut; where its blocks have several, all of them by name. */
function sideSeed(
  { spec: { initSeeds }, drawnElsewhere }: TrainedNetwork,
  blocks: readonly string[],
): number | string {
  const seeds = blocks.map((block) =>
    drawnElsewhere?.includes(block) ? elsewhere(initSeeds[block]) : initSeeds[block],
  )
  if (new Set(seeds).size === 1) return seeds[0]
  return blocks.map((block, index) => `${block}:${seeds[index]}`).join('+')
}
