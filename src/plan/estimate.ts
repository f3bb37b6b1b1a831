import { subsetCount } from '../core/subset.js'
import type { Plan } from './types.js'

/** What a study costs, from its configuration alone. */
export interface Estimate {
  readonly trainingSteps: number
  /** samples × checkpoints × 2^n over all analysed networks. */
  readonly forwardPasses: number
  readonly decompositions: number
  readonly bytes: number
}

/** Bytes a subset takes in a value file, in an interaction file (AND, OR) and in the Parquet file. */
const BYTES_PER_SUBSET = 8 + 16 + 24

/**
 * Counts over distinct networks, cached or not. Where checkpoints follow from the phases, which are
 * not known yet, all kept ones are counted: an upper bound.
 */
export function estimatePlan(plan: Plan): Estimate {
  const train = plan.tasks.flatMap((task) => (task.kind === 'train' ? [task.network] : []))
  const analysed = plan.tasks.flatMap((task) => (task.kind === 'values' ? [task.network] : []))
  const { samples, players } = plan.config.analysis
  const subsets = subsetCount(players.count)
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  const checkpoints = sum(
    analysed.map(({ spec }) =>
      plan.config.analysis.checkpoints === 'final' ? 1 : spec.checkpointSteps.length,
    ),
  )
  const decompositions = checkpoints * (samples.count + samples.testCount)
  const weights = sum(
    train.map(({ parameters, spec }) => parameters * 8 * spec.checkpointSteps.length),
  )
  return {
    trainingSteps: sum(train.map(({ spec }) => spec.totalSteps)),
    forwardPasses: decompositions * subsets,
    decompositions,
    bytes: weights + decompositions * subsets * BYTES_PER_SUBSET,
  }
}
