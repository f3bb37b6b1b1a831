/** The fast form of the published optimiser against its dense form, step for step. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { orderOf } from '../../testing/orderOf.js'
import { sgdSplit } from './sgdReference.js'

/** The reference as it is published: dense matrices, one gradient a step; here in float64. */
function denseReference(v: number[], delta: number, lr: number, iterations: number) {
  const masks = v.map((_, mask) => mask)
  const last = v.length - 1
  const mobius = (T: number, L: number) => ((L & T) === L ? (-1) ** (orderOf(T) - orderOf(L)) : 0)
  const and = masks.map((T) => masks.map((L) => mobius(T, L)))
  const or = masks.map((T) => masks.map((L) => (T === 0 ? Number(L === 0) : -mobius(T, last - L))))
  const apply = (matrix: number[][], u: number[]) =>
    matrix.map((row) => row.reduce((sum, entry, L) => sum + entry * u[L], 0))
  const pull = (matrix: number[][], signs: number[]) =>
    masks.map((L) => matrix.reduce((sum, row, T) => sum + row[L] * signs[T], 0))
  const [p, q, pSpeed, qSpeed] = Array.from({ length: 4 }, () => v.map(() => 0))
  const losses: number[] = []
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (const S of masks) q[S] = Math.min(delta, Math.max(-delta, q[S]))
    const iAnd = apply(
      and,
      masks.map((S) => (v[S] + q[S]) / 2 + p[S]),
    )
    const iOr = apply(
      or,
      masks.map((S) => (v[S] + q[S]) / 2 - p[S]),
    )
    losses.push([...iAnd, ...iOr].reduce((sum, value) => sum + Math.abs(value), 0))
    if (iteration === iterations - 1) break
    const gAnd = pull(and, iAnd.map(Math.sign))
    const gOr = pull(or, iOr.map(Math.sign))
    const rate = lr * 10 ** (-iteration / (iterations - 1))
    for (const S of masks) {
      pSpeed[S] = 0.9 * pSpeed[S] + gAnd[S] - gOr[S]
      qSpeed[S] = 0.9 * qSpeed[S] + (gAnd[S] + gOr[S]) / 2
      p[S] -= rate * pSpeed[S]
      q[S] -= rate * qSpeed[S]
    }
  }
  return { p, q, losses }
}

describe('the reference optimiser', () => {
  it.each([0, 0.3])('follows the dense one step for step, δ = %f', (delta) => {
    const generator = stream(3, 'values').at()
    const v = Array.from({ length: 16 }, () => 4 * generator.normal())
    const dense = denseReference(v, delta, 1e-3, 60)
    const fast = sgdSplit(Float64Array.from(v), delta, { lr: 1e-3, iterations: 60 })
    for (let S = 0; S < v.length; S++) {
      expect(fast.p[S]).toBeCloseTo(dense.p[S], 4)
      expect(fast.q[S]).toBeCloseTo(dense.q[S], 4)
    }
    expect(dense.losses[59]).toBeLessThan(dense.losses[0])
  })
})
