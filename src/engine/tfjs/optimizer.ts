/** Optimiser updates in tfjs operations: the same formulas as `src/autodiff/optimizer.ts`. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { StepScalars } from '../../autodiff/optimizer.js'
import type { Optimizer } from '../../autodiff/recipe.js'
import type { Tf } from './load.js'

interface TfUpdate {
  readonly parameter: Tensor
  /** New values of the slots by role. */
  readonly slots: Readonly<Record<string, Tensor>>
}

interface Step {
  readonly scalars: StepScalars
  readonly parameter: Tensor
  readonly gradient: Tensor
  readonly slots: Readonly<Record<string, Tensor>>
}

/** A parameter after one step. */
export function update(tf: Tf, optimizer: Optimizer, step: Step): TfUpdate {
  return optimizer.name === 'sgd' ? sgd(tf, optimizer, step) : adam(tf, optimizer, step)
}

function sgd(
  tf: Tf,
  { momentum, nesterov, weightDecay }: Extract<Optimizer, { name: 'sgd' }>,
  { scalars: { learningRate }, parameter, gradient, slots }: Step,
): TfUpdate {
  const decayed = tf.add(gradient, tf.mul(parameter, weightDecay))
  const descend = (direction: Tensor) => tf.sub(parameter, tf.mul(direction, learningRate))
  if (momentum === 0) return { parameter: descend(decayed), slots: {} }
  const velocity = tf.add(tf.mul(slots.momentum, momentum), decayed)
  const direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity
  return { parameter: descend(direction), slots: { momentum: velocity } }
}

function adam(
  tf: Tf,
  { name, beta1, beta2, epsilon, weightDecay }: Exclude<Optimizer, { name: 'sgd' }>,
  { scalars: { learningRate, stepSize, correction }, parameter, gradient, slots }: Step,
): TfUpdate {
  const isDecoupled = name === 'adamw'
  const weights = isDecoupled ? tf.mul(parameter, 1 - learningRate * weightDecay) : parameter
  const direction = isDecoupled ? gradient : tf.add(gradient, tf.mul(parameter, weightDecay))
  const average = (old: Tensor, value: Tensor, beta: number) =>
    tf.add(tf.mul(old, beta), tf.mul(value, 1 - beta))
  const firstMoment = average(slots.firstMoment, direction, beta1)
  const secondMoment = average(slots.secondMoment, tf.square(direction), beta2)
  const root = tf.add(tf.mul(tf.sqrt(secondMoment), correction), epsilon)
  const change = tf.mul(tf.div(firstMoment, root), stepSize)
  return { parameter: tf.sub(weights, change), slots: { firstMoment, secondMoment } }
}
