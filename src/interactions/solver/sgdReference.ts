/**
 * The lab's published optimiser, step for step, so that old numbers can be reproduced and their
 * distance from the optimum seen. It states no bound and does not converge on real tables.
 *
 * minimise ‖I_and‖₁ + ‖I_or‖₁ over p and q, u_and = ½(v + q) + p, u_or = ½(v + q) − p, |q| ≤ δ, from
 * p = q = 0: SGD with momentum 0.9 in float32; the learning rate falls log-linearly to a tenth over
 * the iterations; q is clamped at the start of each iteration; no step follows the last loss.
 * Source: sjtu-xai-lab/interaction-concept, `_train_p_q`.
 */

import { mobius, mobiusAdjoint } from '../mobius.js'

export interface SgdSettings {
  /** 1e-4 for tabular data and point clouds, 1e-5 for images, 1e-7 in generalizable-interaction. */
  readonly lr: number
  /** 10,000 in interaction-concept, 20,000 in generalizable-interaction. */
  readonly iterations: number
}

const MOMENTUM = 0.9

/** p and q after the last iteration, shape [2^n] each. */
interface SgdSplit {
  readonly p: Float32Array
  readonly q: Float32Array
}

/** Runs the optimiser on a table of shape [2^n] with the bound δ on |q|. */
export function sgdSplit(values: Float64Array, delta: number, settings: SgdSettings): SgdSplit {
  const size = values.length
  const v = Float32Array.from(values)
  const [p, q, pVelocity, qVelocity] = Array.from({ length: 4 }, () => new Float32Array(size))
  const [andPart, orPart] = [new Float32Array(size), new Float32Array(size)]
  const bound = Math.fround(delta)
  for (let iteration = 0; iteration < settings.iterations; iteration++) {
    for (let mask = 0; mask < size; mask++) {
      q[mask] = Math.min(bound, Math.max(-bound, q[mask]))
      const half = Math.fround(0.5 * (v[mask] + q[mask]))
      andPart[mask] = half + p[mask]
      orPart[size - 1 - mask] = half - p[mask]
    }
    if (iteration === settings.iterations - 1) break
    gradientOfNorm(andPart, orPart)
    const rate = learningRateAt(settings, iteration)
    for (let mask = 0; mask < size; mask++) {
      const and = andPart[mask]
      const or = orPart[size - 1 - mask]
      pVelocity[mask] = MOMENTUM * pVelocity[mask] + (and - or)
      qVelocity[mask] = MOMENTUM * qVelocity[mask] + 0.5 * (and + or)
      p[mask] -= rate * pVelocity[mask]
      q[mask] -= rate * qVelocity[mask]
    }
  }
  return { p, q }
}

/** 10^(log10 lr − iteration / iterations): from lr to lr / 10, `np.logspace` with its end point. */
function learningRateAt({ lr, iterations }: SgdSettings, iteration: number): number {
  const progress = iterations > 1 ? iteration / (iterations - 1) : 0
  return lr * 10 ** -progress
}

/**
 * Replaces u_and by the gradient of ‖I_and‖₁ + ‖I_or‖₁ by u_and, and u_or, given at complements, by
 * that by u_or, at complements too. The sign of I_or drops out, but for ∅: there the OR interaction
 * is +u_or(∅) = the last entry, not the first Möbius coefficient.
 */
function gradientOfNorm(and: Float32Array, orAtComplements: Float32Array): void {
  const last = orAtComplements.length - 1
  const orAtEmpty = orAtComplements[last]
  mobius(and)
  mobius(orAtComplements)
  orAtComplements[0] = 0
  for (const table of [and, orAtComplements]) {
    for (let mask = 0; mask < table.length; mask++) table[mask] = Math.sign(table[mask])
    mobiusAdjoint(table)
  }
  orAtComplements[last] += Math.sign(orAtEmpty)
}
