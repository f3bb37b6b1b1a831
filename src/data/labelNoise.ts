import { stream } from '../core/random.js'

/**
 * Labels of which exactly round(fraction · count), drawn without replacement, are replaced by another
 * class, each other class being equally likely (symmetric noise).
 */
export function withLabelNoise(
  labels: Int32Array,
  classes: number,
  fraction: number,
  seed: number,
): Int32Array {
  const noisy = labels.slice()
  const generator = stream(seed, 'label-noise').at()
  const wrong = generator
    .permutation(labels.length)
    .subarray(0, Math.round(fraction * labels.length))
  for (const row of wrong) {
    noisy[row] = (labels[row] + 1 + generator.below(classes - 1)) % classes
  }
  return noisy
}
