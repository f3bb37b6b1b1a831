import type { ArmStatistics } from '../arm.js'
import { describeTest, gridShape } from '../effects.js'
import type { Clause, ClauseStatus, ComparisonOptions, Estimate } from '../types.js'
import { intervalFigures, noGrid, short, withInterval } from './wording.js'

/** (ii) Whether networks with the same low seeds share more of their sets. */
export function lowClause(
  statistics: ArmStatistics | undefined,
  options: ComparisonOptions,
): Clause {
  const { alpha, equivalence } = options
  const clause = { id: 'ii', text: `T_low > 0 with permutation p < ${alpha}` }
  const test = statistics?.low.test
  const estimate = statistics?.low.estimate
  if (statistics === undefined || test === undefined || estimate === undefined) {
    return { ...clause, status: 'undecided', figures: {}, reason: noGrid(statistics) }
  }
  const figures = {
    ...intervalFigures('T_low', estimate),
    p: test.pValue,
    smallest_p: test.smallestPValue,
    p_error: test.standardError,
  }
  const found = `T_low = ${withInterval(estimate)}, p = ${short(test.pValue)}`
  const decided = (status: ClauseStatus, reason: string) => ({ ...clause, status, figures, reason })
  if (test.smallestPValue >= alpha) {
    const smallest = short(test.smallestPValue)
    return decided(
      'undecided',
      `${found}: a ${gridShape(statistics)} grid gives no p below ${smallest}`,
    )
  }
  if (Math.abs(test.pValue - alpha) < 2 * test.standardError) {
    return decided('undecided', `${found}: too close to ${alpha} for ${describeTest(test)}`)
  }
  if (test.pValue < alpha && estimate.estimate > 0) return decided('holds', found)
  return ruledOut(estimate, equivalence)
    ? decided('fails', `${found}: no effect of low seeds as large as ${equivalence}`)
    : decided('undecided', `${found}: an effect of ${equivalence} is not ruled out`)
}

/** (iii) Whether low seeds matter more for the sets than high seeds. */
export function differenceClause(
  statistics: ArmStatistics | undefined,
  { alpha, equivalence }: ComparisonOptions,
): Clause {
  const level = Math.round(100 * (1 - alpha))
  const clause = { id: 'iii', text: `the ${level}% interval of T_low − T_high lies above 0` }
  const difference = statistics?.difference
  if (statistics === undefined || difference === undefined) {
    return { ...clause, status: 'undecided', figures: {}, reason: noGrid(statistics) }
  }
  const figures = intervalFigures('T_low−T_high', difference)
  const found = `T_low − T_high = ${withInterval(difference)}`
  const decided = (status: ClauseStatus, reason: string) => ({ ...clause, status, figures, reason })
  if (difference.low === undefined || difference.high === undefined) {
    return decided('undecided', `${found}: a ${gridShape(statistics)} grid gives no interval`)
  }
  if (difference.low > 0) return decided('holds', found)
  if (difference.high < 0) return decided('fails', `${found}: high seeds matter more`)
  return ruledOut(difference, equivalence)
    ? decided('fails', `${found}: low seeds do not matter more by ${equivalence}`)
    : decided('undecided', `${found}: the interval includes 0 and ${equivalence}`)
}

/** Whether an effect as large as `equivalence` lies above the interval. */
function ruledOut({ high }: Estimate, equivalence: number): boolean {
  return high !== undefined && high < equivalence
}
