/**
 * What was submitted of a study, below its folder:
 *
 *     slurm/jobs.json           the study, and each array with its id in the cluster
 *           1/train.sh          scripts of the first submission
 *           1/train.tasks       the tasks of each element of an array, a line each
 *           logs/
 */
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { InputError } from '../core/errors.js'
import type { Plan } from '../plan/types.js'
import { studyFiles } from '../store/layout.js'
import { readStoredJson, readStoredText } from '../store/stored.js'
import { type Planned, planOf } from '../tasks/reporting/manifest.js'

const text = z.string()

/** An array as the cluster knows it, by SLURM's number of it. */
const submittedJob = z.object({ name: text, id: text })

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
  const found = jobsFileSchema.optional().safeParse(await readStoredJson(file))
  if (found.success) return found.data
  const [{ path, message }] = found.error.issues
  throw new InputError(
    `${file} is no file of jobs (${path.join('.')}: ${message}); submit it again`,
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
export async function submittedStudy(folder: string): Promise<{
  readonly plan: Plan
  readonly results: string
  readonly baseDir: string
  readonly dataDirs: readonly string[]
}> {
  const { planned, baseDir, dataDirs } = await requireJobs(folder)
  const plan = planOf(planned)
  if (typeof plan === 'string') throw new InputError(`${jobsFile(folder)} ${plan}; submit it again`)
  return { plan, results: resolve(folder, '..'), baseDir, dataDirs }
}

/** One element of an array that was submitted. */
export interface SubmittedElement {
  readonly job: SubmittedJob
  /** Its index in the array. */
  readonly index: number
  readonly tasks: readonly string[]
}

/** Every element that was submitted, the latest submission first. */
export async function submittedElements(
  folder: string,
  { submissions }: JobsFile,
): Promise<SubmittedElement[]> {
  const found: SubmittedElement[] = []
  for (const [index, { jobs }] of [...submissions.entries()].reverse()) {
    const paths = submissionPaths(folder, index + 1)
    for (const job of jobs) {
      for (const [element, tasks] of linesOf(await readStoredText(paths.tasks(job.name)))) {
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
