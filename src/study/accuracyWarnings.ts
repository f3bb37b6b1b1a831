/** Accuracies that show that a network from elsewhere was misunderstood. */
import { belowChance } from '../metrics/chance.js'
import { mainRows } from './checkpoint.js'
import type { KeptAnalysis } from './network.js'

/** Difference between the accuracies of two networks of one study that is worth a question. */
const FAR_APART = 0.4

/** Networks from elsewhere that are right less often than by chance, or else are far apart, a line each. */
export function accuracyWarnings(analyses: readonly KeptAnalysis[]): string[] {
  const given = analyses.flatMap((analysis) => {
    const right = rightOf(analysis)
    return analysis.network.origin === 'given' && right !== undefined ? [{ analysis, right }] : []
  })
  const found = given.flatMap(({ analysis: { network, samples, checkpoints }, right }) => {
    const { values } = checkpoints[checkpoints.length - 1]
    const classes = new Set(mainRows(values).map((row) => values.givenLabel[row])).size
    return belowChance(network.name, right, samples.length, classes) ?? []
  })
  if (found.length > 0 || given.length < 2) return found
  const byAccuracy = given
    .map(({ analysis: { network, samples }, right }) => {
      return { name: network.name, accuracy: right / samples.length }
    })
    .sort((a, b) => b.accuracy - a.accuracy)
  const [best, worst] = [byAccuracy[0], byAccuracy[byAccuracy.length - 1]]
  if (best.accuracy - worst.accuracy < FAR_APART) return []
  const percent = (accuracy: number) => `${(100 * accuracy).toFixed(1)}%`
  return [
    `${best.name} is right on ${percent(best.accuracy)} of the samples and ${worst.name} on ${percent(worst.accuracy)}: do their outputs ` +
      'mean the same classes in the same order, and do they take the same preprocessing?',
  ]
}

/** How many analysed samples a network classifies as labelled at the end; undefined where predictions are not known. */
function rightOf({ checkpoints }: KeptAnalysis): number | undefined {
  const { values } = checkpoints[checkpoints.length - 1]
  const rows = mainRows(values)
  if (rows.some((row) => values.prediction[row] < -1)) return undefined
  return rows.filter((row) => values.prediction[row] === values.givenLabel[row]).length
}
