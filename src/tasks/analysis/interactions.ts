import {
  checkInteractionFileSize,
  collectDecompositions,
  writeInteractionFile,
} from '../../artifacts/interactionFile.js'
import { writeInteractionTable } from '../../artifacts/interactionTable.js'
import { readCurve } from '../../artifacts/networkState.js'
import { readEvaluatedSamples, readTables } from '../../artifacts/valueFile.js'
import type { AnalysisConfig } from '../../config/analysis.js'
import { TaskError } from '../../core/errors.js'
import { decompose, decomposeBothEnds } from '../../interactions/decompose.js'
import type { Decomposition } from '../../interactions/types.js'
import { hasOtherEnd } from '../../plan/analysisRuns.js'
import type { InteractionsTask } from '../../plan/types.js'
import type { WriteFile } from '../../store/atomic.js'
import { lockBeside, networkPaths } from '../../store/layout.js'
import { isStored } from '../../store/stored.js'
import { interactionsOutputs, OTHER_END, type Output } from '../state/outputs.js'
import { stopIfAsked, withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'
import { runSteps, scoredSteps } from './analysedSteps.js'

/** Largest |h(S) − (v + q)(S)|, relative to max(1, max|v|), that counts as universal matching. */
const MATCHING_TOLERANCE = 1e-9

/**
 * Decomposes every sample of a network at every analysed checkpoint; in the main analysis those that
 * the score takes also at the other end of the L1-optimal decompositions. What is there is kept.
 */
export async function interactions(task: InteractionsTask, context: TaskContext): Promise<void> {
  const { analysis, valuesId, interactionsId } = task.run
  const paths = networkPaths(context.results, task.network.id)
  await withTaskLock(lockBeside(paths.interactions(0, '')), context, async (lease) => {
    const curve = await readCurve(paths)
    const steps = runSteps(context.plan, task.run, task.network, curve)
    const scored = scoredSteps(context.plan, task.network, curve)
    for (const [index, step] of steps.entries()) {
      const atBothEnds = hasOtherEnd(task.run) && scored.includes(step)
      const outputs = await interactionsOutputs(task, context, step, atBothEnds)
      if (await areStored(outputs)) continue
      const [{ from }] = outputs
      const write: WriteFile = (path, data) => lease.write(path, data, from)
      const valueFile = paths.values(step, valuesId)
      const values = await readEvaluatedSamples(valueFile)
      checkInteractionFileSize(values.count, values.n)
      const decomposeOne = atBothEnds ? decomposeAtBothEnds : decomposeAtOneEnd
      const rows: BothEnds[] = []
      for await (const table of readTables(valueFile)) {
        stopIfAsked(context, lease)
        rows.push(decomposeOne(table, analysis, values.sample[rows.length]))
        // Lets interruptions and progress through between two solves.
        await new Promise(setImmediate)
        const done = index * values.count + rows.length
        context.report({ done, total: steps.length * values.count, note: `step ${step}` })
      }
      const store = async (found: readonly Decomposition[], id: string): Promise<void> => {
        const decompositions = collectDecompositions(found)
        const table = { samples: values.sample, rows: found }
        await writeInteractionTable(paths.interactionsTable(step, id), table, write)
        await writeInteractionFile(paths.interactions(step, id), decompositions, write)
      }
      const others = rows.flatMap(({ other }) => (other === undefined ? [] : [other]))
      if (atBothEnds) await store(others, interactionsId + OTHER_END)
      await store(
        rows.map(({ own }) => own),
        interactionsId,
      )
    }
  })
}

/** Whether all of these files are what was written. */
async function areStored(outputs: readonly Output[]): Promise<boolean> {
  for (const { path, from } of outputs) {
    if (!(await isStored(path, 'content', from))) return false
  }
  return true
}

/** One sample under the configured tie-break and, where that was asked for, the opposite one. */
interface BothEnds {
  readonly own: Decomposition
  readonly other?: Decomposition
}

function decomposeAtOneEnd(
  table: Float64Array,
  analysis: AnalysisConfig,
  sample: number,
): BothEnds {
  return { own: decomposeTable(table, analysis, sample) }
}

function decomposeAtBothEnds(
  table: Float64Array,
  { noise, gap, tieBreak }: AnalysisConfig,
  sample: number,
): BothEnds {
  const { low, high } = decomposeBothEnds(table, { noise, gap })
  checkMatching(low, table, sample)
  checkMatching(high, table, sample)
  return tieBreak === 'high' ? { own: high, other: low } : { own: low, other: high }
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
  checkMatching(found, table, sample)
  return found
}

function checkMatching(found: Decomposition, table: Float64Array, sample: number): void {
  const scale = table.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
  if (found.matchingError <= MATCHING_TOLERANCE * scale) return
  throw new TaskError(
    `sample ${sample}: interactions miss the network's output by ${found.matchingError}; ` +
      'this is a fault of the solver, please report it with the value table',
    { context: { sample } },
  )
}
