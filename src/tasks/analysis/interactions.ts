/** The task that decomposes the values of a network into AND and OR interactions. */
import {
  checkInteractionFileSize,
  collectDecompositions,
  writeInteractionFile,
} from '../../artifacts/interactionFile.js'
import { writeInteractionTable } from '../../artifacts/interactionTable.js'
import { readCurve } from '../../artifacts/networkState.js'
import { readEvaluatedSamples, readTables } from '../../artifacts/valueFile.js'
import { TaskError } from '../../core/errors.js'
import type { Decomposition } from '../../interactions/types.js'
import { hasOtherEnd } from '../../plan/analysisRuns.js'
import type { InteractionsTask } from '../../plan/types.js'
import type { WriteFile } from '../../store/atomic.js'
import { networkPaths } from '../../store/layout.js'
import { runSteps, scoredSteps } from '../state/analysedSteps.js'
import { areStored } from '../state/isDone.js'
import { interactionsOutputs, OTHER_END } from '../state/outputs.js'
import { stopIfAsked, withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'
import { decomposeAll, workersFor } from './decomposePool.js'

/** Largest |h(S) − (v + q)(S)|, relative to max(1, max|v|), that counts as universal matching. */
const MATCHING_TOLERANCE = 1e-9

/**
 * Decomposes every sample of a network at every analysed checkpoint; in the main analysis those that
 * the score takes also at the other end of the L1-optimal decompositions. What is there is kept.
 */
export async function interactions(task: InteractionsTask, context: TaskContext): Promise<void> {
  const { analysis, valuesId, interactionsId } = task.run
  const paths = networkPaths(context.results, task.network.id)
  await withTaskLock(task, context, async (lease) => {
    const curve = await readCurve(paths)
    const steps = runSteps(context.plan, task.run, task.network, curve)
    const scored = scoredSteps(context.plan, task.network, curve)
    for (const [index, step] of steps.entries()) {
      const atBothEnds = hasOtherEnd(task.run) && scored.includes(step)
      const outputs = await interactionsOutputs(task, context, step, atBothEnds)
      if (await areStored(outputs, 'content')) continue
      const [{ from }] = outputs
      const write: WriteFile = (path, data) => lease.write(path, data, from)
      const valueFile = paths.values(step, valuesId)
      const values = await readEvaluatedSamples(valueFile)
      checkInteractionFileSize(values.count, values.n)
      const tables: Float64Array[] = []
      for await (const table of readTables(valueFile)) tables.push(table)
      const { solver, noise, gap, tieBreak, reference } = analysis
      const options = { solver, noise, gap, tieBreak, reference, bothEnds: atBothEnds }
      const workers = workersFor(values.count, values.n, context.threads ?? 1)
      let done = index * values.count
      const found = await decomposeAll(tables, options, workers, () => {
        stopIfAsked(context, lease)
        context.report({ done: ++done, total: steps.length * values.count, note: `step ${step}` })
      })
      for (const [row, ends] of found.entries()) {
        for (const end of ends) checkMatching(end, tables[row], values.sample[row])
      }
      const store = async (found: readonly Decomposition[], id: string): Promise<void> => {
        const decompositions = collectDecompositions(found)
        const table = { samples: values.sample, rows: found }
        await writeInteractionTable(paths.interactionsTable(step, id), table, write)
        await writeInteractionFile(paths.interactions(step, id), decompositions, write)
      }
      // Of both ends the configured one goes by the name alone.
      const own = atBothEnds && tieBreak === 'high' ? 1 : 0
      const at = (end: number) => found.map((ends) => ends[end])
      if (atBothEnds) await store(at(1 - own), interactionsId + OTHER_END)
      await store(at(own), interactionsId)
    }
  })
}

/** Throws TaskError naming the sample where the interactions do not reproduce the table. */
function checkMatching(found: Decomposition, table: Float64Array, sample: number): void {
  const scale = table.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
  if (found.matchingError <= MATCHING_TOLERANCE * scale) return
  throw new TaskError(
    `sample ${sample}: interactions miss the network's output by ${found.matchingError}; ` +
      'this is a fault of the solver, please report it with the value table',
    { context: { sample } },
  )
}
