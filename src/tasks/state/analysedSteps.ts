/** Which checkpoints of a network are analysed, and which of them scores are taken from. */
import { listedSteps } from '../../plan/listedSteps.js'
import type { AnalysisRun, Plan, StudyNetwork } from '../../plan/types.js'
import type { CurvePoint } from '../../training/curve.js'
import { boundaryCheckpoint, phaseCheckpoints } from '../../training/phases/checkpoints.js'
import { detectPhases } from '../../training/phases/detect.js'
import type { PhaseResult } from '../../training/phases/types.js'

/** Phases of one network under the study's detector. */
function phasesOf(plan: Plan, curve: readonly CurvePoint[]): PhaseResult {
  return detectPhases(curve, plan.config.phases)
}

/** Steps of one analysis: all of the study's for the main one of a member, those of the score for the others. */
export function runSteps(
  plan: Plan,
  run: AnalysisRun,
  network: StudyNetwork,
  curve: readonly CurvePoint[],
): number[] {
  return run.name === 'main' && network.role !== 'reference'
    ? analysedSteps(plan, network, curve)
    : scoredSteps(plan, network, curve)
}

/** Steps that the confusing score takes: the end and, for its growth, where overfitting begins; of a reference the end. */
export function scoredSteps(
  plan: Plan,
  network: StudyNetwork,
  curve: readonly CurvePoint[],
): number[] {
  const end = network.spec.totalSteps
  if (plan.config.confusing.phase === 'end' || network.role === 'reference') return [end]
  const start = boundaryCheckpoint(analysedSteps(plan, network, curve), phasesOf(plan, curve))
  return start === end ? [end] : [start, end]
}

/** Checkpoint steps of a network that the study analyses, ascending; the last is the end. */
export function analysedSteps(
  plan: Plan,
  network: StudyNetwork,
  curve: readonly CurvePoint[],
): number[] {
  const { checkpoints } = plan.config.analysis
  const { checkpointSteps, totalSteps } = network.spec
  if (checkpoints === 'all') return [...checkpointSteps]
  if (checkpoints === 'final') return [totalSteps]
  if (checkpoints === 'phases') {
    const { smoothing } = plan.config.phases
    return phaseCheckpoints(checkpointSteps, curve, phasesOf(plan, curve), smoothing)
  }
  return listedSteps(checkpoints, network.spec)
}
