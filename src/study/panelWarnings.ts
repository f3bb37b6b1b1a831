/** Panels that a filter leaves small or one-sided. */
import type { ExperimentConfig } from '../config/schema.js'
import { smallSetWarnings } from '../plan/designWarnings.js'
import { labelsOf } from './checkpoint.js'
import { commonSamples } from './compare.js'
import type { KeptAnalysis } from './network.js'

/**
 * That sets of the compared samples are too small to overlap, and that no sample of some classes is compared, where a filter chose the samples by what networks predict: a network that never predicts
 * a class takes it out of a panel that is drawn with equally many of each.
 */
export function panelWarnings(
  analyses: readonly Pick<KeptAnalysis, 'checkpoints' | 'samples'>[],
  { analysis, confusing }: Pick<ExperimentConfig, 'analysis' | 'confusing'>,
  classes: number,
): string[] {
  const { filter } = analysis.samples
  const common = commonSamples(analyses)
  const small = analyses.length > 1 ? smallSetWarnings(common.length, confusing) : []
  if (filter === 'none') return small
  const labels = labelsOf(analyses[0].checkpoints)
  const there = new Set(common.map((sample) => labels.get(sample)))
  if (there.size >= Math.min(classes, common.length)) return small
  return [
    ...small,
    `of ${classes} classes only ${there.size} (${[...there].join(', ')}) are among the compared samples: networks that never predict a class leave no ` +
      `correct samples of it (analysis.samples.filter: ${filter})`,
  ]
}
