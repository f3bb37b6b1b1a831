/** The option `baseline: learned`: its settings, and learning it for a network of a study. */
import type { BaselineConfig } from '../../config/analysis.js'
import { sizeOf } from '../../core/tensor.js'
import { type SampleRow, sampleAt } from '../../data/rows.js'
import type { Dataset } from '../../data/types.js'
import type { BoundNetwork } from '../../engine/types.js'
import { valueShape } from '../evaluation/layerValue.js'
import type { Output } from '../evaluation/output.js'
import { sampleSource } from '../evaluation/sampleSource.js'
import { balancedPanel } from '../panel.js'
import type { PlacedPlayers } from '../players/configurePlayers.js'
import type { Baseline } from '../types.js'
import { type Moments, spread } from './baselines.js'
import { type LearningSample, learnBaseline } from './learnBaseline.js'

/** Training samples that a baseline is learned on (our choice: the cost grows with them). */
const SAMPLES = 8

/** Settings of `baseline: learned`. */
interface LearningSettings {
  readonly lr: number
  readonly iterations: number
  /** Largest change, in deviations of the channel over the training set. */
  readonly bound: number
}

/** The lab's settings (AOG), where none are given. */
const usual: LearningSettings = { lr: 1e-3, iterations: 50, bound: 0.05 }

/** Settings of a learned baseline; undefined where the configuration asks for another one. */
export function learningSettings(config: BaselineConfig): LearningSettings | undefined {
  if (config === 'learned') return usual
  return typeof config === 'object' && 'learned' in config ? config.learned : undefined
}

/**
 * Learns the baseline of a network that is masked at the value `at` on a few class-balanced training samples, starting at the training
 * means. Texts learn one embedding for all positions; everything else learns every cell.
 */
export async function learnStudyBaseline(
  network: BoundNetwork,
  at: string,
  data: Dataset,
  placed: PlacedPlayers,
  output: Output,
  { lr, iterations, bound }: LearningSettings,
  { means, deviations }: Moments,
): Promise<Baseline> {
  const shape = valueShape(network.graph, at)
  const cells = sizeOf(shape)
  const width = shape[shape.length - 1]
  const source = await sampleSource(network, at)
  const samples: LearningSample[] = []
  for (const sample of trainingSamples(data, placed)) {
    const x = await source.valueOf(sample)
    samples.push({
      x,
      input: sample.input,
      label: sample.label,
      players: placed.players(sample, shape),
    })
  }
  await source.dispose()
  return learnBaseline(network, at, {
    n: placed.n,
    output,
    samples,
    start: spread(means, shape),
    bound: spread(deviations, shape).map((deviation) => bound * deviation),
    shared: Int32Array.from({ length: cells }, (_, cell) =>
      data.kind === 'text' ? cell % width : cell,
    ),
    learningRate: lr,
    iterations,
  })
}

function trainingSamples({ train, classes }: Dataset, { admits }: PlacedPlayers): SampleRow[] {
  const count = Math.min(SAMPLES, train.count)
  const rows = balancedPanel(train.labels, classes.length, count, 0, (row) =>
    admits(sampleAt(train, row).input),
  )
  return [...rows].map((row) => sampleAt(train, row))
}
