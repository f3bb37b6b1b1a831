import { join } from 'node:path'
import type { Plan } from '../plan/types.js'
import { exists, writeJson } from '../store/atomic.js'
import { studyFolder } from '../store/layout.js'
import { manifestOf } from './manifest.js'

/**
 * Leaves a manifest that says `complete: false` before the first task runs, so that `lowlayer status`
 * can tell how far a study is. A manifest that is there is kept.
 */
export async function announceStudy(plan: Plan, results: string): Promise<void> {
  const file = join(studyFolder(results, plan.study, plan.id), 'manifest.json')
  if (await exists(file)) return
  const facts = { failed: {}, lacking: {}, engines: [], baselines: {}, seconds: 0, checksums: {} }
  await writeJson(file, { ...manifestOf(plan, facts), complete: false, finishedAt: undefined })
}
