import { EnvironmentError } from '../core/errors.js'
import { loadDataset } from '../data/load.js'
import type { Dataset } from '../data/types.js'
import type { DataInfo, Plan } from '../plan/types.js'
import type { TaskContext } from './types.js'

/** What the planner needs to know of a data set. */
export function describeDataset(dataset: Dataset): DataInfo {
  return {
    fingerprint: dataset.fingerprint,
    kind: dataset.kind,
    shape: dataset.shape,
    classes: dataset.classes.length,
    trainCount: dataset.train.count,
    testCount: dataset.test.count,
    vocabularySize: dataset.vocabulary?.length,
  }
}

/** The data set of a plan. Throws EnvironmentError when the files changed since it was planned. */
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
  return dataset
}
