/** What is known of how a study's networks came about: what was assumed in measuring them, and what trained them. */
import { readAssumptions, readState } from '../../artifacts/networkState.js'
import { distinctEngines, type TrainingEngine } from '../../artifacts/trainingEngine.js'
import { messageOf } from '../../core/errors.js'
import { networkPaths } from '../../store/layout.js'
import type { StudyPlace } from '../types.js'

/** What was assumed about the networks from elsewhere when they were measured. */
interface GivenAssumptions {
  /** Each once. */
  readonly lines: readonly string[]
  /** What is wrong with the file that tells them, by the network's name. */
  readonly damaged: Readonly<Record<string, string>>
}

/** {@link GivenAssumptions} of all networks of a study that it did not train. */
export async function givenAssumptions({ plan, results }: StudyPlace): Promise<GivenAssumptions> {
  const { networks, valuesId } = plan
  const lines = new Set<string>()
  const damaged: Record<string, string> = {}
  for (const { origin, id, name } of networks) {
    if (origin === 'trained') continue
    try {
      const found = await readAssumptions(networkPaths(results, id), valuesId)
      for (const line of found) lines.add(line)
    } catch (error) {
      damaged[name] = `what was assumed in reading it is lost: ${messageOf(error)}`
    }
  }
  return { lines: [...lines], damaged }
}

/** What trained the networks of a study, those that only lend layers included; each once. */
export async function enginesOf({ plan, results }: StudyPlace): Promise<TrainingEngine[]> {
  const found: TrainingEngine[] = []
  for (const id of new Set(plan.networks.map((network) => network.id))) {
    // A damaged state is the failure of its own network.
    const state = await readState(networkPaths(results, id)).catch(() => undefined)
    // Networks of before engines were listed stay silent.
    found.push(...(state?.trainedBy ?? []))
  }
  return distinctEngines(found)
}
