/** What a finished study has lost together with the records that listed it, so that nothing that is there tells of it. */
import { relative } from 'node:path'
import { COMPARISON_VERSION } from '../../plan/comparisonVersion.js'
import type { Plan } from '../../plan/types.js'
import { exists } from '../../store/atomic.js'
import { networkPaths } from '../../store/layout.js'
import type { Manifest } from '../../store/manifest.js'
import { faultOf } from '../../store/stored.js'
import type { Finding } from '../../store/verify.js'
import { outputsOf } from './outputs.js'

/**
 * Folders of networks that are gone, and files in others that no record lists any more, by their place below the results. Of a study
 * that is not finished, or that another version finished, nothing is known to be missing; nor of one of which no network is there: its
 * tables were taken elsewhere by themselves.
 */
export async function lostOutputs(
  { complete, comparisonVersion }: Pick<Manifest, 'complete' | 'comparisonVersion'>,
  plan: Plan,
  results: string,
): Promise<Finding[]> {
  if (!complete || comparisonVersion !== COMPARISON_VERSION) return []
  const folders = plan.networks.map(({ id }) => networkPaths(results, id).folder)
  const there = await Promise.all(folders.map(exists))
  if (!there.includes(true)) return []
  const gone = new Set(folders.filter((_, at) => !there[at]))
  const lost = new Map<string, string>()
  for (const task of plan.tasks) {
    if (!('network' in task)) continue
    const { folder } = networkPaths(results, task.network.id)
    if (gone.has(folder)) {
      lost.set(folder, 'is missing, with all that was stored in it')
      continue
    }
    // What says which outputs there are is damaged then, and found to be.
    for (const { path } of (await outputsOf(task, { plan, results }).catch(() => [])) ?? []) {
      const fault = await faultOf(path, 'place').catch(() => undefined)
      if (fault?.kind === 'absent') lost.set(path, 'is missing, and no record lists it')
    }
  }
  return [...lost].map(([path, why]) => ({ file: relative(results, path), why }))
}
