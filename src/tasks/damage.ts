import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { messageOf } from '../core/errors.js'
import type { Plan, StudyNetwork } from '../plan/types.js'
import type { ReportProblem } from '../report/types.js'
import { readJson } from '../store/atomic.js'
import { networkPaths } from '../store/layout.js'
import { whyNotWhole } from '../store/wholeness.js'

/** What tasks leave behind; anything else, such as a temporary file of a kill, counts for nothing. */
const LEFT_BY_TASKS = /\.(npz|parquet|onnx|csv)$/

/**
 * Stored files of a study's networks that cannot be whole, and specifications that are not what this
 * version plans. Cheap: of the large files only size and last bytes are looked at.
 */
export async function damageOf(plan: Plan, results: string): Promise<ReportProblem[]> {
  const networks = [...new Map(plan.networks.map((network) => [network.id, network])).values()]
  const found = await Promise.all(networks.map((network) => damageOfNetwork(network, results)))
  return found.flat()
}

async function damageOfNetwork(network: StudyNetwork, results: string): Promise<ReportProblem[]> {
  const { folder } = networkPaths(results, network.id)
  const problems: ReportProblem[] = []
  for (const part of ['', 'checkpoints', 'values', 'interactions']) {
    const names = await readdir(join(folder, part)).catch(() => [])
    for (const name of names.filter((name) => LEFT_BY_TASKS.test(name)).sort()) {
      const why = await whyNotWhole(join(folder, part, name))
      if (why === undefined) continue
      const file = join('networks', network.id, part, name)
      problems.push({ file, message: `${why}; ${remedyOf(part)}` })
    }
  }
  const spec = await specDamage(network, results)
  return spec === undefined ? problems : [...problems, spec]
}

/** What makes `lowlayer run` do a file again. */
function remedyOf(part: string): string {
  if (part === 'values' || part === 'interactions') return 'run again to redo it'
  return 'delete the folder of the network and run again to train it anew'
}

/** Nothing is computed from `spec.json`; one that differs tells of another version, or of a stray hand. */
async function specDamage(
  { id, spec }: StudyNetwork,
  results: string,
): Promise<ReportProblem | undefined> {
  const file = join('networks', id, 'spec.json')
  try {
    const stored = await readJson<unknown>(networkPaths(results, id).spec)
    const planned: unknown = JSON.parse(JSON.stringify(spec))
    if (stored === undefined || isDeepStrictEqual(stored, planned)) return undefined
    const message =
      'is not what this lowlayer plans for this network (another version wrote it, or it was changed); what is stored is shown as it is'
    return { file, message }
  } catch (error) {
    return { file, message: messageOf(error) }
  }
}
