/** Panels that a filter leaves one-sided. */
import type { ExperimentConfig } from '../config/schema.js'
import { labelsOf } from './checkpoint.js'
import { commonSamples } from './compare.js'
import type { KeptAnalysis } from './network.js'

/**
 * That no sample of some classes is compared, where a filter chose the samples by what networks predict: a network that never predicts
 * a class takes it out of a panel that is drawn with equally many of each.
 */
export function panelWarnings(
  analyses: readonly Pick<KeptAnalysis, 'checkpoints' | 'samples'>[],
  { analysis }: Pick<ExperimentConfig, 'analysis'>,
  classes: number,
): string[] {
  const { filter } = analysis.samples
  if (filter === 'none') return []
  const common = commonSamples(analyses)
  const labels = labelsOf(analyses[0].checkpoints)
  const there = new Set(common.map((sample) => labels.get(sample)))
  if (there.size >= Math.min(classes, common.length)) return []
  return [
    `of ${classes} classes only ${there.size} (${[...there].join(', ')}) are among the compared samples: networks that never predict a class leave no ` +
      `correct samples of it (analysis.samples.filter: ${filter})`,
  ]
}
