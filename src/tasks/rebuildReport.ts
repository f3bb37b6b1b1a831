import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { InputError, LockLostError, messageOf } from '../core/errors.js'
import { loadDataset } from '../data/load.js'
import type { DataInfo, Plan } from '../plan/types.js'
import { schemaVersion, studyTables } from '../report/tables/tables.js'
import type { ReportProblem } from '../report/types.js'
import { exists, jsonText, readJson, type WriteFile, writeAtomically } from '../store/atomic.js'
import { studyLock } from '../store/layout.js'
import { withLock } from '../store/lock.js'
import { writeTables } from './compare.js'
import { damageOf } from './damage.js'
import { type Manifest, planOf } from './manifest.js'
import { writeStudyReport } from './report.js'

export interface RebuildRequest {
  /** The study's folder. */
  readonly folder: string
  readonly out: string
  readonly dataDirs: readonly string[]
  /** Told which process works in `out`, where one does: it is waited for. */
  readonly onWait?: (holder: string) => void
}

/**
 * Rebuilds tables, figures and page of a study from what is stored, without training or evaluating.
 * What cannot be read is named in the result and on the page, and the stored tables are kept where
 * rebuilding them would lose networks. Throws InputError when the folder holds no study at all.
 */
export async function rebuildReport(request: RebuildRequest): Promise<readonly ReportProblem[]> {
  await requireStudy(request.folder)
  return withLock(studyLock(request.out), ({ write }) => rebuild(request, write), request.onWait)
}

async function rebuild(
  { folder, out, dataDirs }: RebuildRequest,
  write: WriteFile,
): Promise<readonly ReportProblem[]> {
  const problems: ReportProblem[] = []
  const plan = await storedPlan(folder, problems)
  if (resolve(out) !== resolve(folder)) await copyTables(folder, out, write)
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
  if (stored !== undefined) {
    problems.push(...(await rebuildTables(stored.plan, results, { folder, out, write })))
    problems.push(...(await damageOf(stored.plan, results)))
  }
  return writeStudyReport({
    folder: out,
    write,
    stored,
    dataset:
      plan === undefined
        ? undefined
        : () => loadDataset(plan.config.data, { baseDir: process.cwd(), dataDirs }),
    resolve: (file) => resolve(file),
    problems,
  })
}

async function requireStudy(folder: string): Promise<void> {
  const names = ['manifest.json', 'verdict.json', ...studyTables.map(({ name }) => `${name}.csv`)]
  const found = await Promise.all(names.map((name) => exists(join(folder, name))))
  if (found.includes(true)) return
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  throw new InputError(
    isFolder
      ? `${folder} holds no study: none of ${names.join(', ')} is there`
      : `there is no folder ${folder}; results/<study>-<id> is what lowlayer run makes`,
  )
}

/**
 * The plan of a finished study from its manifest, or undefined: the page names a manifest that is damaged
 * or of another version, since loading the study reports it; what else is in the way is named here.
 */
async function storedPlan(folder: string, problems: ReportProblem[]): Promise<Plan | undefined> {
  const manifest = await readJson<Manifest & { config: unknown; data: DataInfo }>(
    join(folder, 'manifest.json'),
  ).catch(() => undefined)
  if (manifest?.schemaVersion !== schemaVersion) return undefined
  const plan = planOf(manifest)
  if (typeof plan !== 'string') return plan
  problems.push({
    file: 'manifest.json',
    message: `${plan}; tables are shown as they are, single samples from nothing`,
  })
  return undefined
}

async function copyTables(folder: string, out: string, write: WriteFile): Promise<void> {
  const names = [
    'manifest.json',
    'verdict.json',
    'config.yaml',
    'SCHEMA.md',
    'report/drawings.json',
    ...studyTables.map(({ name }) => `${name}.csv`),
  ]
  for (const name of names) {
    if (await exists(join(folder, name)))
      await write(join(out, name), await readFile(join(folder, name)))
  }
}

/**
 * The manifest of a study whose tables were rebuilt: where, when and by what it was run stays as it was, and
 * what describes the tables is new.
 */
function rebuiltManifest(before: Manifest, after: Manifest): Manifest {
  const { complete, failed, lacking, baselines, checksums, schemaVersion, comparisonVersion } =
    after
  return {
    ...before,
    complete,
    failed,
    lacking,
    baselines,
    checksums,
    schemaVersion,
    comparisonVersion,
  }
}

/** Writes the tables anew unless networks, or parts of their analysis, that the stored ones have are gone. */
async function rebuildTables(
  plan: Plan,
  results: string,
  { folder, out, write }: Pick<RebuildRequest, 'folder' | 'out'> & { readonly write: WriteFile },
): Promise<ReportProblem[]> {
  const temporary = await mkdtemp(join(tmpdir(), 'lowlayer-report-'))
  try {
    await writeTables(
      { plan, results, report: () => undefined, signal: new AbortController().signal },
      temporary,
      writeAtomically,
    )
    const before = await readJson<Manifest>(join(folder, 'manifest.json'))
    const after = await readJson<Manifest>(join(temporary, 'manifest.json'))
    const known = missingIn(before)
    const lost = Object.entries(missingIn(after)).filter(([name]) => !(name in known))
    if (lost.length === 0) {
      if (before !== undefined && after !== undefined) {
        const manifest = rebuiltManifest(before, after)
        await writeAtomically(join(temporary, 'manifest.json'), jsonText(manifest))
      }
      // The manifest last: its checksums tell where not all of the others came.
      const names = (await readdir(temporary)).filter((name) => name !== 'manifest.json')
      for (const name of [...names, 'manifest.json'])
        await write(join(out, name), await readFile(join(temporary, name)))
      return []
    }
    return lost.map(([name, reason]) => ({
      file: `network ${name}`,
      message: `${reason}; the stored tables are shown`,
    }))
  } catch (error) {
    if (error instanceof LockLostError) throw error
    return [
      { file: join('..', 'networks'), message: `${messageOf(error)}; the stored tables are shown` },
    ]
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Networks that tables lack, or have not all of, with the reason. */
function missingIn(manifest: Manifest | undefined): Readonly<Record<string, string>> {
  return { ...(manifest?.lacking as object), ...(manifest?.failed as object) }
}
