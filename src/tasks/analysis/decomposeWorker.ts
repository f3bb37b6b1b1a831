/** Entry of a worker thread: decomposes the samples that it is sent, until it is ended. */
import { parentPort, workerData } from 'node:worker_threads'
import {
  decomposeOne,
  type PoolOptions,
  type WorkerResult,
  type WorkerTask,
} from './decomposePool.js'

parentPort?.on('message', ({ sample, values }: WorkerTask) => {
  const found = decomposeOne(values, workerData as PoolOptions)
  const result: WorkerResult = { sample, found }
  parentPort?.postMessage(result)
})
