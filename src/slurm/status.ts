/** How far the cluster is with a study: what was submitted, what SLURM says of it, and what is stored. */
import { EnvironmentError, InputError } from '../core/errors.js'
import { groupBy } from '../core/groupBy.js'
import { shownPath } from '../core/shownPath.js'
import { isTaskDone } from '../tasks/state/isDone.js'
import { scancel, statesOf } from './commands.js'
import {
  idsOf,
  jobsFile,
  logFolder,
  readJobs,
  requireJobs,
  type SubmittedElement,
  submittedElements,
  submittedStudy,
} from './jobsFile.js'
import { type ElementState, isQueued } from './queue.js'

/** An element whose tasks are not all done. */
interface OpenElement {
  /** Name of its array. */
  readonly job: string
  /** `<array>_<index>`. */
  readonly element: string
  readonly tasks: readonly string[]
  /** What SLURM says of it; undefined where it does not know it any more. */
  readonly state?: ElementState
  readonly isQueued: boolean
}

export interface ClusterStatus {
  /** Whether SLURM answered: where not, no element has a state. */
  readonly answers: boolean
  /** Elements that were submitted. */
  readonly elements: number
  /** How many elements ended how, in the words of `sacct`; undefined where it does not answer. */
  readonly ended?: Readonly<Record<string, number>>
  readonly open: readonly OpenElement[]
  /** Folder of their logs, whose names begin with study, array and index. */
  readonly logs: string
}

/** What the cluster does of the study in a folder; undefined where nothing of it was submitted. Reads only. */
export async function clusterStatus(folder: string): Promise<ClusterStatus | undefined> {
  const jobs = await readJobs(folder)
  if (jobs === undefined || jobs.submissions.length === 0) return undefined
  const states = await statesOf(idsOf(jobs))
  const elements = await submittedElements(folder, jobs)
  const open: OpenElement[] = []
  for (const { job, index, tasks } of await openElements(folder, elements)) {
    const element = `${job.id}_${index}`
    const state = states?.all.get(element)
    open.push({ job: job.name, element, tasks, state, isQueued: isQueued(state) })
  }
  const logs = shownPath(logFolder(folder))
  const ended = states?.accounted && countEnded([...states.accounted.values()])
  return { answers: states !== undefined, elements: elements.length, ended, open, logs }
}

/** How many of elements ended in each state. */
function countEnded(elements: readonly ElementState[]): Record<string, number> {
  const ended = groupBy(
    elements.filter((element) => !isQueued(element)),
    ({ state }) => state,
  )
  return Object.fromEntries([...ended].map(([state, some]) => [state, some.length]))
}

/** Elements with a task that is not done and is in no later element. */
async function openElements(
  folder: string,
  elements: readonly SubmittedElement[],
): Promise<SubmittedElement[]> {
  const study = await submittedStudy(folder)
  const tasks = new Map(study.plan.tasks.map((task) => [task.id, task]))
  const seen = new Set<string>()
  const open: SubmittedElement[] = []
  for (const element of elements) {
    const other = element.tasks.find((id) => !tasks.has(id))
    if (other !== undefined)
      throw new InputError(
        `${jobsFile(folder)}: ${other} is no task of its study: lowlayer submit, which leaves it out, goes on`,
      )
    const latest = element.tasks.filter((id) => !seen.has(id))
    for (const id of latest) seen.add(id)
    const done = await Promise.all(latest.map((id) => isTaskDone(tasks.get(id)!, study)))
    if (done.includes(false)) open.push(element)
  }
  return open
}

/** Cancels what waits or runs of the study in a folder; how many elements. Throws EnvironmentError without SLURM. */
export async function cancelStudy(folder: string): Promise<number> {
  const jobs = await requireJobs(folder)
  const states = await statesOf(idsOf(jobs))
  if (states === undefined) {
    throw new EnvironmentError(
      'SLURM does not answer here (squeue): cancel where the study was submitted',
    )
  }
  const queued = [...states.all].filter(([, state]) => isQueued(state)).map(([element]) => element)
  const arrays = new Set(queued.map((element) => element.split('_')[0]))
  if (arrays.size > 0) await scancel([...arrays])
  return queued.length
}
