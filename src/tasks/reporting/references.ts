/** What the comparison reads of the reference networks. */
import { readCurve } from '../../artifacts/networkState.js'
import { messageOf } from '../../core/errors.js'
import { referencesOf } from '../../plan/references.js'
import type { StudyNetwork } from '../../plan/types.js'
import { networkPaths } from '../../store/layout.js'
import { referenceRow } from '../../study/rows.js'
import type { ReferenceRow } from '../../tables/tables.js'
import { type ReferenceInputs, readReferences } from '../analysis/readNetwork.js'
import { unfinishedPart } from '../state/failures.js'
import type { StudyPlace } from '../types.js'

/** The references of a study, read once for all networks. */
interface AllReferences {
  readonly found: readonly { readonly name: string; readonly row: ReferenceRow }[]
  /**
   * Those of a network; undefined where the study has none. In words why not where one of them is missing: with fewer
   * less would be generalizable.
   */
  of(network: StudyNetwork): ReferenceInputs | string | undefined
}

export async function readAllReferences(place: StudyPlace): Promise<AllReferences> {
  const { plan, results } = place
  const references = plan.networks.filter(({ role }) => role === 'reference')
  const found = await Promise.all(
    references.map(async (network) => ({
      name: network.name,
      row: await rowOf(place, network),
    })),
  )
  const inputs = new Map<string, ReferenceInputs | string>()
  for (const architecture of new Set(references.map((network) => network.architecture))) {
    const own = referencesOf({ architecture }, references)
    const failed = found.filter(({ row }) => row.architecture === architecture && row.reason)
    const why = failed.map(({ name, row }) => `its reference ${name} is missing: ${row.reason}`)
    inputs.set(
      architecture,
      why.length > 0
        ? why.join('; ')
        : await readReferences(plan, results, own).catch(
            (error: unknown) => `its references cannot be read: ${messageOf(error)}`,
          ),
    )
  }
  return { found, of: ({ architecture }) => inputs.get(architecture) }
}

async function rowOf(place: StudyPlace, network: StudyNetwork): Promise<ReferenceRow> {
  const reason = await unfinishedPart(place, network)
  try {
    const curve = await readCurve(networkPaths(place.results, network.id))
    return referenceRow(network, curve.at(-1), reason)
  } catch (error) {
    return referenceRow(network, undefined, reason ?? messageOf(error))
  }
}
