/** Whether two choices of an analysis mask alike, as far as data without a network tell. */

import type { AnalysisConfig } from '../config/analysis.js'
import { sizeOf } from '../core/tensor.js'
import type { PathOf } from '../data/paths.js'
import type { Dataset } from '../data/types.js'
import { inputBaseline } from './baseline/configureBaseline.js'
import { learningSettings } from './baseline/learnStudyBaseline.js'
import { placePlayers, shapeWithoutNetwork } from './players/configurePlayers.js'

/** Largest difference between the cells of baselines that count as equal. */
const TOLERANCE = 1e-6

/** Baselines are compared on so many training samples; those that depend on the sample differ soon. */
const SAMPLES = 20

/** Whether two analyses have the same players on every training sample that both can take. */
export function samePlayers(
  a: AnalysisConfig['players'],
  b: AnalysisConfig['players'],
  data: Dataset,
  pathOf: PathOf,
): boolean {
  const one = placePlayers(a, data, pathOf)
  const other = placePlayers(b, data, pathOf)
  const shape = shapeWithoutNetwork(a, data)
  const { ids } = data.train
  // Only texts have other players from sample to sample.
  const differ = data.kind === 'text' || data.kind === 'tokens'
  return inputsOf(data, differ ? data.train.count : 1).every((input, row) => {
    if (!one.admits(input) || !other.admits(input)) return true
    const [mapA, mapB] = [one, other].map(
      (placed) => placed.players({ id: ids[row], input }, shape).map,
    )
    return mapA.every((player, cell) => player === mapB[cell])
  })
}

/**
 * Whether two analyses replace masked inputs by the same values. False where a network is needed to
 * tell: for baselines that are learned, and where the output of a layer is masked.
 */
export async function sameBaseline(
  a: AnalysisConfig,
  b: AnalysisConfig,
  data: Dataset,
  pathOf: PathOf,
): Promise<boolean> {
  const isInner = data.kind === 'text' || a.players.layout === 'layer'
  const isLearned = [a, b].some(({ baseline }) => learningSettings(baseline) !== undefined)
  if (isInner || isLearned) return false
  const [one, other] = await Promise.all(
    [a, b].map(({ baseline }) => inputBaseline(baseline, data, pathOf)),
  )
  return inputsOf(data, SAMPLES).every((input) => {
    const values = other.valuesFor(input)
    return one.valuesFor(input).every((value, cell) => Math.abs(value - values[cell]) <= TOLERANCE)
  })
}

/** The first training inputs, one after the other. */
function inputsOf({ shape, train }: Dataset, count: number): Float32Array[] {
  const size = sizeOf(shape)
  return Array.from({ length: Math.min(count, train.count) }, (_, row) =>
    train.inputs.subarray(row * size, (row + 1) * size),
  )
}
