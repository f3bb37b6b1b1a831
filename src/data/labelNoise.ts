import { stream } from '../core/random.js'

/**
 * Labels of which exactly round(fraction · count), drawn without replacement, are drawn anew: to another class, each
 * other one being equally likely (symmetric noise), or to `any` class, the old one among them (arXiv 2407.19198 resets
 * labels so), which leaves one in `classes` of them as it was.
 */
export function withLabelNoise(
  labels: Int32Array,
  classes: number,
  fraction: number,
  seed: number,
  to: 'other' | 'any' = 'other',
): Int32Array {
  const noisy = labels.slice()
  const generator = stream(seed, to === 'any' ? 'label-reset' : 'label-noise').at()
  const drawn = generator
    .permutation(labels.length)
    .subarray(0, Math.round(fraction * labels.length))
  for (const row of drawn) {
    noisy[row] =
      to === 'any'
        ? generator.below(classes)
        : (labels[row] + 1 + generator.below(classes - 1)) % classes
  }
  return noisy
}
