/** The script of one array, as `sbatch` takes it. */
import { type SlurmConfig, secondsOfLimit } from '../config/slurm.js'
import { InputError } from '../core/errors.js'
import { shellWord } from '../core/shellWord.js'
import type { ArrayJob } from './planJobs.js'

/** Where an array runs and what it calls. */
interface ScriptPlace {
  /** `<study>-<hash8>`, which the cluster shows. */
  readonly study: string
  /** The study's folder. */
  readonly folder: string
  /** The file with a line for each element: its tasks. */
  readonly tasksFile: string
  /** Names of the log files, with SLURM's placeholders; their folder has to be there. */
  readonly log: string
  /** Where paths of the configuration start. */
  readonly workingFolder: string
  /** The words that start lowlayer, and what its environment has besides. */
  readonly program: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** Most seconds before the time limit at which an element is told to save. */
const LONGEST_NOTICE = 120

/**
 * An element runs its tasks in the background and waits. USR2, which SLURM sends before the time limit, and TERM, which
 * it sends when an element is preempted, make lowlayer save; the element then goes back to the queue, unless
 * it was cancelled or has gone back too often. What is done is read from the store by whoever runs next.
 */
export function jobScript(job: ArrayJob, place: ScriptPlace, slurm: SlurmConfig): string {
  const { account, cpus, mem, time, max, setup, requeues } = slurm
  // Comparing computes on no GPU, and would hold one.
  const { partition, gres } =
    job.name === 'compare'
      ? { partition: slurm.comparePartition ?? slurm.partition, gres: undefined }
      : slurm
  const options = {
    'job-name': `${place.study}-${job.name}`,
    array: arraySpec(job, max),
    output: quoted(place.log),
    'open-mode': 'append',
    chdir: quoted(place.workingFolder),
    requeue: true,
    signal: `B:USR2@${noticeOf(time)}`,
    'cpus-per-task': cpus,
    ...{ partition, account, gres, mem, time },
  }
  const header = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`#SBATCH --${name}${value === true ? '' : `=${value}`}`],
  )
  const variables = Object.entries(place.environment).map(
    ([name, value]) => `${name}=${shellWord(value)}`,
  )
  const call = [
    ...variables,
    ...place.program.map(shellWord),
    'task',
    shellWord(place.folder),
  ].join(' ')
  const isPartner = job.name.startsWith('train') && job.elements.some((ids) => ids.length > 1)
  return `#!/bin/bash
${header.join('\n')}

# USR2 comes before the time limit, TERM when the element is preempted or cancelled: lowlayer saves and ends.
stop() {
  stopped=$1
  [ -z "$worker" ] || kill -USR2 "$worker"
}
trap 'stop limit' USR2
trap 'stop early' TERM
${setup === undefined ? '' : `\nset -e\n${setup}\nset +e\n`}
element=\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
restarts=\${SLURM_RESTART_COUNT:-0}
tasks=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${shellWord(place.tasksFile)})
echo "$(date -Is) $(hostname) $element, restart $restarts: $tasks"

code=130
if [ -z "$stopped" ]; then
  ${call} --progress plain $tasks &
  worker=$!
  wait "$worker"
  code=$?
  # A signal ends the wait, not the work.
  while kill -0 "$worker" 2>/dev/null; do wait "$worker"; code=$?; done
fi

if [ -n "$stopped" ] && [ "$code" -ge 128 ]; then
  # What was cancelled, or is requeued by the cluster itself, is running no more.
  state=RUNNING
  [ "$stopped" = early ] && state=$(squeue --noheader --jobs="$element" --format=%T)
  if [ "$state" = RUNNING ] && [ "$restarts" -lt ${requeues} ]; then
    echo "$(date -Is) saved; goes back to the queue"
    scontrol requeue "$element"
  else
    echo "$(date -Is) saved; left to SLURM, which puts back what it preempts alone (state \${state:-unknown}, $restarts restarts of at most ${requeues})"
  fi
fi
${isPartner ? PACK_FAILED : ''}exit "$code"
`
}

/** Stands in the script of packs that others wait for. */
const PACK_FAILED = `# 1: a task failed, which the store tells; what follows on the others of the pack waits for success.
[ "$code" -eq 1 ] && code=0
`

/** Indices of the elements that there are, as `--array` takes them: `0-3,5%4`. */
function arraySpec({ elements }: ArrayJob, max: number | undefined): string {
  const ranges: [number, number][] = []
  for (const [index, ids] of elements.entries()) {
    if (ids.length === 0) continue
    const last = ranges.at(-1)
    if (last?.[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  const spec = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
  return max === undefined ? spec : `${spec}%${max}`
}

/** Two minutes before the limit; of less than eight, a quarter. */
function noticeOf(time: string | undefined): number {
  if (time === undefined) return LONGEST_NOTICE
  return Math.min(LONGEST_NOTICE, Math.floor(secondsOfLimit(time) / 4))
}

/** A value on a line of `#SBATCH`. Throws InputError where none can hold it. */
function quoted(path: string): string {
  if (/["\\\n]/.test(path))
    throw new InputError(`${path}: a job script cannot hold a path with ", \\ or a line break`)
  return `"${path}"`
}
