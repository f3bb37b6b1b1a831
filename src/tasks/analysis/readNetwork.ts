/** Reads back what the tasks stored of one network. */

import { readDifficulty } from '../../artifacts/difficultyFile.js'
import { readInteractionFile } from '../../artifacts/interactionFile.js'
import { readCurve } from '../../artifacts/networkState.js'
import { readEvaluatedSamples } from '../../artifacts/valueFile.js'
import { InputError } from '../../core/errors.js'
import type { AnalysisRun, Plan, StudyNetwork, VariantName } from '../../plan/types.js'
import { networkPaths } from '../../store/layout.js'
import { faultOf } from '../../store/stored.js'
import type { CheckpointInput } from '../../study/checkpoint.js'
import type { NetworkInput } from '../../study/network.js'
import { analysedSteps, scoredSteps } from '../state/analysedSteps.js'
import { OTHER_END } from '../state/outputs.js'

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

/** The end of the references of a network: under the main analysis, at the other end of its tie-break, under variants. */
export interface ReferenceInputs {
  readonly main: readonly CheckpointInput[]
  readonly otherEnd: readonly CheckpointInput[] | undefined
  /** In the order of the analyses beside the main one. */
  readonly variants: readonly (readonly CheckpointInput[])[]
}

/** The references of one network. Throws when a file is missing or damaged. */
export async function readReferences(
  plan: Plan,
  results: string,
  references: readonly StudyNetwork[],
): Promise<ReferenceInputs> {
  const under = (run: AnalysisRun) =>
    Promise.all(references.map(({ id, spec }) => readCheckpoint(results, id, spec.totalSteps, run)))
  const [mainRun, ...others] = plan.runs
  const main = await under(mainRun)
  const otherEnds = await Promise.all(
    references.map(({ id }, index) => readOtherEnd(plan, results, id, main[index])),
  )
  const variants: CheckpointInput[][] = []
  for (const run of others) variants.push(await under(run))
  return { main, otherEnd: allOf(otherEnds), variants }
}

function allOf<T>(found: readonly (T | undefined)[]): T[] | undefined {
  const there = found.filter((one) => one !== undefined)
  return there.length === found.length ? there : undefined
}

/**
 * Everything that the analysis of a network starts from: every checkpoint beside the references as they were masked
 * and decomposed like it. Throws when a file is missing or damaged.
 */
export async function readNetwork(
  plan: Plan,
  results: string,
  network: StudyNetwork,
  references?: ReferenceInputs,
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
    const checkpoint = await readCheckpoint(results, network.id, step, main)
    checkpoints.push({ ...checkpoint, references: references?.main })
  }
  const scored = scoredSteps(plan, network, curve)
  const variants: NonNullable<NetworkInput['variants']>[number][] = []
  for (const [index, run] of others.entries()) {
    const read = await Promise.all(
      scored.map((step) => readCheckpoint(results, network.id, step, run)),
    )
    const beside = references?.variants[index]
    variants.push({
      name: run.name as VariantName,
      scored: read.map((checkpoint) => ({ ...checkpoint, references: beside })),
    })
  }
  const otherEnds = await Promise.all(
    checkpoints
      .filter(({ step }) => scored.includes(step))
      .map((checkpoint) => readOtherEnd(plan, results, network.id, checkpoint)),
  )
  const besideOther = references?.otherEnd
  return {
    network,
    curve,
    checkpoints,
    dynamics: await readDifficulty(paths.difficulty(main.valuesId)),
    variants,
    otherEnd: allOf(otherEnds)?.map((found) => ({ ...found, references: besideOther })),
  }
}
