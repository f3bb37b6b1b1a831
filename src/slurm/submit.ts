/** Submits what is missing of a study to the cluster. */
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RuntimeConfig } from '../config/runtime.js'
import { cardsOf } from '../config/slurm.js'
import { allocation, YOUNG_GENERATION } from '../executors/environment.js'
import type { Plan } from '../plan/types.js'
import { jsonText, makeFolder } from '../store/atomic.js'
import { lockOf, studyFolder } from '../store/layout.js'
import { type Lease, withLock } from '../store/lock.js'
import { writeFailure } from '../store/writeFailure.js'
import { announceStudy } from '../tasks/state/announceStudy.js'
import { isTaskDone } from '../tasks/state/isDone.js'
import { plannedOf } from '../tasks/state/manifest.js'
import type { RunnableStudy, StudyPlace } from '../tasks/types.js'
import { longestArray, sbatch, scancel, statesOf } from './commands.js'
import {
  idsOf,
  type JobsFile,
  jobsFile,
  logFolder,
  readJobs,
  type SubmittedJob,
  submissionPaths,
  submittedElements,
  tasksText,
} from './jobsFile.js'
import { type ArrayJob, planJobs } from './planJobs.js'
import { isQueued } from './queue.js'
import { jobScript } from './script.js'

const bin = fileURLToPath(new URL('../../bin/lowlayer.js', import.meta.url))

interface SubmitOptions {
  /** Only writes the scripts. */
  readonly print: boolean
  /** Told of a process that works in the study's folder. */
  readonly onWait: (holder: string) => void
}

/** An array that was submitted, or would be. */
interface SubmittedArray extends ArrayJob {
  readonly script: string
  /** SLURM's number of it; undefined where it was only written. */
  readonly id?: string
}

export interface Submitted {
  readonly folder: string
  readonly arrays: readonly SubmittedArray[]
  /** Tasks that wait or run in earlier arrays, which are left to them. */
  readonly queued: number
}

/**
 * Writes the scripts of what is missing of a study, and submits them. What is done, or waits or runs in an earlier
 * submission, is left out. Where SLURM refuses one of the arrays, those before it are cancelled.
 */
export async function submitStudy(
  study: RunnableStudy,
  { print, onWait }: SubmitOptions,
): Promise<Submitted> {
  const { plan, results } = study
  const folder = studyFolder(results, plan.study, plan.id)
  await announceStudy(plan, results, { onWait })
  const submit = async (lease: Lease): Promise<Submitted> => {
    const before = await readJobs(folder)
    const queued = await queuedTasks(folder, before)
    const missing = await missingTasks(study, queued)
    const { pack } = plan.config.runtime.slurm
    const longest = await longestArray()
    const jobs = planJobs(plan.tasks, missing, { pack, longest, queued })
    const submissions = before?.submissions ?? []
    const record: JobsFile = {
      planned: plannedOf(onElement(plan)),
      baseDir: resolve(study.baseDir),
      dataDirs: study.dataDirs,
      submissions,
    }
    const number = submissions.length + 1
    const written = await writeScripts(jobs, { folder, number, plan, lease })
    await lease.write(jobsFile(folder), jsonText(record))
    const arrays = print ? written : await submitAll(written, record, { folder, lease })
    return { folder, arrays, queued: queued.size }
  }
  return withLock(lockOf(folder), submit, { onWait })
}

/** Tasks that wait or run, with the array that they are in. */
async function queuedTasks(
  folder: string,
  jobs: JobsFile | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (jobs === undefined) return new Map()
  const states = await statesOf(idsOf(jobs))
  if (states === undefined) return new Map()
  const elements = await submittedElements(folder, jobs)
  return new Map(
    elements
      .filter(({ job, index }) => isQueued(states.all.get(`${job.id}_${index}`)))
      .flatMap(({ job, tasks }) => tasks.map((task) => [task, job.id] as const)),
  )
}

/** Tasks to be run; the comparison too where anything else is: one in the queue does not wait for it. */
async function missingTasks(
  { plan, results }: StudyPlace,
  queued: ReadonlyMap<string, string>,
): Promise<Set<string>> {
  const missing = new Set<string>()
  for (const task of plan.tasks) {
    if (task.kind === 'compare' && missing.size > 0) missing.add(task.id)
    else if (!queued.has(task.id) && !(await isTaskDone(task, { plan, results }, 'content')))
      missing.add(task.id)
  }
  return missing
}

/** The study as its elements run it: a worker for each of their cards, or else for each of their cores. */
function onElement(plan: Plan): Plan {
  const { runtime } = plan.config
  const cards = cardsOf(runtime.slurm.gres)
  const isOpen = runtime.devices === undefined && ['auto', 'cuda'].includes(runtime.device)
  const devices =
    cards > 1 && isOpen
      ? Array.from({ length: cards }, (_, card) => `cuda:${card}` as const)
      : runtime.devices
  const own: RuntimeConfig =
    devices === undefined
      ? { ...runtime, jobs: runtime.slurm.cpus }
      : { ...runtime, devices, device: 'auto', jobs: devices.length }
  return { ...plan, config: { ...plan.config, runtime: own } }
}

interface ScriptOrder {
  readonly folder: string
  readonly number: number
  readonly plan: Plan
  readonly lease: Lease
}

async function writeScripts(
  jobs: readonly ArrayJob[],
  { folder, number, plan, lease }: ScriptOrder,
): Promise<SubmittedArray[]> {
  const paths = submissionPaths(folder, number)
  // What was only printed before may have had other arrays.
  for (const name of await readdir(paths.folder).catch(() => [])) {
    await lease.remove(join(paths.folder, name))
  }
  // SLURM makes no folder for its logs, and drops the job without a word.
  await makeFolder(logFolder(folder)).catch((error: unknown) => {
    throw writeFailure(logFolder(folder), error)
  })
  const written: SubmittedArray[] = []
  for (const job of jobs) {
    const script = paths.script(job.name)
    const place = {
      study: `${plan.study}-${plan.id.slice(0, 8)}`,
      folder,
      tasksFile: paths.tasks(job.name),
      log: join(logFolder(folder).replaceAll('%', '%%'), '%x-%A_%a.out'),
      workingFolder: process.cwd(),
      program: [process.execPath, YOUNG_GENERATION, bin],
      environment: allocation,
    }
    await lease.write(paths.tasks(job.name), tasksText(job.elements))
    await lease.write(script, jobScript(job, place, plan.config.runtime.slurm))
    written.push({ ...job, script })
  }
  return written
}

/** Submits arrays in order; the record has each as soon as the cluster does. */
async function submitAll(
  arrays: readonly SubmittedArray[],
  record: JobsFile,
  { folder, lease }: { readonly folder: string; readonly lease: Lease },
): Promise<SubmittedArray[]> {
  const at = new Date().toISOString()
  const jobs: SubmittedJob[] = []
  const idOf = (name: string) => jobs.find((job) => job.name === name)?.id ?? name
  try {
    for (const array of arrays) {
      const id = await sbatch(array.script, dependencyOptions(array, idOf))
      jobs.push({ name: array.name, id })
      const submissions = [...record.submissions, { at, jobs }]
      await lease.write(jobsFile(folder), jsonText({ ...record, submissions }))
    }
  } catch (error) {
    if (jobs.length > 0) await scancel(jobs.map(({ id }) => id))
    throw error
  }
  return arrays.map((array) => ({ ...array, id: idOf(array.name) }))
}

/** What `sbatch` is told of what an array waits for; `idOf` gives the number of one by its name. */
export function dependencyOptions(
  { partner, after }: ArrayJob,
  idOf: (name: string) => string,
): string[] {
  const parts = [
    ...(partner === undefined ? [] : [`aftercorr:${idOf(partner)}`]),
    ...(after.length === 0 ? [] : [`afterany:${after.map(idOf).join(':')}`]),
  ]
  if (parts.length === 0) return []
  // An element whose partner failed would wait for ever.
  return [`--dependency=${parts.join(',')}`, '--kill-on-invalid-dep=yes']
}
