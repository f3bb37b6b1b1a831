/** Decomposes many samples on all cores: each worker thread takes one sample after the other. */
import { Worker } from 'node:worker_threads'
import { TaskError } from '../../core/errors.js'
import {
  type DecomposeOptions,
  decompose,
  decomposeBothEnds,
} from '../../interactions/decompose.js'
import type { Decomposition } from '../../interactions/types.js'

/** How samples are decomposed, and whether at both ends of the tie-break. */
export interface PoolOptions extends DecomposeOptions {
  readonly bothEnds?: boolean
}

/** The decomposition of one table, or those at both ends of the tie-break: the one of low orders first. */
export function decomposeOne(
  values: Float64Array,
  { bothEnds = false, ...options }: PoolOptions,
): Decomposition[] {
  if (!bothEnds) return [decompose(values, options)]
  const { noise, gap } = options
  const { low, high } = decomposeBothEnds(values, { noise, gap })
  return [low, high]
}

export interface WorkerTask {
  readonly sample: number
  readonly values: Float64Array
}

export interface WorkerResult {
  readonly sample: number
  readonly found: Decomposition[]
}

/** Told after each sample; what it throws ends the work. */
type OnDecomposed = (sample: number) => void

/** Starting a worker costs about as much as this many n-player samples of 4^n. */
const WORTH_A_WORKER = 2 ** 22

/** How many workers pay for a number of samples of n players, of those that are allowed. */
export function workersFor(samples: number, n: number, most: number): number {
  return samples * 4 ** n < WORTH_A_WORKER ? 1 : Math.min(samples, most)
}

/** Decomposes every table, in order, with this many workers; with one, in this thread. */
export async function decomposeAll(
  tables: readonly Float64Array[],
  options: PoolOptions,
  workers: number,
  onDecomposed: OnDecomposed,
): Promise<Decomposition[][]> {
  if (workers > 1) return decomposeInWorkers(tables, options, workers, onDecomposed)
  const results: Decomposition[][] = []
  for (const [sample, values] of tables.entries()) {
    results.push(decomposeOne(values, options))
    onDecomposed(sample)
    // Lets the progress bar and Ctrl-C through.
    await new Promise(setImmediate)
  }
  return results
}

async function decomposeInWorkers(
  tables: readonly Float64Array[],
  options: PoolOptions,
  count: number,
  onDecomposed: OnDecomposed,
): Promise<Decomposition[][]> {
  const results = new Array<Decomposition[]>(tables.length)
  let next = 0
  const serve = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      const give = () => {
        if (next === tables.length) return resolve()
        const sample = next++
        const task: WorkerTask = { sample, values: tables[sample] }
        worker.postMessage(task)
      }
      worker.on('message', ({ sample, found }: WorkerResult) => {
        results[sample] = found
        try {
          onDecomposed(sample)
          give()
        } catch (error) {
          reject(error)
        }
      })
      worker.on('error', reject)
      worker.on('exit', (code) => reject(new TaskError(`a worker ended early (exit code ${code})`)))
      give()
    })
  const workers = Array.from({ length: count }, () => {
    return new Worker(new URL('./decomposeWorker.js', import.meta.url), { workerData: options })
  })
  try {
    await Promise.all(workers.map(serve))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return results
}
