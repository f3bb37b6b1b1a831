import { resolve } from 'node:path'
import { TaskError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import type { Dataset, Samples } from '../../data/types.js'
import { studyMasking } from '../../masking/configure.js'
import { balancedPanel, correctRows } from '../../masking/panel.js'
import { admitsSample } from '../../masking/players/configurePlayers.js'
import type { PanelTask, Plan, StudyNetwork } from '../../plan/types.js'
import { jsonText } from '../../store/atomic.js'
import { lockBeside } from '../../store/layout.js'
import { readStoredJson } from '../../store/stored.js'
import { loadPlannedDataset } from '../dataset.js'
import { openNetwork } from '../network/openNetwork.js'
import { isTaskDone } from '../state/isDone.js'
import { outputsOf, panelFile, panelMembers } from '../state/outputs.js'
import { stopIfAsked, withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'

type SplitName = 'train' | 'test'

/** Rows of one split that are analysed. */
export interface SplitPanel {
  readonly split: SplitName
  readonly rows: readonly number[]
}

/** The analysed samples: the main panel first, then the panel of the other split, if any. */
export type StudyPanel = readonly SplitPanel[]

interface PanelFile {
  /** The panel by the id of its network; `common` where all networks share one. */
  readonly panels: Readonly<Record<string, StudyPanel>>
}

/** Chooses the samples that pass the filter: those that the task's network, or every one, gets right. */
export async function panel(task: PanelTask, context: TaskContext): Promise<void> {
  const { plan, results } = context
  const own = 'network' in task ? task.network : undefined
  await withTaskLock(lockBeside(panelFile(plan, results, own?.id)), context, async (lease) => {
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
    const chosen = choosePanel(plan, dataset, (split) =>
      correctRows(
        dataset[split].labels,
        predicted.map((classes) => classes[split]),
      ),
    )
    const panels = { [own?.id ?? 'common']: chosen }
    await lease.write(path, jsonText({ panels } satisfies PanelFile), from)
  })
}

/** Ids of the analysed samples in their order, by split; undefined where they depend on what networks predict. */
export async function plannedSamples(
  plan: Plan,
  context: Pick<TaskContext, 'baseDir' | 'dataDirs'>,
): Promise<{ readonly split: SplitName; readonly samples: number[] }[] | undefined> {
  if (plan.config.analysis.samples.filter !== 'none') return undefined
  const dataset = await loadPlannedDataset(plan, context)
  return choosePanel(plan, dataset).map(({ split, rows }) => {
    return { split, samples: rows.map((row) => dataset[split].ids[row]) }
  })
}

/** The samples of a network: computed where nothing depends on predictions, else read. */
export async function panelOf(
  network: StudyNetwork,
  dataset: Dataset,
  { plan, results }: Pick<TaskContext, 'plan' | 'results'>,
): Promise<StudyPanel> {
  const { filter } = plan.config.analysis.samples
  if (filter === 'none') return choosePanel(plan, dataset)
  const own = filter === 'correct' ? network.id : undefined
  const file = await readStoredJson<PanelFile>(panelFile(plan, results, own))
  const found = file?.panels.common ?? file?.panels[network.id]
  if (found === undefined) throw new TaskError(`no samples were chosen for network ${network.name}`)
  return found
}

function choosePanel(
  plan: Plan,
  dataset: Dataset,
  allowedIn?: (split: SplitName) => (row: number) => boolean,
): StudyPanel {
  const { count, split, testCount, seed } = plan.config.analysis.samples
  const other: SplitName = split === 'train' ? 'test' : 'train'
  const rowsOf = (name: SplitName, wanted: number): SplitPanel => {
    const samples: Samples = dataset[name]
    const admits = admitsSample(plan.config.analysis.players, dataset)
    const size = sizeOf(dataset.shape)
    const passes = allowedIn?.(name) ?? (() => true)
    const allowed = (row: number) =>
      passes(row) && admits(samples.inputs.subarray(row * size, (row + 1) * size))
    const { rows } = balancedPanel(samples.labels, dataset.classes.length, wanted, seed, allowed)
    return { split: name, rows: [...rows] }
  }
  const main = rowsOf(split, count)
  return testCount === 0 ? [main] : [main, rowsOf(other, Math.min(testCount, dataset[other].count))]
}

async function predictedClasses(
  network: StudyNetwork,
  dataset: Dataset,
  context: TaskContext,
): Promise<Record<SplitName, Int32Array>> {
  const { analysis } = context.plan.config
  const masking = studyMasking(analysis, dataset, (file) => resolve(context.baseDir, file))
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
