/** Whether two choices of an analysis mask alike, as far as data without a network tell. */

import type { AnalysisConfig } from '../config/analysis.js'
import type { PathOf } from '../data/paths.js'
import { type SampleRow, sampleAt } from '../data/rows.js'
import type { Dataset } from '../data/types.js'
import { inputBaseline } from './baseline/configureBaseline.js'
import { learningSettings } from './baseline/learnStudyBaseline.js'
import { plainRows } from './foreign/probe.js'
import { placePlayers, shapeWithoutNetwork } from './players/configurePlayers.js'

/** Largest difference between the cells of baselines that count as equal. */
const TOLERANCE = 1e-6

/** Training samples on which baselines are compared; two that depend on the sample differ on the first few. */
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
  // Only texts have other players from sample to sample.
  const differ = data.kind === 'text' || data.kind === 'tokens'
  return firstSamples(data, differ ? data.train.count : 1).every((sample) => {
    if (!one.admits(sample.input) || !other.admits(sample.input)) return true
    const [mapA, mapB] = [one, other].map((placed) => placed.players(sample, shape).map)
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
    [a, b].map((analysis) => inputBaseline(analysis, data, pathOf)),
  )
  return firstSamples(data, SAMPLES).every((sample) => {
    const row = plainRows([sample])
    const values = other.valuesFor(row)
    return one.valuesFor(row).every((value, cell) => Math.abs(value - values[cell]) <= TOLERANCE)
  })
}

/** The first training samples, one after the other. */
function firstSamples({ train }: Dataset, count: number): SampleRow[] {
  return Array.from({ length: Math.min(count, train.count) }, (_, row) => sampleAt(train, row))
}
