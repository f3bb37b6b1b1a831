import type { NetworkLayers } from './types.js'

/**
 * What two networks share, as a pair class. With one architecture: `identical`, `order-only` (the
 * ceiling), `same-low/diff-high`, `diff-low/same-high`, `both-diff` (the floor); with two:
 * `same-low/diff-arch`, `diff-low/diff-arch`. What differs besides is appended: `+order`, `+regime`. Where seeds of one are not
 * known: `other-model`. Cut in two places, seeds of low and high are those of other layers: `different-cut`, unless it is one
 * network under two names.
 */
export function relationOf(a: NetworkLayers, b: NetworkLayers): string {
  if (!hasSeeds(a) || !hasSeeds(b)) return a.network === b.network ? 'identical' : 'other-model'
  const sameLow = sameLowLayers(a, b)
  const sameHigh = a.seeds.high === b.seeds.high && lentAlike(a, b, 'high')
  const sameOrder = a.seeds.order === b.seeds.order
  const regime = a.regime === b.regime ? '' : '+regime'
  if (a.cut !== b.cut) return (a.network === b.network ? 'identical' : 'different-cut') + regime
  if (a.architecture === b.architecture && sameLow && sameHigh) {
    return (sameOrder ? 'identical' : 'order-only') + regime
  }
  return baseRelation(a, b, sameLow, sameHigh) + (sameOrder ? '' : '+order') + regime
}

/** Whether it is known what the layers of a network were drawn from. */
export function hasSeeds({ seeds }: NetworkLayers): boolean {
  return seeds.low !== undefined && seeds.high !== undefined
}

/**
 * Equal seeds mean equal low layers, except where these differ in shape, as under two architectures, and within a
 * regime that takes them from trained networks when those differ.
 */
function sameLowLayers(a: NetworkLayers, b: NetworkLayers): boolean {
  return a.seeds.low === b.seeds.low && haveLowShapesAlike(a, b) && lentAlike(a, b, undefined)
}

/** Of networks from elsewhere shapes may not be known (''): within an architecture they are alike, across two they cannot be told. */
function haveLowShapesAlike(a: NetworkLayers, b: NetworkLayers): boolean {
  if (a.architecture !== b.architecture) return a.lowShapes === b.lowShapes && a.lowShapes !== ''
  return a.lowShapes === b.lowShapes || !a.lowShapes || !b.lowShapes
}

/** Whether layers of a side are of one donor, or of none, within a regime that takes them from trained networks. */
function lentAlike(a: NetworkLayers, b: NetworkLayers, side: NetworkLayers['lent']): boolean {
  return a.regime !== b.regime || a.lent !== side || a.donor === b.donor
}

function baseRelation(a: NetworkLayers, b: NetworkLayers, sameLow: boolean, sameHigh: boolean) {
  if (a.architecture !== b.architecture)
    return sameLow ? 'same-low/diff-arch' : 'diff-low/diff-arch'
  if (sameLow) return 'same-low/diff-high'
  return sameHigh ? 'diff-low/same-high' : 'both-diff'
}
