/** The task that chooses which samples are analysed, where that depends on what networks predict. */

import { TaskError } from '../../core/errors.js'
import { pathsFrom } from '../../data/paths.js'
import type { Dataset, Samples } from '../../data/types.js'
import { studyMasking } from '../../masking/configure.js'
import { correctRows } from '../../masking/panel.js'
import type { PanelTask, StudyNetwork } from '../../plan/types.js'
import { jsonText } from '../../store/atomic.js'
import { readStoredJson } from '../../store/stored.js'
import { loadPlannedDataset } from '../dataset.js'
import { openNetwork } from '../network/openNetwork.js'
import { isTaskDone } from '../state/isDone.js'
import { outputsOf, panelFile, panelMembers } from '../state/outputs.js'
import { stopIfAsked, withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'
import { choosePanel, type SplitName, type StudyPanel } from './chosenSamples.js'

interface PanelFile {
  /** The panel by the id of its network; `common` where all networks share one. */
  readonly panels: Readonly<Record<string, StudyPanel>>
}

/** Chooses the samples that pass the filter: those that the task's network, or every one, gets right. */
export async function panel(task: PanelTask, context: TaskContext): Promise<void> {
  const { plan } = context
  const own = 'network' in task ? task.network : undefined
  await withTaskLock(task, context, async (lease) => {
    if (await isTaskDone(task, context, 'content')) return
    const [{ path, from }] = (await outputsOf(task, context))!
    const dataset = await loadPlannedDataset(plan, context)
    const members = panelMembers(plan, own)
    const predicted: Record<SplitName, Int32Array>[] = []
    for (const network of members) {
      stopIfAsked(context, lease)
      predicted.push(await predictedClasses(network, dataset, context))
      context.report({ done: predicted.length, total: members.length })
    }
    const chosen = choosePanel(plan.config.analysis, dataset, (split) =>
      correctRows(
        dataset[split].labels,
        predicted.map((classes) => classes[split]),
      ),
    )
    const panels = { [own?.id ?? 'common']: chosen }
    await lease.write(path, jsonText({ panels } satisfies PanelFile), from)
  })
}

/** The samples of a network: computed where nothing depends on predictions, else read. */
export async function panelOf(
  network: StudyNetwork,
  dataset: Dataset,
  { plan, results }: Pick<TaskContext, 'plan' | 'results'>,
): Promise<StudyPanel> {
  const { filter } = plan.config.analysis.samples
  if (filter === 'none') return choosePanel(plan.config.analysis, dataset)
  const own = filter === 'correct' ? network.id : undefined
  const file = await readStoredJson<PanelFile>(panelFile(plan, results, own))
  const found = file?.panels.common ?? file?.panels[network.id]
  if (found === undefined) throw new TaskError(`no samples were chosen for network ${network.name}`)
  return found
}

async function predictedClasses(
  network: StudyNetwork,
  dataset: Dataset,
  context: TaskContext,
): Promise<Record<SplitName, Int32Array>> {
  const { analysis } = context.plan.config
  const masking = studyMasking(analysis, dataset, pathsFrom(context))
  // What is assumed about a network from elsewhere was said when it was measured.
  const use = { context, dataset, masking, analysis, assume: () => undefined }
  const open = await openNetwork(network, network.spec.totalSteps, use)
  try {
    const classesOf = async (samples: Samples) =>
      Int32Array.from(await open.predict(samples), ({ prediction }) => prediction)
    return { train: await classesOf(dataset.train), test: await classesOf(dataset.test) }
  } finally {
    await open.dispose()
  }
}
