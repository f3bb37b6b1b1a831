import { gridShape } from '../gaps.js'
import type { GridStatistics } from '../gridStatistics.js'
import type { Clause, ComparisonOptions } from '../types.js'
import { intervalFigures, levelInPercent, noSets, withInterval } from './wording.js'

/** The stronger claim: networks with different low seeds share no more than chance. */
export function fullyDifferentClause(
  statistics: GridStatistics | undefined,
  { alpha, equivalence }: ComparisonOptions,
): Clause {
  const clause = {
    id: 'fully-different',
    text: `the ${levelInPercent(1 - alpha)} interval of κ_J over pairs with different low seeds lies within ±${equivalence}`,
  }
  const kappa = statistics?.kappaDifferentLow()
  if (statistics === undefined || kappa === undefined) {
    return { ...clause, status: 'undecided', figures: {}, reason: noSets(statistics) }
  }
  const figures = intervalFigures('kappa', kappa)
  const found = `κ_J = ${withInterval(kappa)}`
  if (kappa.low === undefined || kappa.high === undefined) {
    const reason = `${found}: a ${gridShape(statistics)} grid gives no interval`
    return { ...clause, status: 'undecided', figures, reason }
  }
  const inside = kappa.low >= -equivalence && kappa.high <= equivalence
  const outside = kappa.low > equivalence || kappa.high < -equivalence
  return {
    ...clause,
    status: inside ? 'holds' : outside ? 'fails' : 'undecided',
    figures,
    reason: found,
  }
}
