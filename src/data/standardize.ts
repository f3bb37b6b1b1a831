/** Standardises inputs to mean 0 and standard deviation 1. */
import type { InputKind } from '../core/inputKind.js'

/** Mean and standard deviation by channel or feature. */
export interface Standardization {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/**
 * Mean and (population) standard deviation over inputs [count, ...shape], in float64: by channel of
 * images, by feature of tables. What never varies has std 1, so that it is only centred.
 */
export function standardizationOf(
  inputs: Float32Array,
  shape: readonly number[],
  kind: InputKind,
): Standardization {
  const groups = shape[0]
  const plane = planeOf(shape, kind)
  const size = groups * plane
  const count = inputs.length / groups
  const mean = overGroups(inputs, size, plane, (value) => value).map((sum) => sum / count)
  const variance = overGroups(inputs, size, plane, (value, g) => (value - mean[g]) ** 2)
  return { mean, std: variance.map((sum) => Math.sqrt(sum / count) || 1) }
}

/** Inputs after x ← (x − mean[g]) / std[g], in place. */
export function standardizeInPlace(
  inputs: Float32Array,
  shape: readonly number[],
  kind: InputKind,
  { mean, std }: Standardization,
): void {
  const plane = planeOf(shape, kind)
  const size = shape[0] * plane
  for (let start = 0; start < inputs.length; start += plane) {
    const group = (start % size) / plane
    for (let index = start; index < start + plane; index++) {
      inputs[index] = (inputs[index] - mean[group]) / std[group]
    }
  }
}

function planeOf(shape: readonly number[], kind: InputKind): number {
  return kind === 'image' ? shape[1] * shape[2] : 1
}

function overGroups(
  inputs: Float32Array,
  size: number,
  plane: number,
  term: (value: number, group: number) => number,
): number[] {
  const sums = new Array<number>(size / plane).fill(0)
  for (let start = 0; start < inputs.length; start += plane) {
    const group = (start % size) / plane
    let sum = 0
    for (let index = start; index < start + plane; index++) sum += term(inputs[index], group)
    sums[group] += sum
  }
  return sums
}
