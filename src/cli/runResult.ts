/** What `--json` prints of a run that ended: the finding and where everything is, for tools. */
import { join } from 'node:path'
import type { Verdict } from '../comparison/types.js'
import type { Plan } from '../plan/types.js'
import { loadStudy } from '../report/load.js'
import { exists } from '../store/atomic.js'
import { reportPage, studyFiles, studyFolder } from '../store/layout.js'
import type { EffectRow } from '../tables/tables.js'
import { studyFailures } from '../tasks/state/failures.js'

/** One object a run. What is not there (no verdict could be found, the run was interrupted) is null. */
export interface RunResult {
  readonly study: string
  readonly id: string
  readonly exitCode: number
  readonly interrupted: boolean
  /** Networks and tasks of the whole study that failed, with the reason. */
  readonly failed: Readonly<Record<string, string>>
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

/** The result of a run of a planned study; `compared`: whether its comparison is there. */
export async function resultOf(
  { plan, results }: { readonly plan: Plan; readonly results: string },
  {
    compared,
    ...ended
  }: Pick<RunResult, 'exitCode' | 'interrupted'> & { readonly compared: boolean },
): Promise<RunResult> {
  const folder = studyFolder(results, plan.study, plan.id)
  const study = compared ? await loadStudy(folder, plan.study) : undefined
  const hasReport = compared && (await exists(reportPage(folder)))
  return {
    study: plan.study,
    id: plan.id,
    ...ended,
    failed: await studyFailures({ plan, results }),
    verdict: study?.verdict ?? null,
    contrasts: study?.tables.effects ?? null,
    paths: {
      folder,
      verdict: study?.verdict === undefined ? null : join(folder, studyFiles.verdict),
      report: hasReport ? reportPage(folder) : null,
    },
  }
}
