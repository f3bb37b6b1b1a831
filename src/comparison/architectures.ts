/**
 * Do low layers decide below other upper parts as well? Networks of several architectures with the same low layers are
 * laid out as low seeds × architectures, one network a cell, and compared like any grid: the architecture takes the place
 * of the high seed (our choice). Its share is what networks of one architecture have in common, whatever their low layers.
 */

import { groupBy } from '../core/groupBy.js'
import { counted } from '../core/numberWords.js'
import { differenceInPercent, inPercent, short } from './clauses/wording.js'
import { findGrids, type Grid, isCrossed, isMirror } from './grid.js'
import type { GridStatistics } from './gridStatistics.js'
import type { AcrossArchitectures, NetworkScores } from './types.js'

/**
 * The grids of low seeds × architectures: one for each regime and cut in which two architectures have low layers of the
 * same shapes. Of a network drawn with several high or order seeds, the first ones that all architectures have.
 */
export function architectureGrids(
  networks: readonly NetworkScores[],
  usable: ReadonlySet<number>,
): Grid[] {
  const positions = [...usable].filter(
    (position) => !isMirror(networks[position]) && networks[position].lowShapes !== '',
  )
  const kinds = groupBy(positions, (position) => {
    const { regime, cut, lowShapes } = networks[position]
    return JSON.stringify([regime, cut ?? null, lowShapes ?? null])
  })
  return [...kinds.values()].flatMap((members) => {
    const byArchitecture = groupBy(members, (position) => networks[position].architecture)
    const names = [...byArchitecture.keys()]
    const upper = commonUpperSeeds([...byArchitecture.values()], networks)
    if (names.length < 2 || upper === undefined) return []
    const relabelled = networks.map((network) => ({
      ...network,
      architecture: names.join(', '),
      seeds: { ...network.seeds, high: network.architecture },
    }))
    const same = members.filter((position) => upperSeeds(networks[position]) === upper)
    return findGrids(relabelled, new Set(same))
  })
}

/** What was found across architectures; a grid with less than two rows or columns says nothing. */
export function acrossArchitectures(grids: readonly GridStatistics[]): AcrossArchitectures[] {
  return grids.flatMap(({ grid, shares, tests, sets }) => {
    if (!isCrossed(grid.cells)) return []
    const { lows, highs } = grid.cells
    const found = {
      architectures: highs.map(String),
      regime: grid.regime,
      cut: grid.cut,
      low: shares?.low,
      architecture: shares?.high,
      difference: shares?.difference,
      pValue: tests.low?.pValue,
      contrast: sets.low.estimate,
    }
    return [{ ...found, sentence: sentenceOf(found, lows.length) }]
  })
}

function sentenceOf(across: Omit<AcrossArchitectures, 'sentence'>, lows: number): string {
  const { architectures, regime, cut, low, architecture, difference, pValue } = across
  const test = pValue === undefined ? '' : ` (p = ${short(pValue)})`
  const found =
    low === undefined || architecture === undefined || difference === undefined
      ? `no shares, some of the ${lows} × ${architectures.length} networks are missing${test}`
      : `${inPercent(low)} of the variance of the scores go with the low layers${test}, ${inPercent(architecture)} with the architecture, low − architecture ${differenceInPercent(difference)}`
  const layers =
    cut === undefined ? '' : `, low: ${typeof cut === 'number' ? counted(cut, 'layer') : cut}`
  return `across architectures (${architectures.join(', ')}; ${regime}${layers}), ${lows} low seeds each: ${found}`
}

/** The first high and order seeds that networks of every architecture have. */
function commonUpperSeeds(
  groups: readonly (readonly number[])[],
  networks: readonly NetworkScores[],
): string | undefined {
  const [first = [], ...others] = groups.map((group) =>
    group.map((position) => upperSeeds(networks[position])),
  )
  return first.find((seeds) => others.every((group) => group.includes(seeds)))
}

function upperSeeds({ seeds: { high, order } }: NetworkScores): string {
  return JSON.stringify([high, order])
}
