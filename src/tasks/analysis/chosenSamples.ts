/** Which samples of a data set are analysed, as the configuration asks. */
import type { AnalysisConfig } from '../../config/analysis.js'
import { InputError } from '../../core/errors.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset } from '../../data/types.js'
import { balancedPanel, firstPanel, namedPanel } from '../../masking/panel.js'
import { admitsSample } from '../../masking/players/configurePlayers.js'
import type { Plan } from '../../plan/types.js'
import { loadPlannedDataset } from '../dataset.js'
import type { TaskContext } from '../types.js'

export type SplitName = 'train' | 'test'

/** Rows of one split that are analysed. */
export interface SplitPanel {
  readonly split: SplitName
  readonly rows: readonly number[]
}

/** The analysed samples: the main panel first, then the panel of the other split, if any. */
export type StudyPanel = readonly SplitPanel[]

/** Samples of one split that are analysed, by their ids. */
interface PlannedSamples {
  readonly split: SplitName
  readonly samples: readonly number[]
}

/** Ids of the analysed samples in their order, by split; undefined where they depend on what networks predict. */
export function samplesOf(
  analysis: AnalysisConfig,
  dataset: Dataset,
): PlannedSamples[] | undefined {
  if (analysis.samples.filter !== 'none') return undefined
  return choosePanel(analysis, dataset).map(({ split, rows }) => {
    return { split, samples: rows.map((row) => dataset[split].ids[row]) }
  })
}

/** {@link samplesOf} of a plan, whose data are read again. */
export async function plannedSamples(
  plan: Plan,
  context: Pick<TaskContext, 'baseDir' | 'dataDirs'>,
): Promise<PlannedSamples[] | undefined> {
  return samplesOf(plan.config.analysis, await loadPlannedDataset(plan, context))
}

/**
 * Chooses the samples as the tasks will, so that before anything is run InputError says where there are too few; of what
 * a filter leaves out nothing is known then. Tells what is left out already: texts that are too short.
 */
export function checkPanel(analysis: AnalysisConfig, dataset: Dataset): string[] {
  choosePanel(analysis, dataset)
  const { samples, players } = analysis
  const splits =
    samples.testCount === 0 ? [samples.split] : [samples.split, otherSplit(samples.split)]
  const admitted = admittedCounts(analysis, dataset)
  return splits.flatMap((split) => {
    const { count } = dataset[split]
    const short = count - admitted[split]
    if (short === 0) return []
    return `${short} of ${count} texts of the ${split} split are too short for ${players.count} players (analysis.players.count) and are not analysed`
  })
}

/** Which rows of a split pass a filter. */
type AllowedIn = (split: SplitName) => (row: number) => boolean

/** Chooses the samples; `allowedIn` says which rows pass the filter. Throws InputError where there are too few. */
export function choosePanel(
  analysis: AnalysisConfig,
  dataset: Dataset,
  allowedIn?: AllowedIn,
): StudyPanel {
  const { split, testCount } = analysis.samples
  const other = otherSplit(split)
  const main = mainPanel(analysis, dataset, allowedIn)
  if (testCount === 0) return [main]
  const held = Math.min(testCount, dataset[other].count)
  return [main, drawnPanel(analysis, dataset, other, held, allowedIn)]
}

/** The samples that scores are of: named ones, the first ones, or drawn ones. */
function mainPanel(analysis: AnalysisConfig, dataset: Dataset, allowedIn?: AllowedIn): SplitPanel {
  const { count, split, first, ids } = analysis.samples
  if (ids === undefined && first === undefined) {
    return drawnPanel(analysis, dataset, split, count, allowedIn)
  }
  const other = otherSplit(split)
  const allowed = allowedRows(analysis, dataset, split, allowedIn)
  const rows = Array.isArray(ids)
    ? namedPanel(ids, dataset[split].ids, { split: other, ids: dataset[other].ids }, allowed)
    : firstPanel(dataset[split].count, count, allowed)
  return { split, rows: [...rows] }
}

/** So many samples of a split, equally many of each class. */
function drawnPanel(
  analysis: AnalysisConfig,
  dataset: Dataset,
  split: SplitName,
  count: number,
  allowedIn?: AllowedIn,
): SplitPanel {
  const { labels } = dataset[split]
  const allowed = allowedRows(analysis, dataset, split, allowedIn)
  const { seed, split: main } = analysis.samples
  try {
    const rows = [...balancedPanel(labels, dataset.classes.length, count, seed, allowed)]
    return { split, rows }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const key = split === main ? 'count' : 'testCount'
    const message = `analysis.samples.${key}, of the ${split} split: ${error.message}`
    throw new InputError(message, { cause: error })
  }
}

/** How many samples of each split may be analysed, as far as they themselves tell: texts may be too short. */
export function admittedCounts(
  analysis: AnalysisConfig,
  dataset: Dataset,
): Readonly<Record<SplitName, number>> {
  const countIn = (split: SplitName) => {
    const { count } = dataset[split]
    const isAllowed = allowedRows(analysis, dataset, split)
    return Array.from({ length: count }, (_, row) => row).filter(isAllowed).length
  }
  return { train: countIn('train'), test: countIn('test') }
}

/** Rows that pass the filter and have what the players need. */
function allowedRows(
  { players }: AnalysisConfig,
  dataset: Dataset,
  split: SplitName,
  allowedIn?: AllowedIn,
): (row: number) => boolean {
  const admits = admitsSample(players, dataset)
  const passes = allowedIn?.(split) ?? (() => true)
  return (row) => passes(row) && admits(sampleAt(dataset[split], row).input)
}

function otherSplit(split: SplitName): SplitName {
  return split === 'train' ? 'test' : 'train'
}
