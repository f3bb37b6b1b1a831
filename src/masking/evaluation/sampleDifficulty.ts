/** Measures of how hard a sample is for a network: loss, margin, EL2N and the like. */
import { inUnit, LEAST_PROBABILITY, type Output, predictedClass, sampleLoss } from './output.js'

/**
 * How hard a sample is for a network, from one row of its output on the unmasked sample and the label y that is
 * given to it; p are the probabilities of the classes, z their logits.
 */
export interface SampleDifficulty {
  readonly prediction: number
  /** −log p_y, nats. */
  readonly loss: number
  /** z_y − max_{c≠y} z_c: below 0 where another class is predicted. */
  readonly margin: number
  /** p_y */
  readonly probability: number
  /** EL2N, ‖p − onehot(y)‖₂ (Paul, Ganguli & Dziugaite 2021, def. 2.3). */
  readonly el2n: number
  /** ‖∂loss/∂z‖₂; times the length of what the last layer takes it is GraNd of that layer. */
  readonly outputGradient: number
}

/**
 * The difficulty of one row of outputs. Temperature and clamp play no part, as in {@link sampleLoss}. By what the outputs are:
 * - logits: p is their softmax, and ∂loss/∂z = p − onehot(y), whose length EL2N is
 * - one logit z, that of class 1: as the logits (0, z) of two classes; ∂loss/∂z is a single number, |1 − p_y|
 * - probabilities: z_c = log p_c, which gives the same margin; those of 0 count as 2^−149 there
 * - probabilities each for itself: z_c = log(p_c/(1 − p_c)), and the loss is that of the label's own, |∂loss/∂z| = 1 − p_y
 */
export function sampleDifficulty(
  rows: ArrayLike<number>,
  start: number,
  width: number,
  label: number,
  kind: Output['kind'],
): SampleDifficulty {
  const loss = sampleLoss(rows, start, width, label, kind)
  const prediction = predictedClass(rows, start, width, kind)
  if (width === 1) return { prediction, loss, ...ofOneOutput(rows[start], label, kind) }
  const probabilityOf = probabilities(rows, start, label, loss, kind)
  let others = 0
  let squares = 0
  let best = Number.NEGATIVE_INFINITY
  for (let c = 0; c < width; c++) {
    if (c === label) continue
    const p = probabilityOf(c)
    others += p
    squares += p * p
    best = Math.max(best, logitOf(rows[start + c], kind))
  }
  const probability = probabilityOf(label)
  const isAlone = kind === 'sigmoid-log-odds'
  // 1 − p_y would cancel where p_y is nearly 1.
  const missing = isAlone ? 1 - probability : others
  const el2n = Math.sqrt(missing ** 2 + squares)
  return {
    prediction,
    loss,
    margin: logitOf(rows[start + label], kind) - best,
    probability,
    el2n,
    outputGradient: isAlone ? missing : el2n,
  }
}

function ofOneOutput(
  value: number,
  label: number,
  kind: Output['kind'],
): Pick<SampleDifficulty, 'margin' | 'probability' | 'el2n' | 'outputGradient'> {
  const sign = label === 1 ? 1 : -1
  const z = kind === 'prob-log-odds' ? logOdds(value) : value
  const missing = 1 / (1 + Math.exp(sign * z))
  const probability = 1 / (1 + Math.exp(-sign * z))
  return {
    margin: sign * z,
    probability,
    el2n: Math.SQRT2 * missing,
    outputGradient: missing,
  }
}

/** Probabilities of the classes of one row. */
function probabilities(
  rows: ArrayLike<number>,
  start: number,
  label: number,
  loss: number,
  kind: Output['kind'],
): (c: number) => number {
  if (kind === 'prob-log-odds' || kind === 'sigmoid-log-odds') return (c) => inUnit(rows[start + c])
  const own = rows[start + label]
  return (c) => Math.exp(rows[start + c] - own - loss)
}

/** The logit of a class, where outputs are probabilities up to what is common to all classes. */
function logitOf(value: number, kind: Output['kind']): number {
  if (kind === 'prob-log-odds') return Math.log(Math.max(inUnit(value), LEAST_PROBABILITY))
  return kind === 'sigmoid-log-odds' ? logOdds(value) : value
}

/** log(p/(1 − p)); of 0 and 1 that of the nearest probabilities that a network can give. */
function logOdds(value: number): number {
  const p = inUnit(value)
  return Math.log(Math.max(p, LEAST_PROBABILITY)) - Math.log(Math.max(1 - p, LEAST_PROBABILITY))
}
