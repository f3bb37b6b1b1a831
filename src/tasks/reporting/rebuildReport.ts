/** Makes the report of a finished study again, from what is stored. */
import { dirname, join, resolve } from 'node:path'
import { InputError, LockLostError, messageOf } from '../../core/errors.js'
import { sha256Of } from '../../core/hash.js'
import { loadDataset } from '../../data/load.js'
import { COMPARISON_VERSION } from '../../plan/comparisonVersion.js'
import type { Plan } from '../../plan/types.js'
import type { ReportOptions } from '../../report/render/report.js'
import type { ReportProblem } from '../../report/types.js'
import { exists, isFolder } from '../../store/atomic.js'
import { lockOf, studyFiles, tableFile } from '../../store/layout.js'
import { type Lease, withLock } from '../../store/lock.js'
import { type Manifest, readManifest } from '../../store/manifest.js'
import { EMPTY_RECORD, readRecord } from '../../store/record.js'
import { damagedIn, readStored, readStoredPieces } from '../../store/stored.js'
import { visitRowsOf } from '../../tables/read.js'
import type { Table } from '../../tables/table.js'
import { schemaVersion, studyTables } from '../../tables/tables.js'
import { noFolder } from '../state/foldersIn.js'
import { planOf } from '../state/manifest.js'
import { comparedFrom, OF_STUDY } from '../state/outputs.js'
import { storedFaults } from '../state/storedFaults.js'
import type { StudyPlace } from '../types.js'
import { type MadeTables, makeTables, writeTables } from './compare.js'
import { comparisonProgress } from './comparisonProgress.js'
import { writeStudyReport } from './report.js'

interface RebuildRequest extends Pick<ReportOptions, 'drawsFigures'> {
  /** The study's folder. */
  readonly folder: string
  readonly out: string
  readonly dataDirs: readonly string[]
  /** Told which process works in `out`, where one does: it is waited for. */
  readonly onWait?: (holder: string) => void
  /** Told of files that were damaged, and are made anew. */
  readonly onMended?: (problem: ReportProblem) => void
}

/**
 * Rebuilds tables, figures and page of a study from what is stored, without training or evaluating.
 * What is not what was written is not used, and named in the result and on the page. Where rebuilding the tables
 * would lose anything of a network, all of them stay as they are. Throws InputError when the folder holds no study
 * at all.
 */
export async function rebuildReport(request: RebuildRequest): Promise<readonly ReportProblem[]> {
  await requireStudy(request.folder)
  return withLock(lockOf(request.out), (lease) => rebuild(request, lease), {
    onWait: request.onWait,
  })
}

async function rebuild(request: RebuildRequest, lease: Lease): Promise<readonly ReportProblem[]> {
  const { folder, out, dataDirs } = request
  const problems: ReportProblem[] = []
  const plan = await storedPlan(folder, problems)
  const results = dirname(resolve(folder))
  const hasNetworks = await exists(join(results, 'networks'))
  if (plan !== undefined && !hasNetworks) {
    problems.push({
      file: join('..', 'networks'),
      message:
        'is not beside this folder: tables are shown as they are, single samples from nothing',
    })
  }
  const stored = plan === undefined || !hasNetworks ? undefined : { plan, results }
  const isThere = resolve(out) === resolve(folder)
  const { files } = await readRecord(folder).catch(() => EMPTY_RECORD)
  const damaged = await damagedIn(folder, [...OF_STUDY, ...files.keys()])
  if (stored !== undefined) {
    const others = stored.plan.tasks.filter(({ kind }) => kind !== 'compare')
    problems.push(...(await storedFaults(others, stored, 'place')))
  }
  const made = stored === undefined ? undefined : await tablesAnew(stored, folder, problems)
  if (made !== undefined) {
    const from = await comparedFrom({ plan: plan as Plan, results })
    await writeTables(made, { folder: out, from, write: lease.write })
  }
  if (!isThere) await copyStored(folder, out, made, lease)
  const isMade = ({ file }: ReportProblem) =>
    OF_STUDY.includes(file) ? made !== undefined : isThere && DRAWN.test(file)
  for (const problem of damaged.filter(isMade)) request.onMended?.(problem)
  return writeStudyReport({
    folder: out,
    lease,
    stored,
    dataset:
      plan === undefined
        ? undefined
        : () => loadDataset(plan.config.data, { baseDir: process.cwd(), dataDirs }),
    resolve: (file) => resolve(file),
    drawsFigures: request.drawsFigures,
    // Of those that lie there the page says it anyway.
    problems: isThere ? problems : [...problems, ...damaged.filter((problem) => !isMade(problem))],
  })
}

/** What is drawn in any case. */
const DRAWN = /^(figures\/|report\/index\.html$)/

async function requireStudy(folder: string): Promise<void> {
  const names = [studyFiles.manifest, studyFiles.verdict, ...studyTables.map(tableFile)]
  const found = await Promise.all(names.map((name) => exists(join(folder, name))))
  if (found.includes(true)) return
  throw new InputError(
    (await isFolder(folder))
      ? `${folder} holds no study: none of ${names.join(', ')} is there`
      : noFolder(folder),
  )
}

/**
 * The plan of a finished study from its manifest, or undefined: the page names a manifest that is damaged
 * or of another version, since loading the study reports it; what else is in the way is named here.
 */
async function storedPlan(folder: string, problems: ReportProblem[]): Promise<Plan | undefined> {
  const manifest = await readManifest(folder).catch(() => undefined)
  if (manifest?.schemaVersion !== schemaVersion) return undefined
  const plan = planOf(manifest)
  if (typeof plan !== 'string') return plan
  problems.push({
    file: studyFiles.manifest,
    message: `${plan}; tables are shown as they are, single samples from nothing`,
  })
  return undefined
}

/** Takes along what is stored and was not made anew; what is damaged is not, and missed by name. */
async function copyStored(
  folder: string,
  out: string,
  made: MadeTables | undefined,
  { write, remove }: Lease,
): Promise<void> {
  const names =
    made === undefined
      ? [...OF_STUDY, studyFiles.manifest, studyFiles.drawings]
      : [studyFiles.drawings]
  for (const name of names) {
    const bytes = await readStored(join(folder, name)).catch(() => undefined)
    // What an earlier copy took along may have been made of something else.
    if (bytes === undefined) await remove(join(out, name))
    else await write(join(out, name), bytes)
  }
}

/**
 * The manifest of a study whose tables were rebuilt: where, when and by what it was run stays as it was, and
 * what describes the tables is new.
 */
function rebuiltManifest(before: Manifest, after: Manifest): Manifest {
  const { complete, failed, lacking, baselines, schemaVersion, comparisonVersion } = after
  return { ...before, complete, failed, lacking, baselines, schemaVersion, comparisonVersion }
}

/**
 * The tables made anew; undefined, with the reason among the problems, where networks, or parts of their analysis,
 * that the stored ones have would be lost.
 */
async function tablesAnew(
  { plan, results }: StudyPlace,
  folder: string,
  problems: ReportProblem[],
): Promise<MadeTables | undefined> {
  const keep = '; the stored tables stay as they are'
  try {
    const signal = new AbortController().signal
    const progress = comparisonProgress(plan, { report: () => undefined, signal })
    const made = await makeTables({ plan, results, progress })
    const before = (await readManifest(folder))!
    const known = missingIn(before)
    const lost = Object.entries(missingIn(made.manifest)).filter(([name]) => !(name in known))
    for (const [name, reason] of lost)
      problems.push({ file: `network ${name}`, message: reason + keep })
    const lesser = lost.length > 0 ? [] : await lesserTables(before, made, folder)
    for (const file of lesser)
      problems.push({ file, message: `would lose rows or cells that it has${keep}` })
    if (lost.length + lesser.length === 0)
      return { ...made, manifest: rebuiltManifest(before, made.manifest) }
  } catch (error) {
    if (error instanceof LockLostError) throw error
    problems.push({ file: join('..', 'networks'), message: messageOf(error) + keep })
  }
  return undefined
}

/** Networks that tables lack, or have not all of, with the reason. */
function missingIn(manifest: Manifest): Readonly<Record<string, string>> {
  return { ...manifest.lacking, ...manifest.failed }
}

/** Tables that have less than the stored ones of the same version: rows, or cells that are not empty. */
async function lesserTables(
  { comparisonVersion }: Manifest,
  { files }: MadeTables,
  folder: string,
): Promise<string[]> {
  if (comparisonVersion !== COMPARISON_VERSION) return []
  const lesser: string[] = []
  const { files: record } = await readRecord(folder).catch(() => EMPTY_RECORD)
  for (const table of studyTables) {
    const file = tableFile(table)
    const made = files[file]
    const pieces = () => (typeof made === 'string' ? [Buffer.from(made)] : made.content())
    if (record.get(file)?.sha256 === sha256Of(pieces())) continue
    const after = await cellCounts(table, pieces())
    const before = await readStoredPieces(join(folder, file), (stored) =>
      cellCounts(table, stored),
    ).catch(() => undefined)
    if (before?.some((count, column) => count > after[column])) lesser.push(file)
  }
  return lesser
}

/** The number of rows, then of cells of each column that are not empty. */
async function cellCounts(
  table: Table,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number[]> {
  const names = Object.keys(table.columns)
  let rows = 0
  const filled = names.map(() => 0)
  await visitRowsOf(table, pieces, (row) => {
    rows++
    names.forEach((name, column) => {
      if (row[name] !== undefined) filled[column]++
    })
  })
  return [rows, ...filled]
}
