import type { AnalysisConfig } from '../config/analysis.js'
import { InterruptedError, TaskError } from '../core/errors.js'
import { decompose } from '../interactions/decompose.js'
import type { Decomposition, TieBreak } from '../interactions/types.js'
import type { AnalysisRun, InteractionsTask } from '../plan/types.js'
import { exists } from '../store/atomic.js'
import { networkPaths } from '../store/layout.js'
import { withLock } from '../store/lock.js'
import { thresholds } from '../study/checkpoint.js'
import { tableOf } from '../study/types.js'
import { collectDecompositions, writeInteractionFile } from './interactionFile.js'
import { writeInteractionTable } from './interactionTable.js'
import { runSteps } from './steps.js'
import { readCurve } from './train.js'
import type { TaskContext } from './types.js'
import { readValueFile } from './valueFile.js'

/** Largest |h(S) − (v + q)(S)|, relative to max(1, max|v|), that counts as universal matching. */
const MATCHING_TOLERANCE = 1e-9

/**
 * Decomposes every sample of a network at every analysed checkpoint; at the last one also at the
 * other end of the L1-optimal decompositions. Checkpoints that are there are kept.
 */
export async function interactions(task: InteractionsTask, context: TaskContext): Promise<void> {
  const { plan } = context
  const paths = networkPaths(context.results, task.network.id)
  await withLock(`${paths.lock}-interactions`, async () => {
    const steps = runSteps(plan, task.run, task.network, await readCurve(paths))
    const { analysis, valuesId, interactionsId } = task.run
    const jobs = decompositionJobs(task.run, steps)
    for (const [index, { step, tieBreak, suffix }] of jobs.entries()) {
      const file = paths.interactions(step, interactionsId + suffix)
      if (await exists(file)) continue
      const values = await readValueFile(paths.values(step, valuesId))
      const rows: Decomposition[] = []
      for (let row = 0; row < values.count; row++) {
        if (context.signal.aborted) throw new InterruptedError()
        const settings = { ...analysis, tieBreak }
        rows.push(decomposeTable(tableOf(values, row), settings, values.sample[row]))
        // Lets interruptions and progress through between two solves.
        await new Promise(setImmediate)
        context.report({
          done: index * values.count + row + 1,
          total: jobs.length * values.count,
          note: `step ${step}`,
        })
      }
      const table = paths.interactionsTable(step, interactionsId + suffix)
      const decompositions = collectDecompositions(rows)
      const taus = thresholds({ step, values, decompositions }, analysis.salience)
      await writeInteractionTable(table, { samples: values.sample, rows, taus })
      await writeInteractionFile(file, decompositions)
    }
  })
}

/** File-name suffix of the decompositions at the other end of the tie-break. */
export const OTHER_END = '-other'

interface DecompositionJob {
  readonly step: number
  readonly tieBreak: TieBreak
  readonly suffix: string
}

/** The other end comes first, so that the last step's own file is the sign that all is there. */
function decompositionJobs(
  { name, analysis: { tieBreak, solver } }: AnalysisRun,
  steps: readonly number[],
): DecompositionJob[] {
  const last = steps[steps.length - 1]
  const otherEnd: DecompositionJob[] =
    name === 'main' && solver === 'certified' && tieBreak !== 'none'
      ? [{ step: last, tieBreak: tieBreak === 'low' ? 'high' : 'low', suffix: OTHER_END }]
      : []
  return [...otherEnd, ...steps.map((step) => ({ step, tieBreak, suffix: '' }))]
}

/**
 * One decomposition, checked for universal matching. Throws TaskError naming the sample when the
 * interactions do not reproduce the table.
 */
export function decomposeTable(
  table: Float64Array,
  { solver, noise, gap, tieBreak, reference }: AnalysisConfig,
  sample: number,
): Decomposition {
  const found = decompose(table, { solver, noise, gap, tieBreak, reference })
  const scale = table.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
  if (found.matchingError <= MATCHING_TOLERANCE * scale) return found
  throw new TaskError(
    `sample ${sample}: interactions miss the network's output by ${found.matchingError}; ` +
      'this is a fault of the solver, please report it with the value table',
    { context: { sample } },
  )
}
