import { areaUnderRoc, controlTest, FEWEST_MISLABELLED } from '../../confusing/control.js'
import { largest, smallest } from '../../core/extremes.js'
import { stream } from '../../core/random.js'
import { mean } from '../../metrics/descriptive.js'
import type { Clause, ComparisonOptions, NetworkScores, StudyScores } from '../types.js'
import { short } from './wording.js'

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

/** Tells the AUC of the mean score from those of the networks, which the tables have; nothing of one network. */
function ofSeveral(single: readonly number[]): string {
  if (single.length < 2) return ''
  const [low, high, middle] = [smallest(single), largest(single), mean(single) ?? Number.NaN]
  const words = `single networks ${low.toFixed(2)} to ${high.toFixed(2)}, mean ${middle.toFixed(2)}`
  return ` by the mean score (${words})`
}
