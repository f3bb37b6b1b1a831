/** Entry of a worker thread: decomposes the samples that it is sent, until it is ended. */
import { parentPort, workerData } from 'node:worker_threads'
import { type DecomposeOptions, decompose } from '../../interactions/decompose.js'
import type { WorkerResult, WorkerTask } from './pool.js'

parentPort?.on('message', ({ sample, values }: WorkerTask) => {
  const found = decompose(values, workerData as DecomposeOptions)
  const result: WorkerResult = { sample, found }
  parentPort?.postMessage(result)
})
