import { subsetCount } from '../core/subset.js'
import { hasOtherEnd } from './analysisRuns.js'
import type { InteractionsTask, Plan, Task, ValuesTask } from './types.js'

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

/** Checkpoints that mark the phases, at most: start, half of t*, t*, half the gap, end. */
const PHASE_CHECKPOINTS = 5

/** Counts over distinct networks, cached or not; an upper bound where phases choose checkpoints. */
export function estimatePlan(plan: Plan): Estimate {
  const { samples, players } = plan.config.analysis
  const panel = samples.count + samples.testCount
  const subsets = subsetCount(players.count)
  const sum = (of: (task: Task) => number) =>
    plan.tasks.reduce((total, task) => total + of(task), 0)
  const tables = sum((task) => (task.kind === 'values' ? panel * checkpointsOf(plan, task) : 0))
  const otherEnds = sum((task) =>
    task.kind === 'interactions' && hasOtherEnd(task.run)
      ? panel * scoredCheckpoints(plan, task)
      : 0,
  )
  const weights = sum((task) =>
    task.kind === 'train'
      ? 8 * (task.network.parameters ?? 0) * task.network.spec.checkpointSteps.length
      : 0,
  )
  return {
    trainingSteps: sum((task) => (task.kind === 'train' ? task.network.spec.totalSteps : 0)),
    forwardPasses: tables * subsets,
    decompositions: tables + otherEnds,
    bytes: weights + (tables + otherEnds) * subsets * BYTES_PER_SUBSET,
  }
}

function checkpointsOf(plan: Plan, task: Task & { readonly kind: 'values' }): number {
  const kept = task.network.spec.checkpointSteps.length
  if (task.run.name !== 'main' || task.network.role === 'reference') {
    return Math.min(kept, scoredCheckpoints(plan, task))
  }
  const { checkpoints } = plan.config.analysis
  if (checkpoints === 'final') return 1
  if (checkpoints === 'phases') return Math.min(kept, PHASE_CHECKPOINTS)
  return checkpoints === 'all' ? kept : Math.min(kept, checkpoints.length + 1)
}

/** The end and, for the growth of a score, the beginning of the overfitting phase; of a reference the end. */
function scoredCheckpoints({ config }: Plan, { network }: ValuesTask | InteractionsTask): number {
  return config.confusing.phase === 'end' || network.role === 'reference' ? 1 : 2
}
