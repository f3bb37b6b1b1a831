/** The training loop: step after step, with stops where something is looked at or saved. */
import { InterruptedError, TaskError } from '../core/errors.js'
import type { Dataset } from '../data/types.js'
import { gathered } from '../engine/batches.js'
import type { Batches, Trainer } from '../engine/types.js'

/** What a run does besides stepping; every callback is awaited. */
interface LoopHooks {
  /** After `step` steps are done, at each of `stops`; tells whether it saved what resuming needs. */
  atStop(step: number): Promise<boolean>
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

/** Milliseconds that steps of one call should take: an interruption waits for so long. */
const CALL_MS = 500
/** Most values of changed copies of samples at once, 16 MiB. */
const COPIED_VALUES = 2 ** 22

/**
 * Trains from `firstStep` to `totalSteps`, with as many steps in a call of the trainer as go before the next stop.
 * Throws TaskError when the loss is no longer finite, naming the step, and InterruptedError, after saving, when
 * the signal is raised.
 */
export async function trainLoop(options: LoopOptions): Promise<void> {
  const { trainer, hooks, totalSteps, learningRateAt } = options
  const stops = new Set(options.stops)
  let lastSave = performance.now()
  const atMost = options.augment === undefined ? Number.POSITIVE_INFINITY : copiedSteps(options)
  let most = 1
  for (let done = options.firstStep; done < totalSteps; ) {
    const first = done
    const began = performance.now()
    done = nextStop(stops, first, Math.min(totalSteps, first + most))
    const losses = await trainer.steps(batchesOf(options, first, done))
    const lost = losses.findIndex((loss) => !Number.isFinite(loss))
    if (lost >= 0) throw divergence(first + lost + 1, losses[lost], learningRateAt(first + lost))
    const now = performance.now()
    const inTime = Math.floor((CALL_MS * (done - first)) / (now - began))
    most = Math.max(1, Math.min(2 * most, inTime, atMost))
    hooks.progress(done, losses[losses.length - 1])
    let isSaved = stops.has(done) && (await hooks.atStop(done))
    const { aborted } = options.signal
    if (!isSaved && (aborted || performance.now() - lastSave > options.saveEvery)) {
      await hooks.save(done)
      isSaved = true
    }
    if (aborted)
      throw new InterruptedError(`interrupted after step ${done}; the run resumes from there`)
    if (isSaved) lastSave = performance.now()
  }
}

/** Steps whose batches, as changed copies, are no more than may be there at once. */
function copiedSteps({ batchOf, dataset }: LoopOptions): number {
  const { inputs, labels } = dataset.train
  const batchValues = (batchOf(0).length * inputs.length) / labels.length
  return Math.max(1, Math.floor(COPIED_VALUES / batchValues))
}

/** The first stop after step `from`, or `to` where there is none before it. */
function nextStop(stops: ReadonlySet<number>, from: number, to: number): number {
  for (let step = from + 1; step < to; step++) if (stops.has(step)) return step
  return to
}

/** The end of a training whose loss is no longer finite; `step` counts from 1, `learningRate` is its own. */
export function divergence(step: number, loss: number, learningRate: number): TaskError {
  return new TaskError(
    `the training loss became ${loss} at step ${step} (learning rate ${learningRate}); ` +
      'earlier checkpoints are kept; lower training.optimizer.lr or warm up',
    { context: { step, learningRate } },
  )
}

/** The batches of the steps from `first` to `end` (exclusive): rows of the training set, or changed copies of them. */
function batchesOf(
  { dataset, batchOf, learningRateAt, augment }: LoopOptions,
  first: number,
  end: number,
): Batches {
  const steps = Array.from({ length: end - first }, (_, index) => first + index)
  const perStep = steps.map(batchOf)
  const rows = new Uint32Array(steps.length * perStep[0].length)
  perStep.forEach((own, index) => {
    rows.set(own, index * own.length)
  })
  const learningRates = steps.map(learningRateAt)
  const { inputs, labels } = dataset.train
  const batches = { inputs, labels, rows, learningRates }
  if (augment === undefined) return batches
  const copies = gathered(batches)
  const size = copies.inputs.length / steps.length
  steps.forEach((step, index) => {
    augment(copies.inputs.subarray(index * size, (index + 1) * size), step)
  })
  return copies
}
