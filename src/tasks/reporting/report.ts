/** Makes the report of a study: page, figures and their specifications. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { messageOf } from '../../core/errors.js'
import type { Dataset } from '../../data/types.js'
import type { Plan } from '../../plan/types.js'
import { loadStudy } from '../../report/load.js'
import { type ReportFiles, type ReportOptions, renderReport } from '../../report/render/report.js'
import type { ReportProblem, ReportStudy } from '../../report/types.js'
import { jsonText } from '../../store/atomic.js'
import { studyFiles } from '../../store/layout.js'
import type { Lease } from '../../store/lock.js'
import { EMPTY_RECORD, readRecord } from '../../store/record.js'
import { damagedIn, readStoredJson } from '../../store/stored.js'
import { distinctProblems } from '../state/storedFaults.js'
import type { StudyPlace } from '../types.js'
import { readDetails } from './reportDetails.js'
import { type DrawingFile, drawSamples, withDrawings } from './reportDrawings.js'

interface ReportRequest extends ReportOptions {
  /** The study's folder, with its tables, and where the report goes. */
  readonly folder: string
  /** The lock of that folder. */
  readonly lease: Pick<Lease, 'write' | 'remove'>
  /** The stored networks and what they were planned from; without them single samples are not shown. */
  readonly stored?: StudyPlace
  /** Loads the data set, to draw inputs; without it drawings kept from an earlier report serve. */
  readonly dataset?: () => Promise<Dataset>
  /** Finds files that the configuration names. */
  readonly resolve: (file: string) => string
  /** What else is known to be missing. */
  readonly problems?: readonly ReportProblem[]
}

/**
 * Writes `report/` and `figures/` from what is stored; nothing is trained or evaluated. Returns the files that
 * could not be used, which the page names too.
 */
export async function writeStudyReport(request: ReportRequest): Promise<readonly ReportProblem[]> {
  const { folder, stored, lease } = request
  const loaded = await loadStudy(folder, basename(folder))
  const problems: ReportProblem[] = [...(request.problems ?? []), ...loaded.problems]
  let study: ReportStudy = loaded
  if (stored !== undefined) {
    const details = await readDetails(loaded, stored, problems)
    study = { ...loaded, details }
    const drawings = await drawingsOf(study, stored.plan, request, problems)
    if (drawings !== undefined) {
      await lease.write(join(folder, studyFiles.drawings), jsonText(drawings))
      study = { ...study, details: withDrawings(details, drawings) }
    }
  }
  const distinct = distinctProblems(problems)
  const files = await renderReport({ ...study, problems: distinct }, request)
  for (const name of await leftovers(folder, files)) await lease.remove(join(folder, name))
  for (const [path, content] of Object.entries(files))
    await lease.write(join(folder, path), content)
  return distinct
}

/**
 * What is left of an earlier report and is to go: figures that are not drawn again, and what no report writes, where
 * it is not what was written: copies for other tools, which are made on request, and the choice of a device.
 */
async function leftovers(folder: string, drawn: ReportFiles): Promise<string[]> {
  const { files } = await readRecord(folder).catch(() => EMPTY_RECORD)
  const old = [...files.keys()].filter(
    (name) => name.startsWith(`${studyFiles.figures}/`) && !(name in drawn),
  )
  const there = await readdir(join(folder, studyFiles.events), { recursive: true }).catch(() => [])
  const events = there.filter((name) => /events\.out\.tfevents\.\d+\.lowlayer$/.test(name))
  const damaged = await damagedIn(folder, [
    ...events.map((name) => join(studyFiles.events, name)),
    ...[...files.keys()].filter((name) => name.startsWith(`${studyFiles.events}/`)),
    studyFiles.device,
  ])
  return [...old, ...damaged.map(({ file }) => file)]
}

/** Drawings from the data set, or those of an earlier report. */
async function drawingsOf(
  { details }: ReportStudy,
  plan: Plan,
  { folder, dataset, resolve }: ReportRequest,
  problems: ReportProblem[],
): Promise<DrawingFile | undefined> {
  const file = join(folder, studyFiles.drawings)
  // Damaged ones are none: they are drawn again, or missed by name.
  const kept = await readStoredJson<DrawingFile>(file).catch(() => undefined)
  const samples = details.map(({ sample }) => sample)
  if (kept !== undefined && samples.every((sample) => kept.samples[String(sample)] !== undefined))
    return kept
  const damaged = await damagedIn(folder, [studyFiles.drawings])
  try {
    if (dataset !== undefined && samples.length > 0)
      return drawSamples(samples, await dataset(), plan, resolve)
  } catch (error) {
    problems.push({
      file: `data source ${plan.config.data.source}`,
      message: `inputs are not drawn: ${messageOf(error)}`,
    })
  }
  problems.push(...damaged)
  return kept
}
