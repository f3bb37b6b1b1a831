/** Estimates what a study costs: steps, forward passes, bytes and seconds. */
import { subsetCount } from '../core/subset.js'
import { hasOtherEnd } from './analysisRuns.js'
import type { InteractionsTask, Plan, Task, ValuesTask } from './types.js'

/** What a study costs, from its configuration alone. */
export interface Estimate {
  readonly trainingSteps: number
  /** samples × checkpoints × 2^n over all analysed networks that are run. */
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
  const tablesOf = (task: Task) => (task.kind === 'values' ? panel * checkpointsOf(plan, task) : 0)
  const tables = sum(tablesOf)
  const given = sum((task) => (isRead(task) ? tablesOf(task) : 0))
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
    forwardPasses: (tables - given) * subsets,
    decompositions: tables + otherEnds,
    bytes: weights + (tables + otherEnds) * subsets * BYTES_PER_SUBSET,
  }
}

/** What a comparison does, one after the other: reads networks, holds pairs against each other, compares scores by every measure, draws figures. */
export type ComparisonStage = 'networks' | 'pairs' | 'scores' | 'figures'

/** How many parts each stage has, and the seconds that one takes on one core, by `npm run bench:scale`. */
type ComparisonWork = Readonly<
  Record<ComparisonStage, { readonly parts: number; readonly seconds: number }>
>

/** Figures of a report, and networks that they show at most. */
const FIGURES = 21
const DRAWN_NETWORKS = 64

/**
 * What comparing a study costs: reading grows with networks × checkpoints × samples × 2^n, pairs with networks² × samples × 2^n, and each
 * of the comparisons of other scores (measures of difficulty, subgroups, the multiverse) with networks² too, as sets are held against
 * each other; figures with the networks that they show.
 */
export function comparisonWork(plan: Plan): ComparisonWork {
  const { samples, players } = plan.config.analysis
  const analysed = plan.networks.filter(({ role }) => role === 'analysed')
  const panel = samples.count + samples.testCount
  const subsets = subsetCount(players.count)
  const pairs = (analysed.length * (analysed.length - 1)) / 2
  const [checkpoints] = plan.tasks.flatMap((task) =>
    task.kind === 'values' ? [checkpointsOf(plan, task)] : [],
  )
  const references = plan.networks.some(({ role }) => role === 'reference')
  const alternatives = 6 * plan.runs.length * (references ? 11 : 5)
  return {
    networks: {
      parts: analysed.length,
      seconds: 0.04 + (checkpoints ?? 1) * panel * (2.5e-4 + 1e-7 * subsets),
    },
    pairs: { parts: pairs, seconds: 1.5e-5 + samples.count * (4e-7 + 3e-10 * subsets) },
    scores: {
      parts: 15 + plan.data.classes + alternatives,
      seconds: 0.02 + 2e-7 * pairs + 3e-6 * analysed.length * samples.count,
    },
    figures: {
      parts: FIGURES,
      seconds: 0.25 + 0.0035 * Math.min(analysed.length, DRAWN_NETWORKS),
    },
  }
}

/** Seconds on one core of what is done of a comparison, all of it by default. */
export function comparisonSeconds(
  work: ComparisonWork,
  done?: Readonly<Record<ComparisonStage, number>>,
): number {
  const stages = Object.keys(work) as ComparisonStage[]
  return stages.reduce(
    (total, stage) => total + (done?.[stage] ?? work[stage].parts) * work[stage].seconds,
    0,
  )
}

/** Whether its values are those of another tool: there is nothing to run. */
function isRead(task: Task): boolean {
  return (
    task.kind === 'values' && task.network.origin === 'given' && task.network.spec.kind === 'values'
  )
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
