import { belowChance } from '../masking/foreign/chance.js'
import type { NetworkAnalysis } from '../study/network.js'
import type { AnalyzedModel, ModelAnalysis } from './types.js'

/** Share of the analysed samples that a model classifies as labelled. */
export function accuracyOf({ checkpoints }: NetworkAnalysis<AnalyzedModel>): number {
  const [{ values, samples }] = checkpoints
  const right = samples.filter(({ row }) => values.prediction[row] === values.givenLabel[row])
  return right.length / samples.length
}

/** Difference between the accuracies of two models of one call that is worth a question. */
const FAR_APART = 0.4

/** Models that are right less often than by chance, and models that are far apart. */
export function accuracyWarnings(models: readonly ModelAnalysis[]): string[] {
  const found = models.flatMap(({ analysis }) => {
    const [{ values, samples }] = analysis.checkpoints
    const classes = new Set(samples.map(({ row }) => values.givenLabel[row])).size
    const right = Math.round(accuracyOf(analysis) * samples.length)
    return belowChance(analysis.network.name, right, samples.length, classes) ?? []
  })
  if (found.length > 0) return found
  const byAccuracy = models
    .map(({ analysis }) => ({ name: analysis.network.name, accuracy: accuracyOf(analysis) }))
    .sort((a, b) => b.accuracy - a.accuracy)
  const [best, worst] = [byAccuracy[0], byAccuracy[byAccuracy.length - 1]]
  if (best.accuracy - worst.accuracy < FAR_APART) return []
  const percent = (accuracy: number) => `${(100 * accuracy).toFixed(1)}%`
  return [
    `${best.name} is right on ${percent(best.accuracy)} of the samples and ${worst.name} on ${percent(worst.accuracy)}: do their outputs ` +
      'mean the same classes in the same order, and do they take the same preprocessing?',
  ]
}
