/** How far the studies of a folder are, for `lowlayer status`. */
import { basename, dirname, join, resolve } from 'node:path'
import { InputError, messageOf } from '../../core/errors.js'
import type { TaskKind } from '../../plan/types.js'
import { loadStudy } from '../../report/load.js'
import type { ReportProblem } from '../../report/types.js'
import { exists } from '../../store/atomic.js'
import { studyFiles } from '../../store/layout.js'
import { type Manifest, readManifest } from '../../store/manifest.js'
import { schemaVersion } from '../../tables/tables.js'
import type { StudyPlace } from '../types.js'
import { studyFailures } from './failures.js'
import { foldersIn } from './foldersIn.js'
import { isTaskDone } from './isDone.js'
import { planOf } from './manifest.js'
import { storedFaults } from './storedFaults.js'

/** How far a study is. */
export interface StudyStatus {
  readonly study: string
  readonly folder: string
  readonly id: string | undefined
  readonly complete: boolean
  /** Tasks by kind, in the order in which they run; empty when they cannot be told. */
  readonly tasks: readonly {
    readonly kind: TaskKind
    readonly done: number
    readonly total: number
  }[]
  /** Networks and tasks of the whole study that failed, with the reason. */
  readonly failed: Readonly<Record<string, string>>
  /** Files of the study that are damaged or of another version, with their place below the results. */
  readonly problems: readonly string[]
}

/**
 * The state of a study, or of every study of a results folder. Reads only. Throws InputError when
 * there is none.
 */
export async function studyStatus(folder: string): Promise<StudyStatus[]> {
  if (await exists(join(folder, studyFiles.manifest))) return [await statusOf(folder)]
  const found: StudyStatus[] = []
  for (const name of await foldersIn(folder)) {
    const inner = join(folder, name)
    if (await exists(join(inner, studyFiles.manifest))) found.push(await statusOf(inner))
  }
  if (found.length > 0) return found
  throw new InputError(
    `${folder} holds no study (no manifest.json there or one folder below); lowlayer run makes one`,
  )
}

async function statusOf(folder: string): Promise<StudyStatus> {
  const base = {
    study: basename(folder),
    folder,
    id: undefined,
    complete: false,
    tasks: [],
    failed: {},
  }
  let manifest: Manifest
  try {
    manifest = (await readManifest(folder))!
  } catch (error) {
    return { ...base, problems: [messageOf(error)] }
  }
  const known = {
    ...base,
    study: manifest.study ?? base.study,
    id: manifest.id,
    complete: manifest.complete === true,
    failed: manifest.failed,
  }
  // Before the first comparison there are no tables, and nothing is wrong with that.
  const tables = known.complete
    ? (await loadStudy(folder, base.study, { tables: [] })).problems.map(inWords)
    : []
  if (manifest.schemaVersion !== schemaVersion)
    return { ...known, problems: [...tables, 'tasks cannot be told'] }
  const plan = planOf(manifest)
  if (typeof plan === 'string')
    return { ...known, problems: [`manifest.json ${plan}: tasks cannot be told`, ...tables] }
  const results = dirname(resolve(folder))
  try {
    const tasks = await countTasks({ plan, results })
    const failed = { ...known.failed, ...(await studyFailures({ plan, results })) }
    const complete = known.complete && tasks.every(({ done, total }) => done === total)
    const others = plan.tasks.filter(({ kind }) => kind !== 'compare')
    const damage = (await storedFaults(others, { plan, results }, 'place')).map(inWords)
    return { ...known, tasks, failed, complete, problems: [...tables, ...damage] }
  } catch (error) {
    return { ...known, problems: [...tables, messageOf(error)] }
  }
}

const inWords = ({ file, message }: ReportProblem): string => `${file} ${message}`

async function countTasks(place: StudyPlace): Promise<StudyStatus['tasks']> {
  const counts = new Map<TaskKind, { done: number; total: number }>()
  for (const task of place.plan.tasks) {
    const count = counts.get(task.kind) ?? { done: 0, total: 0 }
    const done = await isTaskDone(task, place)
    counts.set(task.kind, { done: count.done + Number(done), total: count.total + 1 })
  }
  return [...counts].map(([kind, count]) => ({ kind, ...count }))
}
