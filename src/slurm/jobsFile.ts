/**
 * What was submitted of a study, below its folder:
 *
 *     slurm/jobs.json           the study, and each array with its id in the cluster
 *           1/train.sh          scripts of the first submission
 *           1/train.tasks       the tasks of each element of an array, a line each
 *           logs/
 */
import { join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { InputError } from '../core/errors.js'
import { exists } from '../store/atomic.js'
import { studyFiles } from '../store/layout.js'
import { readStoredJson, readStoredText } from '../store/stored.js'
import { type Planned, planOf } from '../tasks/state/manifest.js'
import type { RunnableStudy } from '../tasks/types.js'

const text = z.string()

/** An array as the cluster knows it, by SLURM's number of it: nothing else reaches SLURM's commands, or names of files. */
const submittedJob = z.object({
  name: text.regex(/^[a-z]+(-\d+)?$/, 'a name such as train-2'),
  id: text.regex(/^\d+$/, 'a number of SLURM'),
})

const jobsFileSchema = z.object({
  planned: z.custom<Planned>((value) => value instanceof Object),
  /** Folder of the configuration file, and those of data sets. */
  baseDir: text,
  dataDirs: z.array(text).readonly(),
  /** Each with its time in ISO 8601. */
  submissions: z.array(z.object({ at: text, jobs: z.array(submittedJob) })),
})

export type SubmittedJob = Readonly<z.infer<typeof submittedJob>>
export type JobsFile = Readonly<z.infer<typeof jobsFileSchema>>

/** Paths of one submission, counted from 1. */
export function submissionPaths(folder: string, number: number) {
  const own = join(folder, studyFiles.cluster, String(number))
  return {
    folder: own,
    script: (name: string) => join(own, `${name}.sh`),
    tasks: (name: string) => join(own, `${name}.tasks`),
  }
}

export function jobsFile(folder: string): string {
  return join(folder, studyFiles.jobs)
}

export function logFolder(folder: string): string {
  return join(folder, studyFiles.cluster, 'logs')
}

/** What was submitted of the study in a folder; undefined where nothing was. Throws InputError where the file is damaged. */
export async function readJobs(folder: string): Promise<JobsFile | undefined> {
  const file = jobsFile(folder)
  // A listed file that is not there was put away.
  if (!(await exists(file))) return undefined
  const stored = await readStoredJson(file).catch((cause: unknown) => {
    throw cause instanceof InputError ? damaged(file, 'it is not what was written') : cause
  })
  const found = jobsFileSchema.safeParse(stored)
  if (found.success) return found.data
  const [{ path, message }] = found.error.issues
  throw damaged(file, `${path.join('.')}: ${message}`)
}

/** Submitting reads it first, so that nothing is submitted twice: it takes a person to put it away. */
function damaged(file: string, why: string): InputError {
  return new InputError(
    `${file} is no file of jobs (${why}): what was submitted is not known; see with squeue --me what waits, delete the ` +
      'file, and submit again',
  )
}

/** {@link readJobs} where something was. Throws InputError where nothing was. */
export async function requireJobs(folder: string): Promise<JobsFile> {
  const jobs = await readJobs(folder)
  if (jobs !== undefined) return jobs
  throw new InputError(
    `${folder} is no study that was submitted (it has no ${studyFiles.jobs}); lowlayer submit names the folder`,
  )
}

/** The study in a folder as it was submitted, whatever its configuration's file says now. */
export async function submittedStudy(folder: string): Promise<RunnableStudy> {
  const { planned, baseDir, dataDirs } = await requireJobs(folder)
  const plan = planOf(planned)
  if (typeof plan === 'string') throw damaged(jobsFile(folder), plan)
  return { plan, results: resolve(folder, '..'), baseDir, dataDirs }
}

/** SLURM's numbers of all arrays that were submitted. */
export function idsOf({ submissions }: JobsFile): string[] {
  return submissions.flatMap(({ jobs }) => jobs.map(({ id }) => id))
}

/** One element of an array that was submitted. */
export interface SubmittedElement {
  readonly job: SubmittedJob
  /** Its index in the array. */
  readonly index: number
  readonly tasks: readonly string[]
}

/** Every element that was submitted, the latest submission first. Throws InputError where a file of them is damaged. */
export async function submittedElements(
  folder: string,
  { submissions }: JobsFile,
): Promise<SubmittedElement[]> {
  const found: SubmittedElement[] = []
  for (const [index, { jobs }] of [...submissions.entries()].reverse()) {
    const paths = submissionPaths(folder, index + 1)
    for (const job of jobs) {
      const file = paths.tasks(job.name)
      const lines = await readStoredText(file).catch((cause: unknown) => {
        if (!(cause instanceof InputError)) throw cause
        throw damaged(jobsFile(folder), `${relative(folder, file)} is not what was written`)
      })
      for (const [element, tasks] of linesOf(lines)) {
        found.push({ job, index: element, tasks })
      }
    }
  }
  return found
}

/** The file that tells each element its tasks. */
export function tasksText(elements: readonly (readonly string[])[]): string {
  return elements.map((ids) => `${ids.join(' ')}\n`).join('')
}

function linesOf(text = ''): [number, string[]][] {
  return text
    .split('\n')
    .map((line, index): [number, string[]] => [index, line === '' ? [] : line.split(' ')])
    .filter(([, ids]) => ids.length > 0)
}
