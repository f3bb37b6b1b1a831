import { join, relative } from 'node:path'
import { Command, Option } from 'commander'
import { readAssumptions } from '../../artifacts/networkState.js'
import { exitCodes, messageOf } from '../../core/errors.js'
import { createEngine } from '../../engine/registry.js'
import type { CardName } from '../../engine/types.js'
import { devicePool, needsEngine } from '../../executors/devicePool.js'
import { schedule } from '../../executors/schedule.js'
import { onDevice, settleDevice } from '../../executors/settleDevice.js'
import type { Executor, TaskOutcome } from '../../executors/types.js'
import { planWarnings } from '../../plan/analysisRuns.js'
import { oddsWarnings } from '../../plan/designOdds.js'
import { designWarnings } from '../../plan/designWarnings.js'
import type { MeasureTask, Task } from '../../plan/types.js'
import { writeTensorboard } from '../../report/tensorboard/write.js'
import { jsonText, writeNote } from '../../store/atomic.js'
import { networkPaths, studyFiles, studyFolder } from '../../store/layout.js'
import type { Waiting } from '../../store/lock.js'
import { jobCount, threadsOfTask } from '../../tasks/jobCount.js'
import { announceStudy } from '../../tasks/state/announceStudy.js'
import { isTaskDone } from '../../tasks/state/isDone.js'
import { removeLeftovers } from '../../tasks/state/leftovers.js'
import { storedFaults } from '../../tasks/state/storedFaults.js'
import { interruptible, onStop } from '../interruption.js'
import { ownCommand } from '../ownCommand.js'
import { type ProgressMode, type ProgressView, progressModes } from '../progress/types.js'
import { messagesIn, progressView } from '../progress/view.js'
import { resultOf } from '../runResult.js'
import { sayWaiting } from '../sayWaiting.js'
import { openStudy, type Study, type StudyOptions, withStudyOptions } from '../study.js'
import { hasFailedNetworks, loadSummary, summarize } from '../summary.js'
import { tasksAtOnce } from '../tasksAtOnce.js'

type Say = ProgressView['say']

export interface RunOptions extends StudyOptions {
  readonly progress: ProgressMode
  readonly failFast?: boolean
  readonly tensorboard?: boolean
  readonly json?: boolean
}

/** How progress is shown. */
export function progressOption(): Option {
  return new Option('--progress <mode>', 'how progress is shown')
    .choices(progressModes)
    .default('auto')
}

/** `lowlayer run CONFIG`: plan, run what is missing with an executor, write tables. */
export function runCommand(executor: Executor): Command {
  return withStudyOptions(new Command('run'), 'runtime.slurm')
    .summary('run a study, or finish one that stopped')
    .description('Trains, analyses and compares the networks of a study; what is done is kept.')
    .addOption(progressOption())
    .option('--fail-fast', 'start no further task after a failure')
    .option('--tensorboard', 'write the curves as TensorBoard event files too')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  lowlayer run configs/quickstart.yaml --jobs 2')
    .action(async (file: string, options: RunOptions) => {
      process.exitCode = await runPlanned(await openStudy(file, options), options, executor)
    })
}

/** Runs what is missing of a planned study with an executor; returns the exit code. */
export async function runPlanned(
  opened: Study,
  options: RunOptions,
  executor: Executor,
): Promise<number> {
  const { results } = opened
  const say = messagesIn(options.progress)
  for (const assumption of opened.plan.data.assumptions ?? []) say(`assumed: ${assumption}`)
  for (const warning of [
    ...planWarnings(opened.plan.data),
    ...designWarnings(opened.plan),
    ...oddsWarnings(opened.plan),
  ]) {
    say(`warning: ${warning}`)
  }
  // A folder that cannot be written should be known before hours of training, not after.
  await writeNote(join(results, 'README.md'), resultsReadme)
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

/** Runs what is missing of tasks of a study on its devices until it is asked to stop, and shows how they go. */
export async function runTasks(
  study: Study,
  tasks: readonly Task[],
  options: Pick<RunOptions, 'progress' | 'failFast'>,
  executor: Executor,
  signal: AbortSignal,
): Promise<TaskOutcome[]> {
  const { plan, results, baseDir, dataDirs } = study
  const view = progressView(options.progress, tasks)
  onStop(signal, view.say)
  const threads = threadsOfTask(plan)
  const startOn = (device?: CardName) =>
    executor({ plan: device ? onDevice(plan, device) : plan, results, baseDir, dataDirs, threads })
  const { devices } = plan.config.runtime
  const pool = devices === undefined ? { start: startOn() } : devicePool(devices, startOn)
  const told: Promise<void>[] = []
  const { jobs: atOnce, remarks } = tasksAtOnce(plan)
  for (const remark of remarks) view.say(remark)
  return schedule(tasks, {
    jobs: atOnce,
    failFast: options.failFast ?? false,
    isDone: (task) => isDoneOrDamaged(task, study, view.say),
    ...pool,
    signal,
    listener: {
      started: (task) => view.started?.(task),
      progress: (task, event) => view.progress?.(task, event),
      again: (task, jobs) => view.say(outOfMemory(task, jobs)),
      ended(outcome) {
        view.ended?.(outcome)
        const { task, status } = outcome
        if (task.kind === 'measure' && (status === 'done' || status === 'cached'))
          told.push(sayAssumptions(task, study, view.say))
      },
    },
  }).finally(async () => {
    await Promise.all(told)
    view.close()
  })
}

function nameOf(task: Task): string {
  return 'network' in task ? `${task.kind} of ${task.network.name}` : task.kind
}

/** What is said of a task that ran out of memory beside others. */
function outOfMemory(task: Task, jobs: number): string {
  const atOnce = jobs === 1 ? 'one task at a time' : `at most ${jobs} tasks at once`
  return `out of memory: ${nameOf(task)} is tried again; ${atOnce} from now on (--jobs ${jobs} does so from the start)`
}

/** Says what was assumed about a network from elsewhere when it was measured, now or before. */
async function sayAssumptions(
  { network }: MeasureTask,
  { plan, results }: Study,
  say: Say,
): Promise<void> {
  try {
    const lines = await readAssumptions(networkPaths(results, network.id), plan.valuesId)
    for (const line of lines) say(`assumed: ${line}`)
  } catch (error) {
    say(`damaged: ${messageOf(error)}`)
  }
}

/**
 * Whether what a task leaves is there, as it was written, and nothing besides from now on; what is not is named, and the task
 * makes it anew.
 */
async function isDoneOrDamaged(task: Task, study: Study, say: Say): Promise<boolean> {
  if (await isTaskDone(task, study, 'content')) {
    await removeLeftovers(task, study)
    return true
  }
  for (const { file, message } of await storedFaults([task], study, 'content')) {
    say(`damaged: ${file} ${message}: made anew`)
  }
  return false
}

/** The study on the device that `auto` comes to, which is said where there was a choice. */
export async function settled(study: Study, say: Say, waiting: Waiting): Promise<Study> {
  const { plan, results } = study
  const file = join(studyFolder(results, plan.study, plan.id), studyFiles.device)
  const jobs = Math.min(jobCount(plan.config.runtime), plan.networks.length)
  const found = await settleDevice(plan, file, jobs, waiting)
  if (found === undefined) return study
  if (found.reason !== '') say(`device ${found.device} (${found.reason})`)
  return { ...study, plan: onDevice(plan, found.device) }
}

/**
 * Throws what is missing of an engine or a device that the configuration names, once and before any of
 * some tasks; where those that compute with one are done it needs neither.
 */
export async function requireEngine(
  { plan, results }: Study,
  tasks: readonly Task[],
): Promise<void> {
  const { engine, device, devices = [device] } = plan.config.runtime
  for (const task of tasks.filter(needsEngine)) {
    if (await isTaskDone(task, { plan, results })) continue
    for (const each of devices) await createEngine(engine, each)
    return
  }
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

/** Seen from the working folder where that is shorter to read. */
function shownPath(folder: string): string {
  const seen = relative(process.cwd(), folder)
  return seen.startsWith('..') ? folder : seen
}

/** Says each cause once, with the tasks that it stopped. */
export function reportFailures(outcomes: readonly TaskOutcome[], say: Say): void {
  const causes = new Map<string, string[]>()
  for (const { task, failure } of causesOf(outcomes)) {
    const stack = failure.code === 'internal' ? `\n${failure.stack ?? ''}` : ''
    const cause = failure.message + stack
    causes.set(cause, [...(causes.get(cause) ?? []), nameOf(task)])
  }
  for (const [cause, tasks] of causes) {
    say(`failed: ${tasks.join(', ')}: ${cause}`)
  }
}

/** Failures; that nothing is left to compare is none of its own where networks failed. */
function causesOf(outcomes: readonly TaskOutcome[]) {
  const failed = outcomes.filter((outcome) => outcome.status === 'failed')
  const first = failed.filter(({ task }) => task.kind !== 'compare')
  return first.length === 0 ? failed : first
}

/** Where nothing could be compared: the exit code of the failures where they agree, 1 otherwise; 0 without any. */
function failureCode(outcomes: readonly TaskOutcome[]): number {
  const codes = new Set(causesOf(outcomes).map(({ failure }) => failure.exitCode))
  if (codes.size === 0) return exitCodes.done
  return codes.size === 1 ? [...codes][0] : exitCodes.taskFailed
}

const resultsReadme = `# Results

\`networks/<id>/\` holds trained networks and what was computed on each: checkpoints (ONNX), the curve,
value tables and interactions. Every study that has the network shares them.
\`<study>-<id>/\` holds the tables, the verdict and the report of one study; SCHEMA.md there explains them.

Everything here can be deleted; \`lowlayer run\` makes what is missing again.
`
