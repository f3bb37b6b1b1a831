/** Inner layers that a study masks are looked for in its networks when it is planned. */

import { pathsFrom } from '../../data/paths.js'
import type { Dataset } from '../../data/types.js'
import type { Plan, StudyNetwork } from '../../plan/types.js'
import { forEachNamed } from './forEachNamed.js'

/**
 * Tries one network of each kind ({@link tryLayer}), given ones at their first checkpoint. Throws InputError naming every
 * network whose masked layer is not there, has a shape that players do not fit, or does not carry all of the input.
 */
export async function tryLayers(plan: Plan, dataset: Dataset, baseDir: string): Promise<void> {
  const { analysis } = plan.config
  if (analysis.players.layout !== 'layer') return
  // Loaded now, as few studies have inner layers and every command plans.
  const { studyMasking } = await import('../../masking/configure.js')
  const { tryLayer } = await import('./openNetwork.js')
  const masking = studyMasking(analysis, dataset, pathsFrom({ baseDir }))
  const context = { plan, baseDir, results: '' }
  const use = { context, dataset, masking, analysis, assume: () => undefined }
  const kinds = new Map(plan.networks.map((network) => [kindOf(network), network]))
  await forEachNamed(
    kinds.values(),
    (network) => tryLayer(network, use),
    'analysis.players.layer: ',
  )
}

/** What networks have in common that have the same layers, as far as the plan tells. */
function kindOf({ architecture, parameters, ...network }: StudyNetwork): string {
  const own = network.origin === 'trained' ? network.spec.model : network.spec.reading
  return JSON.stringify([network.origin, architecture, parameters, own])
}
