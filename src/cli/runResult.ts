/** What `--json` prints of a study: the finding and where everything is, for tools. */
import { basename, join } from 'node:path'
import type { Verdict } from '../comparison/types.js'
import { loadStudy } from '../report/load.js'
import { exists } from '../store/atomic.js'
import { reportPage, studyFiles, studyFolder } from '../store/layout.js'
import type { EffectRow } from '../tables/tables.js'
import { studyFailures } from '../tasks/state/failures.js'
import type { StudyPlace } from '../tasks/types.js'

/** What a study found. What is not there (no verdict could be found, the run was interrupted) is null. */
interface Finding {
  /** The content of `verdict.json`. */
  readonly verdict: Verdict | null
  /** The rows of `effects.csv`: shares and contrasts of every grid, with intervals and tests. */
  readonly contrasts: readonly EffectRow[] | null
  readonly paths: {
    /** Of the tables, the manifest and all that follows. */
    readonly folder: string
    readonly verdict: string | null
    readonly report: string | null
  }
}

/** One object a run. */
export interface RunResult extends Finding {
  readonly study: string
  readonly id: string
  readonly exitCode: number
  readonly interrupted: boolean
  /** Networks and tasks of the whole study that failed, with the reason. */
  readonly failed: Readonly<Record<string, string>>
}

/** The finding that the folder of a compared study holds. */
export async function findingOf(folder: string): Promise<Finding> {
  const { verdict, tables } = await loadStudy(folder, basename(folder), { tables: ['effects'] })
  return {
    verdict: verdict ?? null,
    contrasts: tables.effects ?? null,
    paths: {
      folder,
      verdict: verdict === undefined ? null : join(folder, studyFiles.verdict),
      report: (await exists(reportPage(folder))) ? reportPage(folder) : null,
    },
  }
}

/** The result of a run of a planned study; `compared`: whether its comparison is there. */
export async function resultOf(
  { plan, results }: StudyPlace,
  {
    compared,
    ...ended
  }: Pick<RunResult, 'exitCode' | 'interrupted'> & { readonly compared: boolean },
): Promise<RunResult> {
  const folder = studyFolder(results, plan.study, plan.id)
  const finding: Finding = compared
    ? await findingOf(folder)
    : { verdict: null, contrasts: null, paths: { folder, verdict: null, report: null } }
  const failed = await studyFailures({ plan, results })
  return { study: plan.study, id: plan.id, ...ended, failed, ...finding }
}
