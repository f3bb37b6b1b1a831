/**
 * Was the claim reproduced? Five clauses (our choice of rule): two say whether the study could tell
 * ((i) there is an overfitting phase, (v) scores are reliable), three what it says ((ii) T_low > 0,
 * (iii) T_low > T_high, (iv) more variance from low than from high seeds).
 * - `reproduced`: all five hold.
 * - `not-reproduced`: the study could tell (neither i nor v fails), and ii or iii fails, or iv although
 *   ii holds: iv compares estimates, which chance alone orders where there is no effect to see.
 * - `inconclusive`: anything else.
 *
 * A clause of the claim fails only on evidence against it, not for want of evidence: with p ≥ α or an
 * interval around 0, effects as large as `equivalence` must be ruled out; else it is undecided.
 */
import { median } from '../metrics/descriptive.js'
import type { ArmStatistics } from './arm.js'
import { describeTest, gridShape } from './effects.js'
import type {
  Clause,
  ClauseStatus,
  ComparisonOptions,
  Estimate,
  NetworkScores,
  Verdict,
} from './types.js'

/** The verdict on the main arm's statistics; `undefined` stands for a study without usable networks. */
export function decideVerdict(
  statistics: ArmStatistics | undefined,
  networks: readonly NetworkScores[],
  options: ComparisonOptions,
  warnings: readonly string[],
): Verdict {
  const members = statistics?.arm.members.map((position) => networks[position]) ?? []
  const clauses = [
    overfittingClause(members),
    lowClause(statistics, options),
    differenceClause(statistics, options),
    shareClause(statistics),
    reliabilityClause(members, options),
  ]
  const verdict = combine(clauses)
  return {
    verdict,
    clauses,
    fullyDifferent: fullyDifferentClause(statistics, options),
    warnings,
    sentence: sentenceOf(verdict, clauses),
  }
}

function combine(clauses: readonly Clause[]): Verdict['verdict'] {
  if (clauses.every((clause) => clause.status === 'holds')) return 'reproduced'
  const status = new Map(clauses.map((clause) => [clause.id, clause.status]))
  const couldTell = status.get('i') !== 'fails' && status.get('v') !== 'fails'
  const refuted =
    status.get('ii') === 'fails' ||
    status.get('iii') === 'fails' ||
    (status.get('ii') === 'holds' && status.get('iv') === 'fails')
  return couldTell && refuted ? 'not-reproduced' : 'inconclusive'
}

function sentenceOf(verdict: Verdict['verdict'], clauses: readonly Clause[]): string {
  const reasons = (statuses: readonly ClauseStatus[]) =>
    clauses
      .filter((clause) => statuses.includes(clause.status))
      .map((clause) => `(${clause.id}) ${clause.reason}`)
      .join('; ')
  if (verdict === 'reproduced') {
    const evidence = clauses.slice(1, 4).map((clause) => clause.reason)
    return `reproduced: low-layer seeds decide which samples are confusing: ${evidence.join('; ')}`
  }
  if (verdict === 'not-reproduced') return `not reproduced: ${reasons(['fails'])}`
  return `inconclusive: ${reasons(['fails', 'undecided'])}`
}

function overfittingClause(members: readonly NetworkScores[]): Clause {
  const known = members.filter((network) => network.overfitting !== undefined)
  const found = known.filter((network) => network.overfitting).length
  const clause = { id: 'i', text: 'most networks have an overfitting phase' }
  if (known.length === 0) {
    return { ...clause, status: 'undecided', figures: {}, reason: 'phases were not detected' }
  }
  return {
    ...clause,
    status: found > known.length / 2 ? 'holds' : 'fails',
    figures: { networks: known.length, overfitting: found },
    reason: `${found} of ${known.length} networks have an overfitting phase`,
  }
}

function lowClause(statistics: ArmStatistics | undefined, options: ComparisonOptions): Clause {
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

function differenceClause(
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

function shareClause(statistics: ArmStatistics | undefined): Clause {
  const clause = {
    id: 'iv',
    text: 'low seeds have a larger variance share than high seeds under both tie-breaks',
  }
  const shares = statistics?.shares
  if (shares?.low === undefined || shares.high === undefined) {
    const reason = statistics?.shares === undefined ? noGrid(statistics) : 'no variance shares'
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  const [low, high] = [shares.low.estimate, shares.high.estimate]
  const other = statistics?.sharesHigh
  const figures: Record<string, number> = { low, high }
  if (shares.sample) figures.sample = shares.sample.estimate
  const sample = shares.sample ? `, sample ${short(shares.sample.estimate)}` : ''
  const found = `variance shares low ${short(low)}, high ${short(high)}${sample}`
  if (other === undefined) {
    const reason = `${found}; scores under tie-break high are missing`
    return { ...clause, status: low > high ? 'undecided' : 'fails', figures, reason }
  }
  Object.assign(figures, { low_tie_break_high: other.low, high_tie_break_high: other.high })
  const reason = `${found} (tie-break high: low ${short(other.low)}, high ${short(other.high)})`
  const agreeing = Number(low > high) + Number(other.low > other.high)
  const status = agreeing === 2 ? 'holds' : agreeing === 0 ? 'fails' : 'undecided'
  return { ...clause, status, figures, reason }
}

function reliabilityClause(
  members: readonly NetworkScores[],
  { reliability }: ComparisonOptions,
): Clause {
  const clause = { id: 'v', text: `scores are reliable: median ICC ≥ ${reliability}` }
  const known = members.map((network) => network.reliability).filter((icc) => icc !== undefined)
  const icc = median(known)
  if (icc === undefined) {
    const reason = 'the reliability of the scores was not measured'
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  return {
    ...clause,
    status: icc >= reliability ? 'holds' : 'fails',
    figures: { icc, networks: known.length },
    reason: `median ICC of the scores is ${short(icc)}`,
  }
}

function fullyDifferentClause(
  statistics: ArmStatistics | undefined,
  { alpha, equivalence }: ComparisonOptions,
): Clause {
  const level = Math.round(100 * (1 - alpha))
  const clause = {
    id: 'fully-different',
    text: `the ${level}% interval of κ_J over pairs with different low seeds lies within ±${equivalence}`,
  }
  const kappa = statistics?.kappaDifferentLow
  if (statistics === undefined || kappa === undefined) {
    return { ...clause, status: 'undecided', figures: {}, reason: noGrid(statistics) }
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

/** Whether an effect as large as `equivalence` lies above the interval. */
function ruledOut({ high }: Estimate, equivalence: number): boolean {
  return high !== undefined && high < equivalence
}

function noGrid(statistics: ArmStatistics | undefined): string {
  return statistics === undefined
    ? 'no network has usable scores and a confusing set'
    : `the low × high grid is ${gridShape(statistics)}: 2 × 2 networks are the least`
}

function intervalFigures(name: string, { estimate, low, high }: Estimate): Record<string, number> {
  return {
    [name]: estimate,
    ...(low === undefined ? {} : { ci_low: low }),
    ...(high === undefined ? {} : { ci_high: high }),
  }
}

function withInterval({ estimate, low, high }: Estimate): string {
  if (low === undefined || high === undefined) return short(estimate)
  return `${short(estimate)} [${short(low)}, ${short(high)}]`
}

function short(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1)
  return String(Number(value.toFixed(3)))
}
