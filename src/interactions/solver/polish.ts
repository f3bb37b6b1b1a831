/**
 * From an approximate solution to an exact one: once the iteration has found out which interactions
 * are not 0 and which noise entries are at their bound, both sides of the optimum follow from linear
 * equations. With M = (A B), T its columns that are used, σ their signs, R the rows with |q| = δ and θ their signs,
 *
 *   M_RT x_T = v_R + δ θ   (primal, the solution nearest to the iterate)
 *   M_RTᵀ λ_R = w_T σ      (dual, least squares).
 *
 * One orthogonal factorisation of M_RTᵀ serves both. Nothing is taken on trust: the caller keeps the
 * result only where its bounds are better. Source: our choice; crossover in the sense of Megiddo
 * (1991), without the walk to a vertex.
 */
import type { AndOrPair } from '../andOr.js'
import type { SplitProblem } from './problem.js'

/** What the iteration believes of the optimum. */
export interface ActiveSet {
  /** Interactions of the iterate, exact zeros where the soft threshold cut. Shape [2^n] each. */
  readonly point: AndOrPair
  /** Sign of q(S) where the noise is at its bound, 0 elsewhere. Shape [2^n]. */
  readonly atBound: Int8Array
  /** Estimate of the dual optimum. */
  readonly lambda: Float64Array
}

/** Exact candidates for both sides. */
interface Polished {
  readonly point: AndOrPair
  readonly lambda: Float64Array
}

/** A column of M: a subset and its kind. */
interface Term {
  readonly mask: number
  readonly isOr: boolean
  readonly value: number
  readonly weight: number
}

/** A row counts as dependent on those before when this share of its norm is left. */
const DEPENDENT = 1e-9

/** Gram–Schmidt goes over a vector again when less than this share of its norm is left. */
const CANCELLED = 0.1

/** A hash of which terms and rows are active, with their signs: to see that the set has settled. */
export function signature({ point, atBound }: ActiveSet): number {
  let hash = 0
  const mix = (value: number): void => {
    hash = Math.imul(hash ^ (Math.sign(value) + 2), 0x01000193)
  }
  for (const table of [point.and, point.or, atBound]) table.forEach(mix)
  return hash
}

/** Number of multiplications that {@link polish} needs, nearly. */
export function polishingCost(problem: SplitProblem, active: ActiveSet): number {
  const terms = activeTerms(problem, active.point).length
  const rows = Math.min(activeRows(problem, active).length, terms)
  return 2 * rows * rows * terms
}

/** Solves the equations of an active set. */
export function polish(problem: SplitProblem, active: ActiveSet): Polished {
  const terms = activeTerms(problem, active.point)
  const rows = activeRows(problem, active)
  const factor = orthogonalize(terms, rows)
  return {
    point: polishPrimal(problem, active, terms, factor),
    lambda: polishDual(problem, terms, factor),
  }
}

function activeTerms(problem: SplitProblem, { and, or }: AndOrPair): Term[] {
  const terms: Term[] = []
  for (let mask = 0; mask < and.length; mask++) {
    const weight = problem.andWeights[mask]
    if (and[mask] !== 0) terms.push({ mask, isOr: false, value: and[mask], weight })
    if (or[mask] !== 0) terms.push({ mask, isOr: true, value: or[mask], weight })
  }
  return terms
}

/** Rows whose equation holds exactly, those with the largest multiplier first. */
function activeRows({ delta }: SplitProblem, { atBound, lambda }: ActiveSet): number[] {
  const rows = Array.from(lambda.keys()).filter((row) => delta === 0 || atBound[row] !== 0)
  return rows.sort((a, b) => Math.abs(lambda[b]) - Math.abs(lambda[a]))
}

/** M_RTᵀ = Q U for the independent rows R: Q has orthonormal columns, U is upper triangular. */
interface Factor {
  readonly rows: readonly number[]
  /** Columns of Q, shape [|T|] each. */
  readonly basis: readonly Float64Array[]
  /** Columns of U, shape [k + 1] for the k-th. */
  readonly upper: readonly Float64Array[]
}

/** Gram–Schmidt, leaving out rows that depend on earlier ones. */
function orthogonalize(terms: readonly Term[], candidates: readonly number[]): Factor {
  const rows: number[] = []
  const basis: Float64Array[] = []
  const upper: Float64Array[] = []
  for (const row of candidates) {
    if (basis.length === terms.length) break
    const vector = rowOf(terms, row)
    const before = norm(vector)
    const coefficients = new Float64Array(basis.length + 1)
    let left = before
    for (let last = Infinity; left < CANCELLED * last && left > DEPENDENT * before; ) {
      last = left
      for (let k = 0; k < basis.length; k++) {
        const share = dot(basis[k], vector)
        coefficients[k] += share
        addScaled(vector, -share, basis[k])
      }
      left = norm(vector)
    }
    if (!(left > DEPENDENT * before)) continue
    coefficients[basis.length] = left
    for (let index = 0; index < vector.length; index++) vector[index] /= left
    basis.push(vector)
    upper.push(coefficients)
    rows.push(row)
  }
  return { rows, basis, upper }
}

/** The entries of a row of M in the columns of the terms, 0 or 1. */
function rowOf(terms: readonly Term[], row: number): Float64Array {
  const vector = new Float64Array(terms.length)
  for (let index = 0; index < terms.length; index++) {
    const { mask, isOr } = terms[index]
    if (isOr ? (mask & row) !== 0 : (mask & row) === mask) vector[index] = 1
  }
  return vector
}

/** Adds the smallest change of the non-zero terms that fulfils the equations of the rows. */
function polishPrimal(
  { values, delta }: SplitProblem,
  { atBound }: ActiveSet,
  terms: readonly Term[],
  { rows, basis, upper }: Factor,
): AndOrPair {
  // Uᵀ y = right side − M x, then the change is Q y.
  const change = new Float64Array(terms.length)
  const solved = new Float64Array(rows.length)
  for (const [index, row] of rows.entries()) {
    let right = values[row] + delta * atBound[row]
    for (const { mask, isOr, value } of terms) {
      if (isOr ? (mask & row) !== 0 : (mask & row) === mask) right -= value
    }
    for (let k = 0; k < index; k++) right -= upper[index][k] * solved[k]
    solved[index] = right / upper[index][index]
    addScaled(change, solved[index], basis[index])
  }
  const point = { and: new Float64Array(values.length), or: new Float64Array(values.length) }
  terms.forEach(({ mask, isOr, value }, index) => {
    point[isOr ? 'or' : 'and'][mask] = value + change[index]
  })
  return point
}

/** Multipliers of the rows that make the weight of every non-zero term tight, by least squares. */
function polishDual(
  { values }: SplitProblem,
  terms: readonly Term[],
  { rows, basis, upper }: Factor,
): Float64Array {
  const wanted = Float64Array.from(terms, ({ value, weight }) => Math.sign(value) * weight)
  const lambda = new Float64Array(values.length)
  const solved = basis.map((vector) => dot(vector, wanted))
  for (let k = rows.length - 1; k >= 0; k--) {
    solved[k] /= upper[k][k]
    lambda[rows[k]] = solved[k]
    for (let i = 0; i < k; i++) solved[i] -= upper[k][i] * solved[k]
  }
  return lambda
}

/** Four running sums, since each addition waits for the one before: three times as fast as one. */
function dot(a: Float64Array, b: Float64Array): number {
  const whole = a.length & ~3
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0]
  for (let index = 0; index < whole; index += 4) {
    sum0 += a[index] * b[index]
    sum1 += a[index + 1] * b[index + 1]
    sum2 += a[index + 2] * b[index + 2]
    sum3 += a[index + 3] * b[index + 3]
  }
  for (let index = whole; index < a.length; index++) sum0 += a[index] * b[index]
  return sum0 + sum1 + (sum2 + sum3)
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a))

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let index = 0; index < target.length; index++) target[index] += factor * source[index]
}
