/** Reads back what the tasks stored of one network. */

import { readDifficulty } from '../../artifacts/difficultyFile.js'
import { readInteractionFile } from '../../artifacts/interactionFile.js'
import { readCurve } from '../../artifacts/networkState.js'
import { readEvaluatedSamples } from '../../artifacts/valueFile.js'
import { InputError } from '../../core/errors.js'
import type { AnalysisRun, Plan, StudyNetwork } from '../../plan/types.js'
import { networkPaths } from '../../store/layout.js'
import { faultOf } from '../../store/stored.js'
import { type CheckpointInput, mainRows } from '../../study/checkpoint.js'
import type { NetworkInput } from '../../study/network.js'
import { OTHER_END } from '../state/outputs.js'
import { analysedSteps, scoredSteps } from './analysedSteps.js'
import { readSurrogateScores } from './scoreSurrogates.js'

/** One checkpoint under one analysis. */
export async function readCheckpoint(
  results: string,
  network: string,
  step: number,
  { valuesId, interactionsId }: Pick<AnalysisRun, 'valuesId' | 'interactionsId'>,
): Promise<CheckpointInput> {
  const paths = networkPaths(results, network)
  const values = await readEvaluatedSamples(paths.values(step, valuesId))
  const file = paths.interactions(step, interactionsId)
  return { step, values, decompositions: await readInteractionFile(file, values) }
}

/** The same checkpoint at the other end of the tie-break, where that was decomposed. */
async function readOtherEnd(
  plan: Plan,
  results: string,
  network: string,
  checkpoint: CheckpointInput,
): Promise<CheckpointInput | undefined> {
  const file = networkPaths(results, network).interactions(
    checkpoint.step,
    plan.interactionsId + OTHER_END,
  )
  if ((await faultOf(file, 'place'))?.kind === 'absent') return undefined
  return { ...checkpoint, decompositions: await readInteractionFile(file, checkpoint.values) }
}

/** Everything that the analysis of a network starts from. Throws when a file is missing or damaged. */
export async function readNetwork(
  plan: Plan,
  results: string,
  network: StudyNetwork,
): Promise<NetworkInput> {
  const paths = networkPaths(results, network.id)
  const curve = await readCurve(paths)
  // A curve from elsewhere may end sooner or later, and values of another tool have none.
  if (network.origin === 'trained' && curve.at(-1)?.step !== network.spec.totalSteps) {
    throw new InputError(
      `${paths.curve} is damaged: it does not reach the last step ${network.spec.totalSteps}`,
    )
  }
  const [main, ...others] = plan.runs
  const checkpoints: CheckpointInput[] = []
  for (const step of analysedSteps(plan, network, curve)) {
    checkpoints.push(await readCheckpoint(results, network.id, step, main))
  }
  const end = checkpoints[checkpoints.length - 1]
  const scored = scoredSteps(plan, network, curve)
  const variants: CheckpointInput[][] = []
  for (const run of others) {
    variants.push(
      await Promise.all(scored.map((step) => readCheckpoint(results, network.id, step, run))),
    )
  }
  const otherEnds = await Promise.all(
    checkpoints
      .filter(({ step }) => scored.includes(step))
      .map((checkpoint) => readOtherEnd(plan, results, network.id, checkpoint)),
  )
  return {
    network,
    curve,
    checkpoints,
    dynamics: await readDifficulty(paths.difficulty(main.valuesId)),
    variants,
    otherEnd: otherEnds.every((found) => found !== undefined) ? otherEnds : undefined,
    surrogateScores: await readSurrogateScores(
      paths.noise(end.step, plan.noiseId),
      mainRows(end.values).length,
      plan.config.confusing.noiseNull.surrogates,
    ),
  }
}
