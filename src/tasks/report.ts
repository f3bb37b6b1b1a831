import { basename, join } from 'node:path'
import { messageOf } from '../core/errors.js'
import type { Dataset } from '../data/types.js'
import type { Plan } from '../plan/types.js'
import { loadStudy } from '../report/load.js'
import { renderReport } from '../report/render/report.js'
import { toCsv } from '../report/tables/table.js'
import { sensitivityTable } from '../report/tables/tables.js'
import type { ReportProblem, ReportStudy } from '../report/types.js'
import { jsonText, readJson, type WriteFile } from '../store/atomic.js'
import { readDetails, readSensitivity } from './reportDetails.js'
import { type DrawingFile, drawSamples, withDrawings } from './reportDrawings.js'

export interface ReportRequest {
  /** The study's folder, with its tables. */
  readonly folder: string
  /** Where the report goes; the folder itself by default. */
  readonly out?: string
  /** Stores the files of the report; under the lock of the folder that they go to. */
  readonly write: WriteFile
  /** The stored networks and what they were planned from; without them single samples are not shown. */
  readonly stored?: { readonly plan: Plan; readonly results: string }
  /** Loads the data set, to draw inputs; without it drawings kept from an earlier report serve. */
  readonly dataset?: () => Promise<Dataset>
  /** Finds files that the configuration names. */
  readonly resolve?: (file: string) => string
  /** What else is known to be missing. */
  readonly problems?: readonly ReportProblem[]
}

/**
 * Writes `report/index.html`, `figures/` and `sensitivity.csv` from what is stored; nothing is
 * trained or evaluated. Returns the files that could not be used, which the page names too.
 */
export async function writeStudyReport(request: ReportRequest): Promise<readonly ReportProblem[]> {
  const { folder, out = folder, stored, write } = request
  const loaded = await loadStudy(folder, basename(folder))
  const problems: ReportProblem[] = [...(request.problems ?? []), ...loaded.problems]
  let study: ReportStudy = loaded
  if (stored !== undefined) {
    const { plan, results } = stored
    const sensitivity = await readSensitivity(loaded, plan, results, problems)
    const details = await readDetails(loaded, plan, results, problems)
    study = { ...loaded, details }
    if (sensitivity.length > 0) {
      study = { ...study, sensitivity }
      // What was read of the old file counts for nothing any more.
      const old = problems.findIndex(({ file }) => file === 'sensitivity.csv')
      if (old >= 0) problems.splice(old, 1)
      await write(join(out, 'sensitivity.csv'), toCsv(sensitivityTable, sensitivity))
    }
    const drawings = await drawingsOf(study, plan, request, problems)
    if (drawings !== undefined) {
      await write(join(out, 'report', 'drawings.json'), jsonText(drawings))
      study = { ...study, details: withDrawings(details, drawings) }
    }
  }
  const distinct = [
    ...new Map(problems.map((problem) => [`${problem.file} ${problem.message}`, problem])).values(),
  ]
  const files = await renderReport({ ...study, problems: distinct })
  for (const [path, content] of Object.entries(files)) await write(join(out, path), content)
  return distinct
}

/** Drawings from the data set, or those of an earlier report. */
async function drawingsOf(
  { details }: ReportStudy,
  plan: Plan,
  { folder, dataset, resolve = (file) => file }: ReportRequest,
  problems: ReportProblem[],
): Promise<DrawingFile | undefined> {
  const kept = await keptDrawings(folder)
  const samples = details.map(({ sample }) => sample)
  if (kept !== undefined && samples.every((sample) => kept.samples[String(sample)] !== undefined))
    return kept
  if (dataset === undefined || samples.length === 0) return kept
  try {
    return drawSamples(samples, await dataset(), plan, resolve)
  } catch (error) {
    problems.push({
      file: `data source ${plan.config.data.source}`,
      message: `inputs are not drawn: ${messageOf(error)}`,
    })
    return kept
  }
}

/** Drawings of an earlier report; damaged ones are none, since they are drawn again or missed by name. */
async function keptDrawings(folder: string): Promise<DrawingFile | undefined> {
  const kept = await readJson<Partial<DrawingFile> | null>(
    join(folder, 'report', 'drawings.json'),
  ).catch(() => undefined)
  return Array.isArray(kept?.classes) && typeof kept.samples === 'object' && kept.samples !== null
    ? (kept as DrawingFile)
    : undefined
}
