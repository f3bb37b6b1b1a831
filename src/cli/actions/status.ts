import { resolve } from 'node:path'
import { exitCodes, InputError } from '../../core/errors.js'
import { groupBy } from '../../core/groupBy.js'
import { shownPath } from '../../core/shownPath.js'
import type { ElementState } from '../../slurm/queue.js'
import { type ClusterStatus, clusterStatus } from '../../slurm/status.js'
import { jsonText } from '../../store/atomic.js'
import type { Verification } from '../../store/verify.js'
import { type StudyStatus, studyStatus } from '../../tasks/state/studyStatus.js'
import { verifyResults } from '../../tasks/state/verifyResults.js'
import type { StatusOptions } from '../commands/status.js'

/** Prints how far the studies of a folder are, or, with `--verify`, what is damaged of what they stored. */
export async function status(folder: string, options: StatusOptions): Promise<void> {
  if (options.verify) await verify(resolve(folder), options)
  else await show(resolve(folder), options)
}

async function show(folder: string, { json }: StatusOptions): Promise<void> {
  const found = await Promise.all(
    (await studyStatus(folder)).map(async (study): Promise<Described> => {
      try {
        return { ...study, cluster: await clusterStatus(study.folder) }
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        return { ...study, cluster: undefined, problems: [...study.problems, error.message] }
      }
    }),
  )
  process.stdout.write(json ? jsonText(found) : found.map(describe).join('\n'))
}

/** Exits with 1 where anything is not what was written. */
async function verify(folder: string, { json }: StatusOptions): Promise<void> {
  const found = await verifyResults(folder)
  process.stdout.write(json ? jsonText(found) : describeVerification(found))
  if (found.findings.length > 0) process.exitCode = exitCodes.taskFailed
}

function describeVerification({ files, findings }: Verification): string {
  const lines = findings.map(({ file, why }) => `${file} ${why}`)
  const summary =
    findings.length === 0
      ? `${files} stored files, all as they were written`
      : `${files} stored files, ${findings.length} not as they were written: the command that made them makes them anew`
  return `${[...lines, summary].join('\n')}\n`
}

type Described = StudyStatus & { readonly cluster: ClusterStatus | undefined }

function describe({
  study,
  folder,
  complete,
  tasks,
  failed,
  problems,
  cluster,
}: Described): string {
  const lines = [
    `${study}: ${complete ? 'complete' : 'not complete'} (${shownPath(folder)})`,
    ...tasks.map(({ kind, done, total }) => `  ${kind.padEnd(13)} ${done} of ${total} done`),
    ...Object.entries(failed).map(([network, reason]) => `  failed: ${network}: ${reason}`),
    ...problems.map((problem) => `  ${problem}`),
    ...(cluster === undefined ? [] : describeCluster(cluster).map((line) => `  ${line}`)),
    ...(complete || problems.length > 0 || cluster?.open.some((element) => element.isQueued)
      ? []
      : [
          `  lowlayer ${cluster === undefined ? 'run' : 'submit'} with the same configuration goes on from here`,
        ]),
  ]
  return `${lines.join('\n')}\n`
}

/** Most elements that are named one by one. */
const NAMED = 10

/** What waits or runs, by array and state; and what ended without its results, one by one. */
function describeCluster({ answers, elements, ended, open, logs }: ClusterStatus): string[] {
  const endings = Object.entries(ended ?? {}).map(
    ([state, count]) => `${count} ${state.toLowerCase()}`,
  )
  const accounted = endings.length > 0 ? [`accounting    ${endings.join(', ')}`] : []
  if (open.length === 0) return accounted
  if (!answers) {
    return [
      `cluster       SLURM does not answer; ${open.length} of ${elements} elements are not done`,
    ]
  }
  const queued = open.filter((element) => element.isQueued)
  const arrays = [...groupBy(queued, ({ job }) => job)].map(([job, own]) => {
    const states = groupBy(own, ({ state }) => inWords(state))
    return `${job} ${[...states].map(([words, some]) => `${some.length} ${words}`).join(', ')}`
  })
  const lost = open.filter((element) => !element.isQueued)
  const named = lost.slice(0, NAMED).map(({ job, element, state }) => {
    const why = state === undefined ? '' : ` (${state.state})`
    return `  ${job} ${element} ended without all of its results${why}`
  })
  const rest = lost.length > NAMED ? [`  and ${lost.length - NAMED} more`] : []
  return [
    ...(arrays.length > 0 ? [`cluster       ${arrays.join('; ')}`] : []),
    ...accounted,
    ...(ended === undefined && lost.length > 0
      ? [
          'accounting    sacct does not answer: how elements ended long ago is not known, only what they left',
        ]
      : []),
    ...named,
    ...rest,
    ...(lost.length > 0 ? [`  their logs: ${logs}`] : []),
  ]
}

/** `running`, `pending (Priority)`. */
function inWords(found: ElementState | undefined): string {
  const { state = 'UNKNOWN', reason = 'None' } = found ?? {}
  return state.toLowerCase() + (reason === 'None' || reason === '' ? '' : ` (${reason})`)
}
