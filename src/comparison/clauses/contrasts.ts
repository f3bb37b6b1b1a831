/** The clauses of the verdict on contrasts: whether networks with the same low seeds have more alike scores (ii) and sets. */
import { describeTest } from '../effects.js'
import { gridShape } from '../gaps.js'
import type { GridStatistics } from '../gridStatistics.js'
import type { Clause, ComparisonOptions } from '../types.js'
import { noGrid, noSets, short } from './wording.js'

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
    const reason = `${found}: a ${gridShape(statistics)} grid gives no p below ${short(test.smallestPValue)}`
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
