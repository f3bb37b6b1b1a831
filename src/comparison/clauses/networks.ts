/** The clauses of the verdict on the networks themselves: their overfitting (i), how reliable their scores are (v), the positive control (vi). */
import { areaUnderRoc, controlTest, FEWEST_MISLABELLED } from '../../confusing/control.js'
import { type ReliabilityKind, reliabilityKinds } from '../../confusing/reliability.js'
import { largest, smallest } from '../../core/extremes.js'
import { stream } from '../../core/random.js'
import { mean, median } from '../../metrics/descriptive.js'
import type { Clause, ComparisonOptions, NetworkScores, StudyScores } from '../types.js'
import { short } from './wording.js'

/** (i) Whether most networks have an overfitting phase; undecided where those not known decide. */
export function overfittingClause(members: readonly NetworkScores[]): Clause {
  const clause = { id: 'i', text: 'most networks have an overfitting phase' }
  const known = members.filter((network) => network.overfitting !== undefined)
  const found = known.filter((network) => network.overfitting).length
  const unknown = members.length - known.length
  const why = [...new Set(members.flatMap((network) => network.overfittingUnknown ?? []))]
  if (known.length === 0) {
    const reason = ['phases were not detected', ...why].join(': ')
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  const half = members.length / 2
  const status = found > half ? 'holds' : found + unknown > half ? 'undecided' : 'fails'
  const shown = said(found, known.length, status === 'fails')
  return {
    ...clause,
    status,
    figures: { networks: known.length, overfitting: found },
    reason: unknown === 0 ? shown : [`${shown}, ${unknown} more are not known`, ...why].join(': '),
  }
}

function said(found: number, known: number, fails: boolean): string {
  if (found > 0) {
    return `${fails ? 'only ' : ''}${found} of ${known} networks have an overfitting phase`
  }
  return known === 1
    ? 'no overfitting phase in the only network'
    : `none of the ${known} networks has an overfitting phase`
}

/**
 * (v) Whether the scores survive other choices of the analysis: the median over networks of the ICC under each kind
 * of choice, and of these the smallest, since a score that one choice breaks is broken.
 */
export function reliabilityClause(
  members: readonly NetworkScores[],
  { reliability }: ComparisonOptions,
): Clause {
  const clause = {
    id: 'v',
    text: `scores are reliable: median ICC ≥ ${reliability} under every kind of other choice`,
  }
  const found = reliabilityKinds.flatMap((kind): [ReliabilityKind, number][] => {
    const icc = median(members.flatMap((network) => network.reliability?.[kind] ?? []))
    return icc === undefined ? [] : [[kind, icc]]
  })
  const missing = reliabilityKinds.filter((kind) => found.every(([name]) => name !== kind))
  const notMeasured = missing.length === 0 ? '' : `; not measured: ${missing.join(', ')}`
  if (found.length === 0) {
    const reason = 'the reliability of the scores was not measured'
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  const broken = found.filter(([, icc]) => icc < reliability)
  const listed = found.map(([kind, icc]) => `${kind} ${short(icc)}`).join(', ')
  const verdict =
    broken.length === 0
      ? ''
      : `: under other choices of ${broken.map(([kind]) => kind).join(' and ')} they are not`
  return {
    ...clause,
    status: broken.length === 0 ? 'holds' : 'fails',
    figures: Object.fromEntries(found),
    reason: `median ICC of the scores: ${listed}${verdict}${notMeasured}`,
  }
}

/**
 * (vi) The positive control: whether samples that training saw with a wrong label have high scores, as the least that
 * a score of confusion must show. Scores are ranks within a network, averaged over networks, since all saw the same
 * wrong labels. Not tested where the panel has too few of them.
 */
export function controlClause(
  members: readonly NetworkScores[],
  { samples, mislabelled = [] }: StudyScores,
  { alpha, seed }: ComparisonOptions,
): Clause {
  const clause = {
    id: 'vi',
    text: `the positive control: mislabelled samples have high scores, AUC > ½ with p < ${alpha}`,
  }
  const usable = members.filter(
    ({ score }) => score.length === samples.length && score.every(Number.isFinite),
  )
  const wrong = new Set(mislabelled)
  const flagged = samples.map((sample) => wrong.has(sample))
  const count = flagged.filter(Boolean).length
  if (count < FEWEST_MISLABELLED || usable.length === 0) {
    const reason =
      count === 0
        ? 'not tested: no analysed sample is known to be mislabelled'
        : `not tested: ${count} analysed ${count === 1 ? 'sample is' : 'samples are'} known to be mislabelled, and it takes ${FEWEST_MISLABELLED}`
    return { ...clause, status: 'not-tested', figures: { mislabelled: count }, reason }
  }
  const found = controlTest(
    usable.map(({ score }) => score),
    flagged,
    stream(seed, 'comparison', 'positive control').at(),
  )
  const holds = found.pValue < alpha
  const single = usable.flatMap(({ score }) => areaUnderRoc(score, flagged) ?? [])
  const reason = `AUC ${short(found.auc)}${ofSeveral(single)} of ${count} mislabelled samples, p = ${short(found.pValue)}`
  return {
    ...clause,
    status: holds ? 'holds' : 'fails',
    figures: { auc: found.auc, p: found.pValue, mislabelled: count },
    reason: holds
      ? reason
      : `${reason}: the score is not shown to see them, so that it decides nothing`,
  }
}

/** Tells the AUC of the mean rank of the scores from those of the networks, which the tables have; nothing of one network. */
function ofSeveral(single: readonly number[]): string {
  if (single.length < 2) return ''
  const [low, high, middle] = [smallest(single), largest(single), mean(single) ?? Number.NaN]
  const words = `single networks ${low.toFixed(2)} to ${high.toFixed(2)}, mean ${middle.toFixed(2)}`
  return ` by the mean rank of the scores (${words})`
}
