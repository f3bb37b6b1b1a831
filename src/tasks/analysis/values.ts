/** The task that evaluates a network on masked samples. */

import { checkInteractionFileSize } from '../../artifacts/interactionFile.js'
import { readCurve } from '../../artifacts/networkState.js'
import { openPartial, removePartials } from '../../artifacts/partialValues.js'
import { writeValueFile } from '../../artifacts/valueFile.js'
import { pathsFrom } from '../../data/paths.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset } from '../../data/types.js'
import { studyMasking } from '../../masking/configure.js'
import type { MaskedSample } from '../../masking/evaluation/evaluate.js'
import type { GivenNetwork, Plan, ValuesTask } from '../../plan/types.js'
import type { WriteFile } from '../../store/atomic.js'
import { networkPaths } from '../../store/layout.js'
import type { Lease } from '../../store/lock.js'
import { isStored } from '../../store/stored.js'
import { evaluationPlan } from '../../study/evaluationPlan.js'
import { loadPlannedDataset } from '../dataset.js'
import { isValuesOnly, valuesOfGiven } from '../network/givenValues.js'
import { type OpenNetwork, openNetwork } from '../network/openNetwork.js'
import { runSteps } from '../state/analysedSteps.js'
import { difficultyOutput, valuesOutput } from '../state/outputs.js'
import { stopIfAsked, withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'
import type { StudyPanel } from './chosenSamples.js'
import { difficulty } from './difficulty.js'
import { panelOf } from './panel.js'

/** Stands for the baseline that another tool masked with. */
const GIVEN_BASELINE = 'as given'

/** One analysed sample with what is known of it besides its input. */
interface PanelSample extends MaskedSample {
  readonly panel: number
  readonly trueLabel: number
}

/** Masked evaluation of a network at all its analysed checkpoints; those that are there are kept. */
export async function values(task: ValuesTask, context: TaskContext): Promise<void> {
  const { plan } = context
  const paths = networkPaths(context.results, task.network.id)
  await withTaskLock(task, context, async (lease) => {
    const dataset = await loadPlannedDataset(plan, context)
    const panels = await panelOf(task.network, dataset, context)
    const samples = panelSamples(panels, dataset)
    const { analysis } = task.run
    const masking = studyMasking(analysis, dataset, pathsFrom(context))
    checkInteractionFileSize(samples.length, masking.placed.n)
    const steps = runSteps(plan, task.run, task.network, await readCurve(paths))
    const total = steps.length * samples.length
    const assume = (line: string) => context.report({ done: 0, total, note: line })
    const use = { context, dataset, masking, analysis, assume, lease }
    const hardness = await difficultyOutput(task, context)
    if (hardness !== undefined) await difficulty(task.network, panels[0], hardness, use)
    for (const [index, step] of steps.entries()) {
      const { path: file, from } = await valuesOutput(task, context, step)
      if (await isStored(file, 'content', from)) {
        await removePartials(file, lease)
        continue
      }
      const onSample = (done: number): void => {
        stopIfAsked(context, lease)
        context.report({ done: index * samples.length + done, total, note: `step ${step}` })
      }
      const place: StepPlace = { file, from, lease, onSample }
      if (isValuesOnly(task.network)) {
        await copyGivenValues(task.network, samples, masking.placed.n, plan, place)
        continue
      }
      const network = await openNetwork(task.network, step, use)
      try {
        await evaluateStep(samples, masking.placed.n, network, place)
      } finally {
        await network.dispose()
      }
      await removePartials(file, lease)
    }
  })
}

interface StepPlace {
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
  n: number,
  network: OpenNetwork,
  { file, from, lease, onSample }: StepPlace,
): Promise<void> {
  const evaluator = await network.evaluator()
  try {
    const plan = evaluationPlan(samples, n, evaluator.baseline)
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

/** Values of another tool become a value file like any other. */
async function copyGivenValues(
  network: GivenNetwork,
  samples: readonly PanelSample[],
  n: number,
  study: Plan,
  { file, from, lease }: StepPlace,
): Promise<void> {
  const rows = await valuesOfGiven(network, samples, n, study)
  const plan = evaluationPlan(samples, n, GIVEN_BASELINE)
  await writeValueFile(file, plan, rows, (path, data) => lease.write(path, data, from))
}

function panelSamples(panels: StudyPanel, dataset: Dataset): PanelSample[] {
  return panels.flatMap(({ split, rows }, panel) => {
    const samples = dataset[split]
    return rows.map((row) => ({
      panel,
      ...sampleAt(samples, row),
      trueLabel: samples.trueLabels[row],
    }))
  })
}
