import { resolve } from 'node:path'
import { readCheckpointWeights } from '../../artifacts/checkpoint.js'
import { checkInteractionFileSize } from '../../artifacts/interactionFile.js'
import { readCurve } from '../../artifacts/networkState.js'
import { openPartial, removePartials } from '../../artifacts/partialValues.js'
import { writeValueFile } from '../../artifacts/valueFile.js'
import { sizeOf, type Tensors } from '../../core/tensor.js'
import type { Dataset } from '../../data/types.js'
import { createEngine } from '../../engine/registry.js'
import type { Engine } from '../../engine/types.js'
import type { Graph } from '../../graph/types.js'
import { type StudyMasking, studyMasking } from '../../masking/configure.js'
import type { MaskedSample } from '../../masking/evaluation/evaluate.js'
import { buildModel } from '../../models/build.js'
import type { ValuesTask } from '../../plan/types.js'
import type { WriteFile } from '../../store/atomic.js'
import { lockBeside, networkPaths } from '../../store/layout.js'
import type { Lease } from '../../store/lock.js'
import { isStored } from '../../store/stored.js'
import { evaluationPlan } from '../../study/evaluationPlan.js'
import { loadPlannedDataset } from '../dataset.js'
import { valuesOutput } from '../state/outputs.js'
import { stopIfAsked, withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'
import { runSteps } from './analysedSteps.js'
import { panelOf, type StudyPanel } from './panel.js'

/** One analysed sample with what is known of it besides its input. */
interface PanelSample extends MaskedSample {
  readonly panel: number
  readonly trueLabel: number
}

/** Masked evaluation of a network at all its analysed checkpoints; those that are there are kept. */
export async function values(task: ValuesTask, context: TaskContext): Promise<void> {
  const { plan } = context
  const paths = networkPaths(context.results, task.network.id)
  await withTaskLock(lockBeside(paths.values(0, '')), context, async (lease) => {
    const dataset = await loadPlannedDataset(plan, context)
    const samples = panelSamples(await panelOf(task.network, dataset, context), dataset)
    const masking = studyMasking(task.run.analysis, dataset, (file) =>
      resolve(context.baseDir, file),
    )
    checkInteractionFileSize(samples.length, masking.placed.n)
    const engine = await createEngine(plan.config.runtime.engine, plan.config.runtime.device)
    const steps = runSteps(plan, task.run, task.network, await readCurve(paths))
    const total = steps.length * samples.length
    for (const [index, step] of steps.entries()) {
      const { path: file, from } = await valuesOutput(task, context, step)
      if (await isStored(file, 'content', from)) continue
      const model = buildModel(task.network.spec.model, plan.data)
      const parameters = await readCheckpointWeights(paths.checkpoint(step), model.graph)
      const onSample = (done: number): void => {
        stopIfAsked(context, lease)
        context.report({ done: index * samples.length + done, total, note: `step ${step}` })
      }
      const network = { engine, graph: model.graph, parameters }
      await evaluateStep(samples, masking, network, { file, from, lease, onSample })
      await removePartials(file, lease)
    }
  })
}

interface EvaluatedNetwork {
  readonly engine: Engine
  readonly graph: Graph
  readonly parameters: Tensors
}

interface StepOptions {
  /** Where the value tables go; what is done of them is kept beside it. */
  readonly file: string
  /** What they are made from. */
  readonly from: string
  readonly lease: Lease
  /** Throws when the user interrupts or the lock is lost. */
  readonly onSample: (done: number) => void
}

/** Evaluates one checkpoint sample by sample; memory does not grow with their number. */
async function evaluateStep(
  samples: readonly PanelSample[],
  masking: StudyMasking,
  { engine, graph, parameters }: EvaluatedNetwork,
  { file, from, lease, onSample }: StepOptions,
): Promise<void> {
  const evaluator = await masking.evaluator(engine, graph, parameters)
  try {
    const plan = evaluationPlan(samples, masking.placed.n, evaluator.baseline)
    const partial = await openPartial(file, plan, lease, from)
    try {
      while (partial.count < samples.length) {
        onSample(partial.count)
        await partial.append(await evaluator.evaluate(samples[partial.count]))
      }
      onSample(partial.count)
      const write: WriteFile = (path, data) => lease.write(path, data, from)
      await writeValueFile(file, plan, partial.rows(), write)
    } finally {
      await partial.close()
    }
  } finally {
    await evaluator.dispose()
  }
}

function panelSamples(panels: StudyPanel, dataset: Dataset): PanelSample[] {
  const size = sizeOf(dataset.shape)
  return panels.flatMap(({ split, rows }, panel) => {
    const { inputs, labels, trueLabels, ids } = dataset[split]
    return rows.map((row) => ({
      panel,
      id: ids[row],
      input: inputs.subarray(row * size, (row + 1) * size),
      label: labels[row],
      trueLabel: trueLabels[row],
    }))
  })
}
