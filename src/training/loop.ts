import { InterruptedError, TaskError } from '../core/errors.js'
import { sizeOf } from '../core/tensor.js'
import type { Dataset } from '../data/types.js'
import type { Trainer } from '../engine/types.js'

/** What a run does besides stepping; every callback is awaited. */
interface LoopHooks {
  /** After `step` steps are done, at each of `stops`. */
  atStop(step: number): Promise<void>
  /** Now and then, and before an interruption takes effect: save what resuming needs. */
  save(step: number): Promise<void>
  progress(step: number, loss: number): void
}

interface LoopOptions {
  readonly trainer: Trainer
  readonly dataset: Dataset
  /** Rows of the batch of a step. */
  readonly batchOf: (step: number) => Uint32Array
  readonly learningRateAt: (step: number) => number
  /** Changes a batch in place before a step (augmentation). */
  readonly augment?: (inputs: Float32Array, step: number) => void
  readonly firstStep: number
  readonly totalSteps: number
  /** Ascending steps at which `atStop` is called; those before `firstStep` are past. */
  readonly stops: readonly number[]
  /** Milliseconds between two saves. */
  readonly saveEvery: number
  readonly signal: AbortSignal
  readonly hooks: LoopHooks
}

/**
 * Trains from `firstStep` to `totalSteps`. Throws TaskError when the loss is no longer finite,
 * naming the step, and InterruptedError, after saving, when the signal is raised.
 */
export async function trainLoop(options: LoopOptions): Promise<void> {
  const { trainer, hooks, totalSteps } = options
  const fill = batchFiller(options)
  const stops = new Set(options.stops)
  let lastSave = performance.now()
  for (let step = options.firstStep; step < totalSteps; step++) {
    const { inputs, labels } = fill(step)
    const loss = await trainer.step(inputs, labels, options.learningRateAt(step))
    if (!Number.isFinite(loss)) throw divergence(step + 1, loss, options.learningRateAt(step))
    const done = step + 1
    hooks.progress(done, loss)
    if (stops.has(done)) await hooks.atStop(done)
    if (options.signal.aborted) {
      await hooks.save(done)
      throw new InterruptedError(`interrupted after step ${done}; the run resumes from there`)
    }
    if (performance.now() - lastSave > options.saveEvery) {
      await hooks.save(done)
      lastSave = performance.now()
    }
  }
}

/** The end of a training whose loss is no longer finite; `step` counts from 1, `learningRate` is its own. */
export function divergence(step: number, loss: number, learningRate: number): TaskError {
  return new TaskError(
    `the training loss became ${loss} at step ${step} (learning rate ${learningRate}); ` +
      'earlier checkpoints are kept; lower training.optimizer.lr or warm up',
    { context: { step, learningRate } },
  )
}

/** Gathers batches into the same two arrays, step after step. */
function batchFiller({ dataset, batchOf, augment }: LoopOptions) {
  const size = sizeOf(dataset.shape)
  const batchSize = batchOf(0).length
  const inputs = new Float32Array(batchSize * size)
  const labels = new Int32Array(batchSize)
  const { train } = dataset
  return (step: number) => {
    for (const [position, row] of batchOf(step).entries()) {
      inputs.set(train.inputs.subarray(row * size, (row + 1) * size), position * size)
      labels[position] = train.labels[row]
    }
    augment?.(inputs, step)
    return { inputs, labels }
  }
}
