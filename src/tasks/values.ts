import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InterruptedError } from '../core/errors.js'
import { sizeOf, type Tensors } from '../core/tensor.js'
import type { Dataset } from '../data/types.js'
import { importOnnxParameters } from '../engine/onnx/checkpoint.js'
import { createEngine } from '../engine/registry.js'
import type { Engine } from '../engine/types.js'
import type { Graph } from '../graph/types.js'
import { type StudyMasking, studyMasking } from '../masking/configure.js'
import type { MaskedSample } from '../masking/evaluate.js'
import { buildModel } from '../models/build.js'
import type { ValuesTask } from '../plan/types.js'
import { exists } from '../store/atomic.js'
import { networkPaths } from '../store/layout.js'
import { withLock } from '../store/lock.js'
import type { ValueTables } from '../study/types.js'
import { loadPlannedDataset } from './dataset.js'
import { panelOf, type StudyPanel } from './panel.js'
import { runSteps } from './steps.js'
import { readCurve } from './train.js'
import type { TaskContext } from './types.js'
import { writeValueFile } from './valueFile.js'

/** One analysed sample with what is known of it besides its input. */
interface PanelSample extends MaskedSample {
  readonly panel: number
  readonly trueLabel: number
}

/** Masked evaluation of a network at all its analysed checkpoints; those that are there are kept. */
export async function values(task: ValuesTask, context: TaskContext): Promise<void> {
  const { plan } = context
  const paths = networkPaths(context.results, task.network.id)
  await withLock(`${paths.lock}-values`, async () => {
    const dataset = await loadPlannedDataset(plan, context)
    const samples = panelSamples(await panelOf(task.network, dataset, context), dataset)
    const masking = studyMasking(task.run.analysis, dataset, (file) =>
      resolve(context.baseDir, file),
    )
    const engine = await createEngine(plan.config.runtime.engine, plan.config.runtime.device)
    const steps = runSteps(plan, task.run, task.network, await readCurve(paths))
    const total = steps.length * samples.length
    for (const [index, step] of steps.entries()) {
      const file = paths.values(step, task.run.valuesId)
      if (await exists(file)) continue
      const parameters = importOnnxParameters(await readFile(paths.checkpoint(step)))
      const model = buildModel(task.network.spec.model, plan.data)
      const onSample = (done: number): void => {
        if (context.signal.aborted) throw new InterruptedError()
        context.report({ done: index * samples.length + done, total, note: `step ${step}` })
      }
      await writeValueFile(
        file,
        await evaluateStep(samples, masking, { engine, graph: model.graph, parameters, onSample }),
      )
    }
  })
}

interface StepOptions {
  readonly engine: Engine
  readonly graph: Graph
  readonly parameters: Tensors
  readonly onSample: (done: number) => void
}

async function evaluateStep(
  samples: readonly PanelSample[],
  masking: StudyMasking,
  { engine, graph, parameters, onSample }: StepOptions,
): Promise<ValueTables> {
  const { n } = masking.placed
  const subsets = 2 ** n
  const file: ValueTables = {
    n,
    count: samples.length,
    values: new Float64Array(samples.length * subsets),
    sample: Int32Array.from(samples, ({ id }) => id),
    panel: Int32Array.from(samples, (sample) => sample.panel),
    label: Int32Array.from(samples, ({ trueLabel }) => trueLabel),
    givenLabel: Int32Array.from(samples, ({ label }) => label),
    prediction: new Int32Array(samples.length),
    loss: new Float64Array(samples.length),
  }
  const evaluator = await masking.evaluator(engine, graph, parameters)
  try {
    for (const [row, sample] of samples.entries()) {
      const found = await evaluator.evaluate(sample)
      file.values.set(found.values, row * subsets)
      file.prediction[row] = found.prediction
      file.loss[row] = found.loss
      onSample(row + 1)
    }
  } finally {
    await evaluator.dispose()
  }
  return file
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
