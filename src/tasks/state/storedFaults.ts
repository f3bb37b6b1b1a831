/** Finds stored files that are damaged or out of date. */
import { relative } from 'node:path'
import { LowlayerError, messageOf } from '../../core/errors.js'
import type { Task } from '../../plan/types.js'
import type { ReportProblem } from '../../report/types.js'
import { type Closeness, faultOf } from '../../store/stored.js'
import type { StudyPlace } from '../types.js'
import { outputsOf } from './outputs.js'

/** More files than this of one task are counted, not named. */
const NAMED = 4

/**
 * Stored files of these tasks that are not what was written, or were made from others than are there now, with
 * their place below the results: by place and size, or by their content. What was never there is none of them.
 */
export async function storedFaults(
  tasks: readonly Task[],
  place: StudyPlace,
  closeness: Closeness,
): Promise<ReportProblem[]> {
  const found: ReportProblem[] = []
  for (const task of tasks) found.push(...(await storedFaultsOfTask(task, place, closeness)))
  return distinctProblems(found)
}

/** The file that an error is about, with its place below the results, and what is wrong with it. */
function problemOf(error: unknown, { results }: StudyPlace): ReportProblem {
  const message = messageOf(error)
  const file = error instanceof LowlayerError ? error.context.file : undefined
  if (typeof file !== 'string') return { file: results, message }
  return { file: relative(results, file), message: message.replace(`${file} `, '') }
}

/** Problems, each once. */
export function distinctProblems(problems: readonly ReportProblem[]): ReportProblem[] {
  return [
    ...new Map(problems.map((problem) => [`${problem.file} ${problem.message}`, problem])).values(),
  ]
}

async function storedFaultsOfTask(
  task: Task,
  place: StudyPlace,
  closeness: Closeness,
): Promise<ReportProblem[]> {
  const found: ReportProblem[] = []
  try {
    for (const { path, from } of (await outputsOf(task, place)) ?? []) {
      const fault = await faultOf(path, closeness, from)
      if (fault === undefined || fault.kind === 'absent') continue
      // Tables of a study that goes on are made from fewer networks than there are now.
      if (fault.kind === 'stale' && task.kind === 'compare') continue
      found.push({ file: relative(place.results, path), message: fault.why })
    }
  } catch (error) {
    found.push(problemOf(error, place))
  }
  if (found.length <= NAMED) return found
  const more = found.length - NAMED
  const [last] = found.slice(NAMED - 1)
  const named = { file: last.file, message: `${last.message}; and ${more} more files of this task` }
  return [...found.slice(0, NAMED - 1), named]
}
