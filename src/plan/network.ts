/** Plans one network: which seed or donor each block comes from, when checkpoints are kept, and the network's id. */
import type { ModelConfig } from '../config/model.js'
import type { ExperimentConfig } from '../config/schema.js'
import { durationInSteps, parseDuration } from '../core/duration.js'
import { InputError } from '../core/errors.js'
import { contentId, type Json } from '../core/hash.js'
import { limits } from '../core/limits.js'
import { requireAtMost } from '../core/requireAtMost.js'
import { sizeOf } from '../core/tensor.js'
import { uniqueSorted } from '../core/uniqueSorted.js'
import { buildModel } from '../models/build.js'
import { checkedBlocks, cutLabel, lowBlocks } from '../models/cut.js'
import type { Model } from '../models/types.js'
import { regimeOf } from '../regimes/registry.js'
import type { TrainingLength } from '../regimes/types.js'
import { logSpacedSteps } from '../training/checkpointSteps.js'
import { ARTIFACT_VERSION } from './artifactVersion.js'
import type { Draft } from './drafts.js'
import { modelOf } from './modelOf.js'
import type {
  DataInfo,
  GivenNetwork,
  Inheritance,
  StudyNetwork,
  TrainedNetwork,
  TrainedSpec,
} from './types.js'

/**
 * Makes a draft concrete: which seed draws each block, what is inherited and frozen, when to look,
 * and the content id of it all. `base` is the network that it is derived from, planned before;
 * `donorSteps` are those at which heirs will want its weights.
 * Throws InputError when the layers do not fit.
 */
export function planNetwork(
  config: ExperimentConfig,
  data: DataInfo,
  draft: Draft,
  base: StudyNetwork | undefined,
  donorSteps: readonly number[],
): TrainedNetwork {
  const modelConfig = { ...modelOf(config), architecture: draft.architecture }
  const model = buildModel(modelConfig, data)
  const low = lowBlocks(model, draft.cut)
  const high = blocksAbove(model, low)
  const redrawn = redrawnBlocks(model, draft, low, high)
  const seeds = effectiveSeeds(draft, base, low, high, redrawn)
  const length = trainingLength(config.training, data)
  const { side, freezes } = regimeOf(draft.regime)
  const shared = side === 'low' ? low : high
  const inherits = inheritance(config, draft, base, shared, length)
  if (inherits !== undefined) checkNotRedrawn(draft, inherits.blocks, redrawn)
  const lowShapes = shapesOf(model, low)
  checkSharedBlocks(config, data, draft, base, model)
  const spec: TrainedSpec = {
    data: data.fingerprint,
    model: { ...modelConfig, low: undefined },
    training: config.training,
    initSeeds: initSeeds(model, draft, base, low, redrawn),
    orderSeed: seeds.order,
    inherits,
    frozenBlocks: freezes ? shared : [],
    ...length,
    checkpointSteps: timePoints(config.training.checkpoints, length, donorSteps),
    evaluationSteps: timePoints(config.training.evaluate, length, []),
  }
  return {
    id: contentId({ version: ARTIFACT_VERSION, spec: withLentFile(spec, base) } as unknown as Json),
    name: draft.name,
    origin: 'trained',
    architecture: draft.architecture,
    spec,
    regime: draft.regime,
    seeds,
    lowBlocks: low,
    cut: cutLabel(model, low),
    lowShapes,
    highBlocks: high,
    parameters: model.parameterCount,
    lowParameters: trainableCount(model, low),
    from: base?.id,
    rerandomized: drawnAnew(spec, base) ?? redrawn,
    drawnElsewhere: blocksFromElsewhere(draft, base, inherits, redrawn),
    role: draft.role,
  }
}

function redrawnBlocks(
  model: Model,
  draft: Draft,
  low: readonly string[],
  high: readonly string[],
): readonly string[] {
  const layers = draft.redrawn?.layers
  if (layers === undefined) return []
  if (layers === 'low') return low
  if (layers === 'high') return high
  if (layers === 'all') return model.blocks.map(({ name }) => name)
  return checkedBlocks(model, layers)
}

/** A specification with the file of the weights that a network from elsewhere lends in the place of its id, which tells too how its outputs are read. */
function withLentFile(spec: TrainedSpec, base: StudyNetwork | undefined): TrainedSpec {
  const { inherits } = spec
  if (inherits === undefined || base?.origin !== 'given') return spec
  const { checkpoints, checkpointSteps } = base.spec
  const file = checkpoints[checkpointSteps.indexOf(inherits.step)]
  return { ...spec, inherits: { ...inherits, network: file } }
}

/**
 * Blocks that start from other draws than those of the network that this one is derived from, and are not taken over from it: redrawn
 * ones, and in a grid those of the other side. Undefined where nobody knows what the other one started from.
 */
function drawnAnew(
  { initSeeds, inherits }: TrainedSpec,
  base: StudyNetwork | undefined,
): readonly string[] | undefined {
  if (base?.origin !== 'trained') return undefined
  const { initSeeds: before } = base.spec
  return Object.keys(initSeeds).filter(
    (block) =>
      block in before && before[block] !== initSeeds[block] && !inherits?.blocks.includes(block),
  )
}

/** Seeds by side of the cut: a side with any redrawn layer counts as redrawn. */
function effectiveSeeds(
  draft: Draft,
  base: StudyNetwork | undefined,
  low: readonly string[],
  high: readonly string[],
  redrawn: readonly string[],
): Draft['seeds'] {
  const seedOf = (side: 'low' | 'high', blocks: readonly string[]) =>
    blocks.some((name) => redrawn.includes(name))
      ? draft.redrawn!.seeds[side]
      : sideSeed(draft, base, side)
  return { low: seedOf('low', low), high: seedOf('high', high), order: draft.seeds.order }
}

function initSeeds(
  model: Model,
  draft: Draft,
  base: StudyNetwork | undefined,
  low: readonly string[],
  redrawn: readonly string[],
): Record<string, number> {
  // A network from elsewhere has no seeds that lowlayer could draw from again.
  const baseSeeds = base?.origin === 'trained' ? base.spec.initSeeds : {}
  const seedOf = (name: string): number => {
    const side = low.includes(name) ? 'low' : 'high'
    if (redrawn.includes(name)) return draft.redrawn!.seeds[side]
    const kept = draft.keeps?.includes(side) ? baseSeeds[name] : undefined
    return kept ?? sideSeed(draft, base, side)
  }
  return Object.fromEntries(model.blocks.map(({ name }) => [name, seedOf(name)]))
}

function sideSeed(draft: Draft, base: StudyNetwork | undefined, side: 'low' | 'high'): number {
  const kept = draft.keeps?.includes(side) ? base?.seeds[side] : undefined
  return kept ?? draft.seeds[side]
}

/**
 * The inherited blocks that another tool drew. Throws InputError where a block that it drew would have to be drawn again, which cannot be
 * done here: the network would not have the layers of `from` that it is said to have.
 */
function blocksFromElsewhere(
  draft: Draft,
  base: StudyNetwork | undefined,
  inherits: Inheritance | undefined,
  redrawn: readonly string[],
): readonly string[] | undefined {
  if (inherits?.isGiven) return inherits.blocks
  const ofBase = base?.origin === 'trained' ? (base.drawnElsewhere ?? []) : []
  const isInherited = (block: string) => inherits?.blocks.includes(block) === true
  const again = ofBase.filter((block) => !isInherited(block) && !redrawn.includes(block))
  if (again.length > 0) {
    throw new InputError(
      `network "${draft.name}" is from "${draft.from}", whose ${again.join(', ')} another tool drew: under regime ${draft.regime} they would be drawn ` +
        'again, which cannot be done here; take over trained ones (regime: trained-frozen, say)',
    )
  }
  return ofBase.length === 0 ? undefined : ofBase.filter(isInherited)
}

function inheritance(
  config: ExperimentConfig,
  draft: Draft,
  base: StudyNetwork | undefined,
  blocks: readonly string[],
  length: TrainingLength,
): Inheritance | undefined {
  const { donorStep, side } = regimeOf(draft.regime)
  if (donorStep === undefined) return undefined
  if (base === undefined) {
    throw new InputError(
      `network "${draft.name}" of ${config.study}: regime ${draft.regime} needs "from", the network whose ${side} layers it takes`,
    )
  }
  const step = donorStep(base.origin === 'given' ? { ...length, ...base.spec } : length)
  if (base.origin === 'trained') return { network: base.id, step, blocks }
  checkLent(draft, base, step)
  return { network: base.id, step, blocks, isGiven: true }
}

/** A network from elsewhere lends weights of the steps that it has a file of. */
function checkLent(draft: Draft, { name, spec }: GivenNetwork, step: number): void {
  if (spec.kind === 'onnx' && spec.checkpointSteps.includes(step)) return
  const there =
    spec.kind === 'values'
      ? 'no weights'
      : `checkpoints of steps ${spec.checkpointSteps.join(', ')}`
  throw new InputError(
    `network "${draft.name}": regime ${draft.regime} takes the ${regimeOf(draft.regime).side} layers of "${name}" at step ${step}, which has ${there}`,
  )
}

/** Layers cannot be both drawn afresh and taken from a trained network. */
function checkNotRedrawn(
  draft: Draft,
  inherited: readonly string[],
  redrawn: readonly string[],
): void {
  const both = inherited.filter((block) => redrawn.includes(block))
  if (both.length === 0) return
  throw new InputError(
    `network "${draft.name}": regime ${draft.regime} takes the ${regimeOf(draft.regime).side} layers of "${draft.from}", ` +
      `so "rerandomize" cannot redraw ${both.join(', ')}`,
  )
}

/** Parameters of the blocks with their shapes, by name, as networks from elsewhere have them: `fc1.bias 100, fc1.weight 9×100`. */
function shapesOf({ graph }: Model, blocks: readonly string[]): string {
  return graph.parameters
    .filter(({ name }) => blocks.some((block) => name.startsWith(`${block}.`)))
    .map(({ name, shape }) => `${name} ${shape.join('×')}`)
    .sort()
    .join(', ')
}

/**
 * Other architectures of a grid must have the low layers of the network that they stand beside, and heirs of trained
 * layers those that they take.
 */
function checkSharedBlocks(
  config: ExperimentConfig,
  data: DataInfo,
  draft: Draft,
  base: StudyNetwork | undefined,
  own: Model,
): void {
  const { donorStep, side } = regimeOf(draft.regime)
  const other =
    draft.besides ??
    // Weights of a network from elsewhere are held against the model's when they are read.
    (donorStep === undefined || base?.origin !== 'trained' ? undefined : base.architecture)
  if (other === undefined || other === draft.architecture) return
  const named = { ...modelOf(config), architecture: other as ModelConfig['architecture'] }
  const taken = draft.besides === undefined ? side : 'low'
  const [ownShapes, otherShapes] = [own, buildModel(named, data)].map((model) => {
    const low = lowBlocks(model, draft.cut)
    return shapesOf(model, taken === 'low' ? low : blocksAbove(model, low))
  })
  if (otherShapes === ownShapes) return
  throw new InputError(
    `network "${draft.name}": ${draft.architecture} has other ${taken} layers than ${other}: ` +
      `${ownShapes} against ${otherShapes}`,
  )
}

function blocksAbove(model: Model, low: readonly string[]): string[] {
  return model.blocks.map(({ name }) => name).filter((name) => !low.includes(name))
}

/** Batch size, steps per epoch (may be fractional: batches run on across epochs) and in all. */
export function trainingLength(
  training: ExperimentConfig['training'],
  data: Pick<DataInfo, 'trainCount'>,
): TrainingLength {
  const batchSize = Math.min(training.batchSize, data.trainCount)
  const stepsPerEpoch = data.trainCount / batchSize
  const totalSteps = durationInSteps(parseDuration(training.epochs), stepsPerEpoch)
  requireAtMost(totalSteps, limits.steps, 'training.epochs: optimiser steps', 'train for less')
  return { batchSize, stepsPerEpoch, totalSteps: Math.max(1, totalSteps) }
}

/** Steps at which something is done in a training of this length; its end, and `further` ones, are among them. */
export function timePoints(
  points: ExperimentConfig['training']['checkpoints'],
  { stepsPerEpoch, totalSteps }: TrainingLength,
  further: readonly number[],
): number[] {
  if ('logSpaced' in points) {
    return uniqueSorted([
      ...logSpacedSteps(points.logSpaced, totalSteps, stepsPerEpoch),
      ...further,
    ])
  }
  if ('steps' in points) {
    const late = points.steps.find((step) => step > totalSteps)
    if (late === undefined) return uniqueSorted([...points.steps, totalSteps, ...further])
    throw new InputError(`step ${late} lies after the end of training (${totalSteps} steps)`)
  }
  const every = Math.max(1, durationInSteps(parseDuration(points.every), stepsPerEpoch))
  const count = Math.floor(totalSteps / every) + 1
  requireAtMost(
    count,
    limits.timePoints,
    `times of training, every ${points.every}`,
    'make the distance longer',
  )
  const regular = Array.from({ length: count }, (_, k) => k * every)
  return uniqueSorted([...regular, totalSteps, ...further])
}

function trainableCount(model: Model, blocks: readonly string[]): number {
  return model.graph.parameters
    .filter(({ name, trainable }) => trainable && blocks.some((b) => name.startsWith(`${b}.`)))
    .reduce((count, { shape }) => count + sizeOf(shape), 0)
}
