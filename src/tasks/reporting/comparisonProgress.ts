/** Tells how far a comparison is, in seconds of a core that its parts take. */
import { setImmediate } from 'node:timers/promises'
import { InterruptedError } from '../../core/errors.js'
import { type ComparisonStage, comparisonSeconds, comparisonWork } from '../../plan/estimate.js'
import type { Plan } from '../../plan/types.js'
import type { TaskContext } from '../types.js'

/** Says that a part of a stage is done; lets others have a turn and throws InterruptedError when the user interrupts. */
export type ComparisonProgress = (
  note: string,
  stage: ComparisonStage,
  parts?: number,
) => Promise<void>

/** Progress of comparing a study: the first that is told is that nothing is done. */
export function comparisonProgress(
  plan: Plan,
  { report, signal }: Pick<TaskContext, 'report' | 'signal'>,
): ComparisonProgress {
  const work = comparisonWork(plan)
  const total = comparisonSeconds(work)
  const done = { networks: 0, pairs: 0, scores: 0, figures: 0 }
  report({ done: 0, total, note: 'networks' })
  return async (note, stage, parts = 1) => {
    done[stage] = Math.min(work[stage].parts, done[stage] + parts)
    report({ done: comparisonSeconds(work, done), total, note })
    await setImmediate()
    if (signal.aborted) throw new InterruptedError()
  }
}
