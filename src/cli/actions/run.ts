/** The work of `lowlayer run`: plans a study, runs what is missing, and says what was found. */
import { exitCodes } from '../../core/errors.js'
import { shownPath } from '../../core/shownPath.js'
import { localProcesses } from '../../executors/local.js'
import type { Executor, TaskOutcome } from '../../executors/types.js'
import { planWarnings } from '../../plan/analysisRuns.js'
import { writeTensorboard } from '../../report/tensorboard/write.js'
import { exists, jsonText, writeNote } from '../../store/atomic.js'
import { resultsNote, studyFolder } from '../../store/layout.js'
import { announceStudy } from '../../tasks/state/announceStudy.js'
import type { RunOptions } from '../commands/run.js'
import { failureCode, reportFailures } from '../failures.js'
import { interruptible } from '../interruption.js'
import { ownCommand } from '../ownCommand.js'
import type { Say } from '../progress/types.js'
import { messagesIn } from '../progress/view.js'
import { remarksOf } from '../remarks.js'
import { resultOf } from '../runResult.js'
import { requireEngine, runTasks, settled } from '../runTasks.js'
import { sayWaiting } from '../sayWaiting.js'
import { openStudy, type Study } from '../study.js'
import { hasFailedNetworks, loadSummary, summarize } from '../summary.js'

/** Plans a study and runs what is missing of it. */
export async function run(file: string, options: RunOptions, executor?: Executor): Promise<void> {
  process.exitCode = await runPlanned(await openStudy(file, options), options, executor)
}

/** Runs what is missing of a planned study, in processes beside this one unless told; returns the exit code. */
export async function runPlanned(
  opened: Study,
  options: RunOptions,
  executor: Executor = localProcesses,
): Promise<number> {
  const { results } = opened
  const say = messagesIn(options.progress)
  for (const remark of remarksOf(opened.plan)) say(remark)
  // A folder that cannot be written should be known before hours of training, not after. What is there may be the user's own.
  const note = resultsNote(results)
  if (!(await exists(note))) await writeNote(note, resultsReadme)
  const interruption = interruptible()
  try {
    return await runStoppable(opened, options, executor, say, interruption.signal)
  } finally {
    interruption.release()
  }
}

/** {@link runPlanned} until it is asked to stop. Throws InterruptedError where it is before the first task. */
async function runStoppable(
  opened: Study,
  options: RunOptions,
  executor: Executor,
  say: Say,
  signal: AbortSignal,
): Promise<number> {
  const { results } = opened
  const waiting = { onWait: sayWaiting(results, say), signal }
  const study = await settled(opened, say, waiting)
  const { plan } = study
  await requireEngine(study, plan.tasks)
  await announceStudy(plan, results, waiting)
  const outcomes = await runTasks(study, plan.tasks, options, executor, signal)
  const status = outcomes.find(({ task }) => task.kind === 'compare')?.status
  const compared = status === 'done' || status === 'cached'
  if (options.tensorboard && compared) {
    const folder = studyFolder(results, plan.study, plan.id)
    await writeTensorboard(folder, { onWait: sayWaiting(folder, say), signal })
  }
  const ended = { interrupted: signal.aborted, compared }
  const exitCode = await conclude(study, outcomes, { ...ended, say, json: options.json ?? false })
  if (options.json) process.stdout.write(jsonText(await resultOf(study, { ...ended, exitCode })))
  return exitCode
}

interface Ended {
  readonly interrupted: boolean
  /** Whether the comparison is there. */
  readonly compared: boolean
  /** Whether the result is printed in another form than words. */
  readonly json: boolean
  readonly say: Say
}

/** Reports failures, says the summary, and gives the exit code. */
async function conclude(
  { plan, results }: Study,
  outcomes: readonly TaskOutcome[],
  { interrupted, compared, json, say }: Ended,
): Promise<number> {
  reportFailures(outcomes, say)
  const skipped = outcomes.filter(({ status }) => status === 'skipped').length
  if (skipped > 0) say(`skipped: ${skipped}, as what failed is needed for them`)
  if (interrupted) {
    say(`interrupted; resume with: ${ownCommand()}`)
    return exitCodes.interrupted
  }
  if (compared) {
    const folder = studyFolder(results, plan.study, plan.id)
    const study = await loadSummary(folder)
    const { columns } = process.stderr
    const shown = { said: planWarnings(plan.data), ...(columns > 0 ? { columns } : {}) }
    if (!json) say((await summarize(study, folder, shownPath(folder), shown)).trimEnd())
    // Tasks of a network whose stored results are damaged may all have been done before.
    const incomplete = hasFailedNetworks(study)
    return incomplete || failureCode(outcomes) !== exitCodes.done
      ? exitCodes.taskFailed
      : exitCodes.done
  }
  return failureCode(outcomes)
}

const resultsReadme = `# Results

\`networks/<id>/\` holds trained networks and what was computed on each: checkpoints (ONNX), the curve,
value tables and interactions. Every study that has the network shares them.
\`<study>-<id>/\` holds the tables, the verdict and the report of one study; SCHEMA.md there explains them.

Everything here can be deleted; \`lowlayer run\` makes what is missing again.
`
