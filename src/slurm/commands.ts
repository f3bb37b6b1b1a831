/** Calls SLURM's own commands, which submit, list and cancel jobs, and reads what they answer. */
import { execFile } from 'node:child_process'
import { EnvironmentError, InputError } from '../core/errors.js'
import { quotable } from '../core/quote.js'
import { type ElementState, parseQueue } from './queue.js'

interface Answer {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Longest wait for a controller that does not answer. */
const TIMEOUT_MS = 60_000

function call(command: string, args: readonly string[]): Promise<Answer> {
  const options = { maxBuffer: 2 ** 30, timeout: TIMEOUT_MS }
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? -1), stdout, stderr }),
    )
  })
}

/**
 * Submits a script; the number of its array. Throws EnvironmentError where there is no SLURM, InputError where it refuses.
 */
export async function sbatch(script: string, options: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await call('sbatch', ['--parsable', ...options, script])
  if (code === 'ENOENT') {
    throw new EnvironmentError(
      'there is no sbatch here: submit where SLURM is, or write the scripts only with --print',
    )
  }
  if (code !== 0) throw new InputError(`sbatch refused ${script}: ${stderr.trim()}`)
  const [id] = stdout.trim().split(';')
  if (/^\d+$/.test(id)) return id
  throw new EnvironmentError(
    `sbatch took ${script} and answered "${quotable(stdout)}", no number of a job; squeue --me shows what waits, lowlayer cannot`,
  )
}

/** Cancels arrays, what of them runs too. Throws EnvironmentError where SLURM does not answer. */
export async function scancel(ids: readonly string[]): Promise<void> {
  const { code, stderr } = await call('scancel', ids)
  if (code !== 0) throw new EnvironmentError(`scancel did not cancel ${ids}: ${stderr.trim()}`)
}

/** Most elements of an array; SLURM's own default where it does not answer. */
export async function longestArray(): Promise<number> {
  const { stdout } = await call('scontrol', ['show', 'config'])
  const found = /^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)
  return found === null ? 1001 : Number(found[1])
}

/** What the cluster knows of the elements of arrays, by `<array>_<index>`. */
interface ClusterStates {
  /** Those in the queue, those that ended lately, and the others where there is accounting. */
  readonly all: ReadonlyMap<string, ElementState>
  /** What the accounting has; undefined where `sacct` does not answer. */
  readonly accounted?: ReadonlyMap<string, ElementState>
}

/** What `squeue` and `sacct` say of arrays. Undefined where neither answers. */
export async function statesOf(ids: readonly string[]): Promise<ClusterStates | undefined> {
  if (ids.length === 0) return { all: new Map() }
  const jobs = `--jobs=${ids.join(',')}`
  const columns = ['--noheader', '--array', '--states=all', '--format=%F_%K|%T|%r']
  const queue = await call('squeue', [...columns, jobs])
  // A single array that is long over is no more known to it.
  const isKnown = queue.code === 0 || /Invalid job id/i.test(queue.stderr)
  // Elements that wait are one line here, which squeue has one by one; older versions know no --array.
  const past = ['--noheader', '--parsable2', '--allocations', '--format=JobID,State']
  const accounts = await call('sacct', [...past, jobs])
  if (!isKnown && accounts.code !== 0) return undefined
  const accounted = accounts.code === 0 ? parseQueue(accounts.stdout) : undefined
  return { all: new Map([...(accounted ?? []), ...parseQueue(queue.stdout)]), accounted }
}
