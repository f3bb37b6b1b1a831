/** What the host prepares for a training step, the same for every engine. */
import type { DropoutMask, TrainStep } from '../autodiff/trainStep.js'
import { stream } from '../core/random.js'
import { sizeOf, type Tensors } from '../core/tensor.js'
import type { LossFunction } from '../graph/operators/loss.js'
import type { TrainingRecipe } from './types.js'

/** What a compiled step takes besides its batch and scalars, after `done` steps: targets and dropout masks, by input. */
export function stepFeeds(
  { targetsShape, loss, masks }: TrainStep,
  { labelSmoothing, dropoutSeed }: TrainingRecipe,
  labels: Int32Array,
  done: number,
): Tensors {
  const targets = new Float32Array(sizeOf(targetsShape))
  fillTargets(targets, labels, loss, labelSmoothing)
  const drawn = masks.map((mask) => {
    const data = new Float32Array(sizeOf(mask.shape))
    fillMask(data, mask, dropoutSeed, done)
    return [mask.input, { shape: mask.shape, data }] as const
  })
  return { targets: { shape: targetsShape, data: targets }, ...Object.fromEntries(drawn) }
}

/**
 * Targets of a batch from its labels, with label smoothing s over c classes: 1 − s + s/c for the
 * label and s/c for the others (Szegedy et al., 2016, §7). A binary head has one target a sample:
 * 1 − s/2 for class 1 and s/2 for class 0.
 */
export function fillTargets(
  targets: Float32Array,
  labels: Int32Array,
  loss: LossFunction,
  smoothing: number,
): void {
  if (loss === 'binary') {
    labels.forEach((label, row) => {
      targets[row] = label === 1 ? 1 - smoothing / 2 : smoothing / 2
    })
    return
  }
  const classes = targets.length / labels.length
  targets.fill(smoothing / classes)
  labels.forEach((label, row) => {
    targets[row * classes + label] += 1 - smoothing
  })
}

/**
 * Dropout mask of one layer at one step: 0 with probability `rate`, else 1/(1 − rate). The draws
 * depend on seed, layer and step alone, so a resumed run draws the same masks.
 */
export function fillMask(
  values: Float32Array,
  mask: DropoutMask,
  seed: number,
  step: number,
): void {
  const draws = stream(seed, 'dropout', mask.input).at(step)
  const kept = 1 / (1 - mask.rate)
  const threshold = mask.rate * 2 ** 32
  for (let index = 0; index < values.length; index++) {
    values[index] = draws.uint32() < threshold ? 0 : kept
  }
}
