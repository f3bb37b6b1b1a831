import type { SampleId } from '../confusing/types.js'
import { getOrMake } from '../core/getOrMake.js'
import type { Intersection, NetworkScores } from './types.js'

/**
 * Which samples lie in the sets of exactly which networks, as an UpSet plot needs it: each combination
 * of networks that occurs, largest first, then in order of the panel. Samples in no set are left out.
 */
export function setIntersections(
  networks: readonly Pick<NetworkScores, 'network' | 'name' | 'set'>[],
  samples: readonly SampleId[],
): Intersection[] {
  const sets = networks.map((network) => new Set(network.set))
  const groups = new Map<string, Intersection & { samples: SampleId[] }>()
  for (const sample of samples) {
    const holders = networks.filter((_, index) => sets[index].has(sample))
    if (holders.length === 0) continue
    const ids = holders.map(({ network }) => network)
    const names = holders.map(({ name }) => name)
    const made = () => ({ networks: ids, names, samples: [] })
    getOrMake(groups, JSON.stringify(ids), made).samples.push(sample)
  }
  return [...groups.values()].sort((a, b) => b.samples.length - a.samples.length)
}
