/** Loads the data set of a study for its tasks, and makes sure that it is still the one that was planned with. */

import { isDeepStrictEqual } from 'node:util'
import type { AnalysisConfig } from '../config/analysis.js'
import type { ExperimentConfig } from '../config/schema.js'
import { atPlace, EnvironmentError } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { loadDataset } from '../data/load.js'
import type { PathOf } from '../data/paths.js'
import { pathsFrom } from '../data/paths.js'
import type { Dataset } from '../data/types.js'
import { readInputFile } from '../formats/inputFile.js'
import { sameBaseline, samePlayers } from '../masking/sameMasking.js'
import { usualVariants } from '../plan/analysisRuns.js'
import type { DataInfo, Plan, VariantName } from '../plan/types.js'
import type { TaskContext } from './types.js'

/** What the planner needs to know of a data set. */
export function describeDataset(dataset: Dataset): DataInfo {
  return {
    fingerprint: dataset.fingerprint,
    kind: dataset.kind,
    shape: dataset.shape,
    classes: dataset.classes.length,
    classNames: dataset.classes,
    trainCount: dataset.train.count,
    testCount: dataset.test.count,
    vocabularySize: dataset.vocabulary?.length,
  }
}

/**
 * SHA-256 of the files that an analysis reads, by their names in the configuration: what is found
 * depends on their content. Undefined where there are none. Throws InputError naming a file that
 * cannot be read.
 */
export function analysisFiles(
  { players, baseline }: AnalysisConfig,
  pathOf: PathOf,
): DataInfo['analysisFiles'] {
  const names = new Map<string, string>()
  if (players.file !== undefined) names.set(players.file, 'analysis.players.file')
  if (typeof baseline === 'object' && 'file' in baseline) {
    names.set(baseline.file, 'analysis.baseline.file')
  }
  if (names.size === 0) return undefined
  return Object.fromEntries(
    [...names].map(([name, key]) => [name, sha256(readNamedFile(pathOf(name), key))]),
  )
}

/**
 * Variants that a study asks for, for the reliability of its scores, which would mask these data as its
 * analysis does; undefined where there are none. Throws InputError where players or baseline do not fit.
 */
export async function findRedundantVariants(
  config: ExperimentConfig,
  dataset: Dataset,
  pathOf: PathOf,
): Promise<DataInfo['redundantVariants']> {
  const main = config.analysis
  const redundantVariants: VariantName[] = []
  for (const { name, analysis } of usualVariants(config, dataset)) {
    const isSame =
      name === 'players'
        ? samePlayers(main.players, analysis.players, dataset, pathOf)
        : await sameBaseline(main, analysis, dataset, pathOf)
    if (isSame) redundantVariants.push(name)
  }
  return redundantVariants.length === 0 ? undefined : redundantVariants
}

function readNamedFile(file: string, key: string): Uint8Array {
  return atPlace(key, () => readInputFile(file))
}

/**
 * The data set of a plan. Throws EnvironmentError when its files, or those that players and baseline are
 * read from, changed since it was planned: what is found would go by the name of something else.
 */
export async function loadPlannedDataset(
  plan: Plan,
  context: Pick<TaskContext, 'baseDir' | 'dataDirs'>,
): Promise<Dataset> {
  const dataset = await loadDataset(plan.config.data, context)
  if (dataset.fingerprint !== plan.data.fingerprint) {
    throw new EnvironmentError(
      `the files of data source ${plan.config.data.source} changed while the study ran; run it again`,
    )
  }
  const pathOf = pathsFrom(context)
  const files = analysisFiles(plan.config.analysis, pathOf)
  if (!isDeepStrictEqual(files, plan.data.analysisFiles)) {
    throw new EnvironmentError(
      'the files of analysis.players or analysis.baseline changed while the study ran; run it again',
    )
  }
  return dataset
}

/**
 * What a reference network trains on: the test samples stand for the training samples, and those, with their labels
 * from before label noise, for the ones that it has not seen. Its curve is of the two in this sense.
 */
export function onTestSamples(dataset: Dataset): Dataset {
  const { train, test } = dataset
  return { ...dataset, train: test, test: { ...train, labels: train.trueLabels } }
}
