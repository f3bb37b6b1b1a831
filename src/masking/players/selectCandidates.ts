/** Chooses which grid cells or features become players: by variance, at random, from the centre or as listed. */
import { InputError } from '../../core/errors.js'
import { stream } from '../../core/random.js'

/** How `count` candidates (grid cells or features) are chosen as players. */
export type Selection =
  | { readonly by: 'variance' | 'centre' }
  | { readonly by: 'random'; readonly seed: number }
  | { readonly by: 'listed'; readonly indices: readonly number[] }

/** What a selection may look at, by candidate. */
export interface Candidates {
  readonly count: number
  /** What they are called in messages: 'cells of the 4×4 grid', say. */
  readonly noun: string
  /** Training-set variance of each candidate. */
  readonly variance?: Float64Array
  /** Distance of each candidate from the middle. */
  readonly distance?: Float64Array
}

/**
 * The chosen candidates in ascending order, so that equal sets give equal players. Ties go to the
 * lower index. Throws InputError when there are fewer candidates than players, a listed one does not
 * exist or is listed twice, or what the selection needs is not known.
 */
export function selectCandidates(
  candidates: Candidates,
  count: number,
  selection: Selection,
): number[] {
  if (selection.by === 'listed') return listed(candidates, count, selection.indices)
  if (count > candidates.count) {
    throw new InputError(
      `${count} players asked for, but there are only ${candidates.count} ${candidates.noun}: ` +
        'set analysis.players.count',
    )
  }
  return rank(candidates, selection).slice(0, count).sort(ascending)
}

function rank(candidates: Candidates, selection: Exclude<Selection, { by: 'listed' }>): number[] {
  if (selection.by === 'random') {
    return [...stream(selection.seed, 'players').at().permutation(candidates.count)]
  }
  const key = selection.by === 'variance' ? candidates.variance : candidates.distance
  if (key === undefined) {
    throw new InputError(`players cannot be chosen by ${selection.by} among ${candidates.noun}`)
  }
  const sign = selection.by === 'variance' ? -1 : 1
  const indices = Array.from({ length: candidates.count }, (_, index) => index)
  return indices.sort((a, b) => sign * (key[a] - key[b]) || a - b)
}

function listed(candidates: Candidates, count: number, indices: readonly number[]): number[] {
  if (indices.length !== count) {
    throw new InputError(`${count} players asked for, but ${indices.length} are listed`)
  }
  for (const [position, index] of indices.entries()) {
    if (!Number.isInteger(index) || index < 0 || index >= candidates.count) {
      throw new InputError(
        `listed player ${index} does not exist: the ${candidates.noun} go from 0 to ${candidates.count - 1}`,
      )
    }
    if (indices.indexOf(index) !== position) {
      throw new InputError(`players overlap: ${index} is listed twice`)
    }
  }
  return indices.toSorted(ascending)
}

function ascending(a: number, b: number): number {
  return a - b
}

/**
 * Variance of every input cell over the samples, in float64 by Welford's update (Technometrics 4,
 * 1962): inputs [count, size] → [size].
 */
export function cellVariance(inputs: Float32Array, count: number, size: number): Float64Array {
  const mean = new Float64Array(size)
  const squares = new Float64Array(size)
  for (let sample = 0; sample < count; sample++) {
    for (let cell = 0; cell < size; cell++) {
      const value = inputs[sample * size + cell]
      const delta = value - mean[cell]
      mean[cell] += delta / (sample + 1)
      squares[cell] += delta * (value - mean[cell])
    }
  }
  return squares.map((sum) => sum / Math.max(1, count))
}
