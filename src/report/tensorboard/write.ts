/** Writes the results of a study for TensorBoard. */
import { join } from 'node:path'
import { mean } from '../../metrics/descriptive.js'
import { lockOf, studyFiles } from '../../store/layout.js'
import { type Lease, type Waiting, withLock } from '../../store/lock.js'
import { analysedSteps } from '../figures/checkpoints.js'
import { areGrowth, doneNetworks } from '../figures/studyRows.js'
import { loadStudy } from '../load.js'
import type { ReportStudy, StudyTables } from '../types.js'
import { encodeEvents, type Scalar } from './events.js'

const metrics = ['score', 'mean_order', 'high_order_share', 'offsetting', 'salient'] as const

/**
 * Writes `tensorboard/<network>/events.out.tfevents.…` beside the tables of a study: one run a
 * network, with losses, accuracies and the means over samples of what the interactions are like.
 * `waiting`: for a process that works on the study.
 */
export function writeTensorboard(folder: string, waiting?: Waiting): Promise<void> {
  return withLock(lockOf(folder), (lease) => writeEvents(folder, lease), waiting)
}

async function writeEvents(folder: string, lease: Lease): Promise<void> {
  const study = await loadStudy(folder, '', {
    tables: ['networks', 'curves', 'samples'],
    allNetworks: true,
  })
  const { tables, manifest } = study
  const finished = Date.parse(String(manifest?.finishedAt ?? ''))
  const time = Number.isNaN(finished) ? 0 : finished / 1000
  const target = join(folder, studyFiles.events)
  for (const { network, name } of doneNetworks(tables)) {
    const scalars = [...curveScalars(tables, network), ...sampleScalars(study, network)]
    const file = `events.out.tfevents.${Math.floor(time)}.lowlayer`
    await lease.write(join(target, name ?? String(network), file), encodeEvents(scalars, time))
  }
}

function curveScalars({ curves }: StudyTables, network: string | undefined): Scalar[] {
  return curves.flatMap(({ network: id, step, split, metric, value }) =>
    id === network && step !== undefined && value !== undefined
      ? [{ step, tag: `${metric}/${split}`, value }]
      : [],
  )
}

function sampleScalars(study: ReportStudy, network: string | undefined): Scalar[] {
  const { tables } = study
  const steps = analysedSteps(tables).get(network) ?? []
  return steps.flatMap((step, index) => {
    const rows = tables.samples.filter((row) => row.network === network && row.step === step)
    // A growth ends no line of plain scores.
    const isGrowth = areGrowth(study) && index === steps.length - 1
    return metrics.flatMap((metric): Scalar[] => {
      if (metric === 'score' && isGrowth) return []
      const value = mean(rows.flatMap((row) => row[metric] ?? []))
      return value === undefined ? [] : [{ step, tag: `interactions/${metric}`, value }]
    })
  })
}
