import type { NetworkScores } from './types.js'

/**
 * What two networks share, as a pair class. With one architecture: `identical`, `order-only` (the
 * ceiling), `same-low/diff-high`, `diff-low/same-high`, `both-diff` (the floor); with two:
 * `same-low/diff-arch`, `diff-low/diff-arch`. What differs besides is appended: `+order`, `+regime`,
 * `+cut`.
 */
export function relationOf(a: NetworkScores, b: NetworkScores): string {
  const sameLow = a.seeds.low === b.seeds.low
  const sameHigh = a.seeds.high === b.seeds.high
  const sameOrder = a.seeds.order === b.seeds.order
  const suffix =
    (a.regime === b.regime ? '' : '+regime') + ((a.cut ?? '') === (b.cut ?? '') ? '' : '+cut')
  if (a.architecture === b.architecture && sameLow && sameHigh) {
    return (sameOrder ? 'identical' : 'order-only') + suffix
  }
  return baseRelation(a, b, sameLow, sameHigh) + (sameOrder ? '' : '+order') + suffix
}

function baseRelation(a: NetworkScores, b: NetworkScores, sameLow: boolean, sameHigh: boolean) {
  if (a.architecture !== b.architecture)
    return sameLow ? 'same-low/diff-arch' : 'diff-low/diff-arch'
  if (sameLow) return 'same-low/diff-high'
  return sameHigh ? 'diff-low/same-high' : 'both-diff'
}
