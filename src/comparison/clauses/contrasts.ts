/** The clauses of the verdict on contrasts: whether networks with the same low seeds have more alike scores (ii) and sets, others none in common. */
import { describeTest } from '../effects.js'
import { gridShape, orGaps } from '../gaps.js'
import type { GridStatistics } from '../gridStatistics.js'
import type { Clause, ComparisonOptions } from '../types.js'
import { intervalFigures, levelInPercent, noGrid, noSets, short, withInterval } from './wording.js'

/** (ii) Whether the scores of networks with the same low seeds are more alike than chance allows. */
export function effectClause(
  statistics: GridStatistics | undefined,
  { alpha }: ComparisonOptions,
): Clause {
  const clause = {
    id: 'ii',
    text: `the effect of the low seeds on the scores is real: permutation p < ${alpha}`,
  }
  const test = statistics?.tests.low
  if (statistics === undefined || test === undefined) {
    return { ...clause, status: 'undecided', figures: {}, reason: noGrid(statistics) }
  }
  const figures = {
    p: test.pValue,
    smallest_p: test.smallestPValue,
    p_error: test.standardError,
  }
  const found = `p = ${short(test.pValue)}`
  if (test.smallestPValue >= alpha) {
    const reason = `${found}: a ${gridShape(statistics)} grid${orGaps(statistics)} gives no p below ${short(test.smallestPValue)}`
    return { ...clause, status: 'undecided', figures, reason }
  }
  const holds = test.pValue < alpha
  return {
    ...clause,
    status: holds ? 'holds' : 'undecided',
    figures,
    reason: holds ? found : `${found}: an effect is not shown`,
  }
}

/** Beside the verdict: whether networks with the same low seeds share more of their confusing sets. */
export function setsClause(
  statistics: GridStatistics | undefined,
  { alpha }: ComparisonOptions,
): Clause {
  const clause = {
    id: 'sets',
    text: `networks that share low seeds share more of their confusing sets: T_low of the Jaccard above 0 with permutation p < ${alpha}`,
  }
  const { estimate, test } = statistics?.sets.low ?? {}
  if (statistics === undefined || estimate === undefined || test === undefined) {
    return { ...clause, status: 'undecided', figures: {}, reason: noSets(statistics) }
  }
  const high = statistics.sets.high.estimate
  return {
    ...clause,
    status: test.pValue < alpha ? 'holds' : 'undecided',
    figures: { T_low: estimate, p: test.pValue, ...(high === undefined ? {} : { T_high: high }) },
    reason: `T_low = ${short(estimate)}, p = ${short(test.pValue)} (${describeTest(test)})`,
  }
}

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
