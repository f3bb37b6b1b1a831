import type { ExperimentConfig } from '../config/schema.js'
import type { KeptAnalysis } from './network.js'
import type { EvaluatedSamples } from './types.js'

/**
 * What is said where the phases should take the training loss on true labels and a curve does not have it: of networks
 * that were trained before it was measured, or whose curve was given. Empty where no analysed label was changed.
 */
export function gapLabelAssumptions(
  analyses: readonly KeptAnalysis[],
  asked: ExperimentConfig['phases'],
): string[] {
  if (asked.detector === 'min-test-loss' || asked.labels === 'given') return []
  const lacking = analyses.filter(
    ({ phases, curve, checkpoints }) =>
      phases.labels === 'given' &&
      curve.length > 0 &&
      curve.some(({ trueLabelLoss }) => trueLabelLoss === undefined) &&
      hasChangedLabels(checkpoints[checkpoints.length - 1].values),
  )
  if (lacking.length === 0) return []
  const names = lacking.map(({ network }) => network.name)
  return [
    `phases.labels: the curves of ${names.length === analyses.length ? 'all networks' : names.join(', ')} do not tell the ` +
      'training loss of the samples whose label is true, so that the gap is that of all training samples on the labels ' +
      'that training saw; networks that are trained anew have it',
  ]
}

function hasChangedLabels({ label, givenLabel }: EvaluatedSamples): boolean {
  return label.some((own, row) => own !== givenLabel[row])
}
