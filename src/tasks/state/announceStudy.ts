import { join } from 'node:path'
import type { Plan } from '../../plan/types.js'
import { jsonText } from '../../store/atomic.js'
import { lockOf, studyFiles, studyFolder } from '../../store/layout.js'
import { type Lease, type Waiting, withLock } from '../../store/lock.js'
import { faultOf } from '../../store/stored.js'
import { manifestOf } from './manifest.js'

/**
 * Leaves a manifest that says `complete: false` before the first task runs, so that `lowlayer status`
 * can tell how far a study is. A manifest that is there is kept. `waiting`: for a process that works in the
 * study's folder, where there is no manifest yet.
 */
export async function announceStudy(plan: Plan, results: string, waiting?: Waiting): Promise<void> {
  const folder = studyFolder(results, plan.study, plan.id)
  const file = join(folder, studyFiles.manifest)
  if (!(await isNew(file))) return
  const facts = { failed: {}, lacking: {}, engines: [], assumptions: [], baselines: {}, seconds: 0 }
  const manifest = { ...manifestOf(plan, facts), complete: false, finishedAt: undefined }
  const write = async (lease: Lease) => {
    if (await isNew(file)) await lease.write(file, jsonText(manifest))
  }
  await withLock(lockOf(folder), write, waiting)
}

/** Whether a manifest never was there; one that is gone is missed by name, and made anew by the comparison. */
async function isNew(file: string): Promise<boolean> {
  const fault = await faultOf(file, 'place').catch(() => undefined)
  return fault?.kind === 'absent'
}
