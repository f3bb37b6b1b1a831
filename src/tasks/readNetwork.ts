/** Reads back what the tasks stored of one network. */
import type { AnalysisRun, Plan, StudyNetwork } from '../plan/types.js'
import { exists } from '../store/atomic.js'
import { networkPaths } from '../store/layout.js'
import type { CheckpointInput } from '../study/checkpoint.js'
import type { NetworkInput } from '../study/network.js'
import { readInteractionFile } from './interactionFile.js'
import { OTHER_END } from './interactions.js'
import { readSurrogateScores } from './noise.js'
import { analysedSteps } from './steps.js'
import { readCurve } from './train.js'
import { readValueFile } from './valueFile.js'

/** One checkpoint under one analysis. */
export async function readCheckpoint(
  results: string,
  network: string,
  step: number,
  { valuesId, interactionsId }: Pick<AnalysisRun, 'valuesId' | 'interactionsId'>,
): Promise<CheckpointInput> {
  const paths = networkPaths(results, network)
  return {
    step,
    values: await readValueFile(paths.values(step, valuesId)),
    decompositions: await readInteractionFile(paths.interactions(step, interactionsId)),
  }
}

/** The same checkpoint at the other end of the tie-break, where that was decomposed. */
export async function readOtherEnd(
  plan: Plan,
  results: string,
  network: string,
  end: CheckpointInput,
): Promise<CheckpointInput | undefined> {
  const file = networkPaths(results, network).interactions(
    end.step,
    plan.interactionsId + OTHER_END,
  )
  if (!(await exists(file))) return undefined
  return { ...end, decompositions: await readInteractionFile(file) }
}

/** Everything that the analysis of a network starts from. Throws when a file is missing or damaged. */
export async function readNetwork(
  plan: Plan,
  results: string,
  network: StudyNetwork,
): Promise<NetworkInput> {
  const paths = networkPaths(results, network.id)
  const curve = await readCurve(paths)
  const [main, ...others] = plan.runs
  const checkpoints: CheckpointInput[] = []
  for (const step of analysedSteps(plan, network, curve)) {
    checkpoints.push(await readCheckpoint(results, network.id, step, main))
  }
  const end = checkpoints[checkpoints.length - 1]
  const variants: CheckpointInput[] = []
  for (const run of others) variants.push(await readCheckpoint(results, network.id, end.step, run))
  return {
    network,
    curve,
    checkpoints,
    variants,
    otherEnd: await readOtherEnd(plan, results, network.id, end),
    surrogateScores: await readSurrogateScores(paths.interactions(end.step, plan.noiseId)),
  }
}
