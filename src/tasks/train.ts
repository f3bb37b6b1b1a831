import { readFile } from 'node:fs/promises'
import { discard } from '../core/discard.js'
import { InputError } from '../core/errors.js'
import type { Tensors } from '../core/tensor.js'
import type { Dataset } from '../data/types.js'
import { exportOnnx } from '../engine/onnx/checkpoint.js'
import { createEngine } from '../engine/registry.js'
import type { Engine, Trainer, TrainState } from '../engine/types.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import type { Model } from '../models/types.js'
import type { NetworkSpec, TrainTask } from '../plan/types.js'
import { exists, jsonText, readJson } from '../store/atomic.js'
import { type NetworkPaths, networkPaths } from '../store/layout.js'
import type { Lease } from '../store/lock.js'
import { cropAndFlip } from '../training/augment.js'
import { batchOrder } from '../training/batches.js'
import { type CurvePoint, formatCurve, parseCurve } from '../training/curve.js'
import { evaluate } from '../training/evaluate.js'
import { divergence, trainLoop } from '../training/loop.js'
import { learningRateAt } from '../training/schedule.js'
import { readCheckpointWeights } from './checkpoint.js'
import { loadPlannedDataset } from './dataset.js'
import { withTaskLock } from './taskLock.js'
import { distinctEngines, type TrainingEngine, trainingEngineOf } from './trainingEngine.js'
import { readTrainState, writeTrainState } from './trainState.js'
import type { TaskContext } from './types.js'

/** How often a run in progress is saved; a kill costs at most this much work. */
const SAVE_EVERY_MS = 20_000

/** What `state.json` says once a network is trained. */
export interface NetworkState {
  readonly complete: boolean
  readonly steps: number
  /** Several where an interrupted training went on elsewhere. */
  readonly trainedBy: readonly TrainingEngine[]
}

/** Whether a network is trained to the end, and its curve is there: from it the phases are read. */
export async function isTrained(paths: NetworkPaths): Promise<boolean> {
  const state = await readJson<NetworkState>(paths.state)
  return state?.complete === true && (await exists(paths.curve))
}

/**
 * The curve of a network so far; empty when there is none yet. Throws InputError when it is damaged or
 * cannot be read.
 */
export async function readCurve(paths: NetworkPaths): Promise<CurvePoint[]> {
  const csv = await readFile(paths.curve, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new InputError(`cannot read ${paths.curve}: ${error.message}`, { cause: error })
  })
  return csv === undefined ? [] : parseCurve(csv, paths.curve)
}

/**
 * Trains a network, or goes on where an earlier run stopped: on the same engine and device bit for bit as if
 * it never had.
 */
export async function train(task: TrainTask, context: TaskContext): Promise<void> {
  const paths = networkPaths(context.results, task.network.id)
  await withTaskLock(paths.lock, context, async (lease) => {
    if (await isTrained(paths)) return
    // It would speak for the curve as soon as that has a point again.
    await lease.remove(paths.state)
    const dataset = await loadPlannedDataset(context.plan, context)
    const { spec } = task.network
    const model = buildModel(spec.model, context.plan.data)
    const { engine: engineName, device } = context.plan.config.runtime
    const engine = await createEngine(engineName, device)
    await lease.write(paths.spec, jsonText(spec))
    await new Run(task, context, paths, lease, dataset, model, engine).finish()
  })
}

/** What changes a batch before a step, if anything. Throws InputError where there are no images. */
function augmentation({ training, orderSeed }: NetworkSpec, dataset: Dataset) {
  if (training.augmentation === 'none') return undefined
  if (dataset.kind === 'image') return cropAndFlip(orderSeed, dataset.shape)
  throw new InputError(
    `training.augmentation ${training.augmentation} is for images; ${dataset.source} has ${dataset.kind} data`,
  )
}

/** Frees what a trainer has copied: as much memory as the network itself. */
function discardState({ parameters, slots }: TrainState): void {
  const tensors = [...Object.values(parameters), ...Object.values(slots)]
  discard(tensors.map(({ data }) => data))
}

/** One run of one network; holds what the steps of the run share. */
class Run {
  private readonly spec: NetworkSpec
  private readonly learningRateAt: (step: number) => number
  private curve: CurvePoint[] = []
  private trainedBy: readonly TrainingEngine[] = []

  constructor(
    task: TrainTask,
    private readonly context: TaskContext,
    private readonly paths: NetworkPaths,
    private readonly lease: Lease,
    private readonly dataset: Dataset,
    private readonly model: Model,
    private readonly engine: Engine,
  ) {
    this.spec = task.network.spec
    const { training, totalSteps, stepsPerEpoch } = this.spec
    this.learningRateAt = learningRateAt(training, totalSteps, stepsPerEpoch)
  }

  async finish(): Promise<void> {
    const { spec, paths, engine } = this
    // Without the curve so far there is nothing to go on from.
    const saved = (await exists(paths.curve)) ? await readTrainState(paths.resume) : undefined
    const start = saved ?? (await this.initialState())
    // Points after the resume point, or all of them without one, will be measured again.
    const resumedFrom = saved?.step ?? -1
    this.trainedBy = distinctEngines([...(saved?.trainedBy ?? []), trainingEngineOf(engine)])
    this.curve = (await readCurve(paths)).filter((point) => point.step <= resumedFrom)
    const trainer = await engine.createTrainer(this.model.graph, this.recipe(), start)
    discardState(start)
    try {
      if (saved === undefined) await this.stopAt(0, trainer)
      await this.loop(trainer, start.step)
    } finally {
      await trainer.dispose()
    }
    const state: NetworkState = {
      complete: true,
      steps: spec.totalSteps,
      trainedBy: this.trainedBy,
    }
    await this.lease.write(paths.state, jsonText(state))
  }

  private async loop(trainer: Trainer, firstStep: number): Promise<void> {
    const { spec, dataset, context, paths, lease } = this
    const { totalSteps } = spec
    await trainLoop({
      trainer,
      dataset,
      batchOf: batchOrder(spec.orderSeed, dataset.train.count, spec.batchSize),
      learningRateAt: this.learningRateAt,
      augment: augmentation(spec, dataset),
      firstStep,
      totalSteps,
      stops: this.stops(),
      saveEvery: SAVE_EVERY_MS,
      signal: AbortSignal.any([context.signal, lease.signal]),
      hooks: {
        atStop: (step) => this.stopAt(step, trainer),
        save: async () => this.save(paths.resume, await trainer.state()),
        progress: (step, loss) =>
          context.report({ done: step, total: totalSteps, note: `loss ${loss.toPrecision(3)}` }),
      },
    })
  }

  private stops(): number[] {
    return [...this.spec.checkpointSteps, ...this.spec.evaluationSteps].sort((a, b) => a - b)
  }

  /**
   * Evaluates and, where the plan wants one, leaves a checkpoint. The resume point comes last. Throws
   * TaskError, leaving nothing of this step, when the training loss is no longer finite: the loop, whose
   * losses are those before each step, would see it one step later, or never. A test loss that is
   * not finite says of a few inputs that their outputs overflow, and ends nothing.
   */
  private async stopAt(step: number, trainer: Trainer): Promise<void> {
    const { paths, lease, model, spec } = this
    const state = await trainer.state()
    const point = await this.measure(step, state.parameters)
    if (!Number.isFinite(point.trainLoss)) {
      throw divergence(step, point.trainLoss, this.learningRateAt(Math.max(0, step - 1)))
    }
    this.curve.push(point)
    await lease.write(paths.curve, formatCurve(this.curve))
    if (spec.checkpointSteps.includes(step)) {
      await lease.write(paths.checkpoint(step), exportOnnx(model.graph, state.parameters))
      await this.save(paths.optimizer(step), { ...state, parameters: {} })
    }
    await this.save(paths.resume, state)
  }

  private save(path: string, state: TrainState): Promise<void> {
    return writeTrainState(path, { ...state, trainedBy: this.trainedBy }, this.lease.write)
  }

  private async measure(step: number, parameters: Tensors): Promise<CurvePoint> {
    const { dataset } = this
    const predictor = await this.engine.createPredictor(this.model.graph, parameters)
    try {
      const train = await evaluate(predictor, dataset, dataset.train)
      const test = await evaluate(predictor, dataset, dataset.test)
      return {
        step,
        epoch: step / this.spec.stepsPerEpoch,
        trainLoss: train.loss,
        testLoss: test.loss,
        trainAccuracy: train.accuracy,
        testAccuracy: test.accuracy,
      }
    } finally {
      await predictor.dispose()
    }
  }

  private recipe() {
    const { training, batchSize, frozenBlocks, orderSeed } = this.spec
    return {
      batchSize,
      optimizer: training.optimizer,
      labelSmoothing: training.labelSmoothing,
      frozenBlocks,
      dropoutSeed: orderSeed,
    }
  }

  /** Fresh weights, or a donor's in the blocks that the network inherits. */
  private async initialState(): Promise<TrainState> {
    const { initSeeds, inherits } = this.spec
    const drawn = initialize(this.model, (block) => initSeeds[block])
    if (inherits === undefined) return { step: 0, parameters: drawn, slots: {} }
    const donor = networkPaths(this.context.results, inherits.network)
    const lent = await readCheckpointWeights(donor.checkpoint(inherits.step))
    const names = this.model.blocks
      .filter((block) => inherits.blocks.includes(block.name))
      .flatMap((block) => block.parameters)
    const inherited = Object.fromEntries(names.map((name) => [name, lent[name]]))
    return { step: 0, parameters: { ...drawn, ...inherited }, slots: {} }
  }
}
