import { InputError } from '../../core/errors.js'

/**
 * The scalar output v that coalitions are valued by (docs/method.md, "Scalar output"): float64 from
 * the logits on, for the given label y.
 *
 * Notation: z logits, T temperature, LSE_{c≠y} z_c = log Σ_{c≠y} e^{z_c}, p_y softmax probability.
 * - `log-odds`       log(p_y / (1 − p_y)) = z_y/T − LSE_{c≠y} z_c/T
 * - `logit`          z_y/T
 * - `prob-log-odds`  log(p_y / (1 − p_y)) for networks that end in probabilities p; one output is that of class 1
 * - `sigmoid-log-odds` log(p_y / (1 − p_y)) where each output is a probability of its own, whatever the others are
 * - `binary`         ±z/T for networks with one logit: +z for label 1, −z for label 0; the log-odds of p = σ(±z/T)
 * `-v0` subtracts the empty coalition's value, so that v(∅) = 0. Probabilities count as what they are when rounding
 * has left [0, 1]: as 0 or 1 beyond. `sigmoid-log-odds` is no name of a configuration: models that give such
 * probabilities take it in place of `log-odds` and `prob-log-odds`.
 */
export interface Output {
  readonly kind: 'log-odds' | 'logit' | 'prob-log-odds' | 'sigmoid-log-odds' | 'binary'
  /** Whether v(∅) is subtracted. */
  readonly fromEmpty: boolean
  /** T > 0; logits are divided by it. */
  readonly temperature: number
  /** ε of log(p/(1 − p + ε) + ε); 0 is exact, 1e-7 is the lab's code. Logits have none. */
  readonly clamp: number
}

/** What `clamp` may well be where a network rounds its probabilities to few bits. */
export const roundedClamp = 'half a step where a model rounds them to few bits (for int8 0.002)'

/** The least number with all the bits of a float64. */
const LEAST_NORMAL = 2 ** -1022

/** The least positive float32. Networks give float32: a probability of 0 is one that is smaller. */
export const LEAST_PROBABILITY = 2 ** -149

const outputName = /^(log-odds|logit|prob-log-odds|binary)(-v0)?$/

/** Reads a name such as `log-odds-v0`. Throws InputError on unknown names, T ≤ 0 or clamp < 0. */
export function parseOutput(name: string, temperature: number, clamp: number): Output {
  const match = outputName.exec(name)
  if (match === null) {
    throw new InputError(
      `unknown output "${name}": log-odds, logit, prob-log-odds or binary, each also with -v0`,
    )
  }
  if (!(temperature > 0)) throw new InputError(`temperature ${temperature} is not positive`)
  if (!(clamp >= 0)) throw new InputError(`clamp ${clamp} is negative`)
  const kind = match[1] as Output['kind']
  return { kind, fromEmpty: match[2] !== undefined, temperature, clamp }
}

/** Throws InputError when a network with `width` outputs cannot be valued this way. */
export function checkOutputWidth(output: Output, width: number): void {
  if (output.kind === 'binary' && width !== 1) {
    throw new InputError(`output "binary" needs a network with one logit; this one has ${width}`)
  }
  if (width < 2 && (output.kind === 'log-odds' || output.kind === 'logit')) {
    throw new InputError(`a network with one output has no ${output.kind}: use output "binary"`)
  }
}

/** v of one row of the network's output, before v(∅) is subtracted; NaN or ±∞ where it is undefined. */
export function scalarOutput(
  rows: ArrayLike<number>,
  start: number,
  width: number,
  label: number,
  output: Output,
): number {
  switch (output.kind) {
    case 'logit':
      return rows[start + label] / output.temperature
    case 'binary': {
      const own = ((label === 1 ? 1 : -1) * rows[start]) / output.temperature
      if (output.clamp === 0) return own
      return clampedLogOdds(-logAddExp(0, -own), -logAddExp(0, own), output)
    }
    case 'prob-log-odds':
      return clampedLogOdds(
        Math.log(probability(rows, start, width, label)),
        logOf1Minus(rows, start, width, label),
        output,
      )
    case 'sigmoid-log-odds': {
      const p = inUnit(rows[start + label])
      return clampedLogOdds(Math.log(p), Math.log(1 - p), output)
    }
    case 'log-odds': {
      if (output.clamp === 0) return logOdds(rows, start, width, label, output.temperature)
      const own = rows[start + label] / output.temperature
      const others = logSumExp(rows, start, width, label, output.temperature)
      const all = logAddExp(own, others)
      return clampedLogOdds(own - all, others - all, output)
    }
  }
}

/** ∂v/∂z of one row of the network's output, [width], for v without clamp. */
export function outputGradient(
  rows: ArrayLike<number>,
  start: number,
  width: number,
  label: number,
  { kind, temperature }: Output,
): Float64Array {
  const gradient = new Float64Array(width)
  switch (kind) {
    case 'logit':
      gradient[label] = 1 / temperature
      return gradient
    case 'binary':
      gradient[0] = (label === 1 ? 1 : -1) / temperature
      return gradient
    case 'prob-log-odds': {
      const others = Math.exp(logOf1Minus(rows, start, width, label))
      if (width === 1) {
        gradient[0] = (label === 1 ? 1 : -1) / (others * probability(rows, start, width, label))
        return gradient
      }
      return gradient.map((_, c) => (c === label ? 1 / rows[start + c] : -1 / others))
    }
    case 'sigmoid-log-odds': {
      const p = rows[start + label]
      gradient[label] = 1 / (p * (1 - p))
      return gradient
    }
    case 'log-odds': {
      const others = logSumExp(rows, start, width, label, temperature)
      return gradient.map((_, c) => {
        const share = c === label ? -1 : Math.exp(rows[start + c] / temperature - others)
        return -share / temperature
      })
    }
  }
}

/** log(p/(1 − p + ε) + ε) from log p and log(1 − p). */
function clampedLogOdds(logP: number, log1MinusP: number, { clamp }: Output): number {
  if (clamp === 0) return logP - log1MinusP
  return Math.log(Math.exp(logP) / (Math.exp(log1MinusP) + clamp) + clamp)
}

/** p_y; one output is that of class 1. */
function probability(rows: ArrayLike<number>, start: number, width: number, label: number): number {
  if (width > 1) return inUnit(rows[start + label])
  return label === 1 ? inUnit(rows[start]) : 1 - inUnit(rows[start])
}

/** A probability without what rounding has left of it below 0 or above 1. */
export function inUnit(p: number): number {
  return p > 1 ? 1 : p < 0 ? 0 : p
}

/** log Σ_{c≠y} p_c, which keeps its precision where 1 − p_y would cancel. */
function logOf1Minus(rows: ArrayLike<number>, start: number, width: number, label: number): number {
  if (width === 1) return Math.log(probability(rows, start, width, 1 - label))
  let sum = 0
  for (let c = 0; c < width; c++) if (c !== label) sum += inUnit(rows[start + c])
  return Math.log(sum)
}

/** log Σ_{c≠skip} exp(z_c/T), shifted by the largest term, whose exponential so is 1. */
function logSumExp(
  rows: ArrayLike<number>,
  start: number,
  width: number,
  skip: number,
  temperature: number,
): number {
  let largest = Number.NEGATIVE_INFINITY
  let top = skip
  for (let c = 0; c < width; c++) {
    if (c === skip || rows[start + c] <= largest) continue
    largest = rows[start + c]
    top = c
  }
  if (!Number.isFinite(largest)) return largest
  const scale = 1 / temperature
  let sum = 1
  for (let c = 0; c < width; c++) {
    if (c !== skip && c !== top) sum += Math.exp((rows[start + c] - largest) * scale)
  }
  return largest * scale + Math.log(sum)
}

/**
 * z_y/T − LSE_{c≠y} z_c/T as −log Σ_{c≠y} e^{(z_c − z_y)/T}, which needs no largest logit and runs 2^n times
 * a sample; the other way where the sum leaves the range of numbers.
 */
function logOdds(
  rows: ArrayLike<number>,
  start: number,
  width: number,
  label: number,
  temperature: number,
): number {
  const own = rows[start + label]
  const scale = 1 / temperature
  let sum = 0
  for (let c = 0; c < width; c++) {
    if (c !== label) sum += Math.exp((rows[start + c] - own) * scale)
  }
  if (sum > LEAST_NORMAL && sum < Number.POSITIVE_INFINITY) return 0 - Math.log(sum)
  return own * scale - logSumExp(rows, start, width, label, temperature)
}

function logAddExp(a: number, b: number): number {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))
}

/**
 * Cross-entropy −log p_y of one row, in float64: the loss of a sample. Temperature and clamp play no
 * part. For probabilities it is −log max(p_y, 2^−149), 103.3 at most, which alters only those that
 * underflowed to 0, whose loss is larger than can be told; for one logit z it is log(1 + e^{∓z}). Of probabilities
 * that stand each for itself it is that of the label's own output.
 */
export function sampleLoss(
  rows: ArrayLike<number>,
  start: number,
  width: number,
  label: number,
  kind: Output['kind'],
): number {
  if (kind === 'prob-log-odds') {
    return -Math.log(Math.max(probability(rows, start, width, label), LEAST_PROBABILITY))
  }
  if (kind === 'sigmoid-log-odds') {
    return -Math.log(Math.max(inUnit(rows[start + label]), LEAST_PROBABILITY))
  }
  if (kind === 'binary') return logAddExp(0, (label === 1 ? -1 : 1) * rows[start])
  return logSumExp(rows, start, width, -1, 1) - rows[start + label]
}

/**
 * The predicted class of one row: the largest output, ties to the lower class; of one output class 1 where
 * z > 0, or p > 1/2 where it is a probability (`prob-log-odds`).
 */
export function predictedClass(
  rows: ArrayLike<number>,
  start: number,
  width: number,
  kind: Output['kind'],
): number {
  if (width === 1) return rows[start] > (kind === 'prob-log-odds' ? 0.5 : 0) ? 1 : 0
  let best = 0
  for (let c = 1; c < width; c++) if (rows[start + c] > rows[start + best]) best = c
  return best
}
