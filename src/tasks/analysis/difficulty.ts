import { encodeDifficulty } from '../../artifacts/difficultyFile.js'
import { rowsOf } from '../../data/rows.js'
import type { Samples } from '../../data/types.js'
import type { SampleDifficulty } from '../../masking/evaluation/sampleDifficulty.js'
import type { StudyNetwork } from '../../plan/types.js'
import type { Lease } from '../../store/lock.js'
import { isStored } from '../../store/stored.js'
import type { TrainingDynamics } from '../../study/types.js'
import { type NetworkUse, openNetwork } from '../network/openNetwork.js'
import type { Output } from '../state/outputs.js'
import { stopIfAsked } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'
import type { SplitPanel } from './chosenSamples.js'

/**
 * How hard the samples of the main panel are at every kept checkpoint of a network, analysed or not: two forward passes on the
 * unmasked panel each, beside the 2^n a sample of masked evaluation. What is there is kept.
 */
export async function difficulty(
  network: StudyNetwork,
  { split, rows }: SplitPanel,
  { path, from }: Required<Output>,
  use: NetworkUse & { readonly context: TaskContext; readonly lease: Lease },
): Promise<void> {
  if (await isStored(path, 'content', from)) return
  const { context, dataset, lease } = use
  const samples = rowsOf(dataset[split], rows)
  const steps = network.spec.checkpointSteps
  const found = emptyDynamics(steps, samples)
  for (const [at, step] of steps.entries()) {
    stopIfAsked(context, lease)
    context.report({ done: 0, total: steps.length, note: `difficulty at step ${step}` })
    const open = await openNetwork(network, step, use)
    try {
      const of = await open.difficulties(samples)
      for (const [row, each] of of.rows.entries()) {
        put(found, at * samples.count + row, each, of.grand?.[row])
      }
    } finally {
      await open.dispose()
    }
  }
  await lease.write(path, encodeDifficulty(found), from)
}

function emptyDynamics(steps: readonly number[], { ids, labels }: Samples): TrainingDynamics {
  const table = () => new Float64Array(steps.length * ids.length)
  return {
    step: Int32Array.from(steps),
    sample: ids,
    givenLabel: labels,
    prediction: new Int32Array(steps.length * ids.length),
    loss: table(),
    margin: table(),
    probability: table(),
    el2n: table(),
    grand: table(),
  }
}

function put(
  found: TrainingDynamics,
  at: number,
  { prediction, loss, margin, probability, el2n }: SampleDifficulty,
  grand = Number.NaN,
): void {
  found.prediction[at] = prediction
  found.loss[at] = loss
  found.margin[at] = margin
  found.probability[at] = probability
  found.el2n[at] = el2n
  found.grand[at] = grand
}
