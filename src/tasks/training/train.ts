/** The task that trains a network. */
import { readCheckpointWeights } from '../../artifacts/checkpoint.js'
import { type NetworkState, readCurve } from '../../artifacts/networkState.js'
import {
  distinctEngines,
  type TrainingEngine,
  trainingEngineOf,
} from '../../artifacts/trainingEngine.js'
import {
  decodeTrainState,
  encodeTrainState,
  type SavedState,
  type StateShapes,
} from '../../artifacts/trainState.js'
import { compileTrainStep } from '../../autodiff/trainStep.js'
import { InputError, TaskError } from '../../core/errors.js'
import { freeArrays } from '../../core/freeArrays.js'
import type { Tensors } from '../../core/tensor.js'
import type { Dataset } from '../../data/types.js'
import { exportOnnx, importOnnxParameters, inputsFirst } from '../../engine/onnx/checkpoint.js'
import { createEngine } from '../../engine/registry.js'
import type { Engine, Trainer, TrainState } from '../../engine/types.js'
import { readInputFile } from '../../formats/inputFile.js'
import type { Graph } from '../../graph/types.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import type { Model } from '../../models/types.js'
import type { Inheritance, TrainedSpec, TrainTask } from '../../plan/types.js'
import { jsonText } from '../../store/atomic.js'
import { type NetworkPaths, networkPaths } from '../../store/layout.js'
import type { Lease } from '../../store/lock.js'
import { isStored, readStored } from '../../store/stored.js'
import { cropAndFlip } from '../../training/augment.js'
import { batchOrder } from '../../training/batches.js'
import { type CurvePoint, curvePoint, formatCurve } from '../../training/curve.js'
import { type Evaluations, evaluate, evaluateTrained } from '../../training/evaluate.js'
import { divergence, trainLoop } from '../../training/loop.js'
import { learningRateAt } from '../../training/schedule.js'
import { loadPlannedDataset, onTestSamples } from '../dataset.js'
import { givenFile } from '../network/givenFile.js'
import { isTaskDone } from '../state/isDone.js'
import { checkpointOutputs, weightsFrom } from '../state/outputs.js'
import { withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'

/** How often a run in progress is saved; a kill costs at most this much work. */
const SAVE_EVERY_MS = 20_000

/**
 * Trains a network, or goes on where an earlier run stopped: on the same engine and device bit for bit as if
 * it never had. Where anything that training has left so far is not what was written, it begins anew.
 */
export async function train(task: TrainTask, context: TaskContext): Promise<void> {
  const { network } = task
  const paths = networkPaths(context.results, network.id)
  await withTaskLock(task, context, async (lease) => {
    if (await isTaskDone(task, context, 'content')) return
    // It would speak for the curve as soon as that has a point again.
    await lease.remove(paths.state)
    const { spec } = network
    const loaded = await loadPlannedDataset(context.plan, context)
    const dataset = spec.trainedOn === 'test' ? onTestSamples(loaded) : loaded
    const model = buildModel(spec.model, context.plan.data)
    const { engine: engineName, device } = context.plan.config.runtime
    const engine = await createEngine(engineName, device)
    const from = await weightsFrom(network, context.results)
    await lease.write(paths.spec, jsonText(spec))
    await new TrainingRun(task, context, paths, lease, dataset, model, engine, from).finish()
  })
}

/** What changes a batch before a step, if anything. Throws InputError where there are no images. */
function augmentation({ training, orderSeed }: TrainedSpec, dataset: Dataset) {
  if (training.augmentation === 'none') return undefined
  if (dataset.kind === 'image') return cropAndFlip(orderSeed, dataset.shape)
  throw new InputError(
    `training.augmentation ${training.augmentation} is for images; ${dataset.source} has ${dataset.kind} data`,
  )
}

/** Frees what a trainer has copied: as much memory as the network itself. */
function freeState({ parameters, slots }: TrainState): void {
  const tensors = [...Object.values(parameters), ...Object.values(slots)]
  freeArrays(tensors.map(({ data }) => data))
}

/** One run of one network; holds what the steps of the run share. */
class TrainingRun {
  private readonly spec: TrainedSpec
  private readonly learningRateAt: (step: number) => number
  private readonly augment: ReturnType<typeof augmentation>
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
    /** What the network's training starts from besides its specification. */
    private readonly from: string | undefined,
  ) {
    this.spec = task.network.spec
    const { training, totalSteps, stepsPerEpoch } = this.spec
    this.learningRateAt = learningRateAt(training, totalSteps, stepsPerEpoch)
    this.augment = augmentation(this.spec, dataset)
  }

  async finish(): Promise<void> {
    const { spec, paths, engine } = this
    const saved = await this.resumePoint()
    const start = saved ?? (await this.initialState())
    // Points after the resume point will be measured again.
    this.trainedBy = distinctEngines([...(saved?.trainedBy ?? []), trainingEngineOf(engine)])
    this.curve = saved === undefined ? [] : await pointsUntil(paths, saved.step)
    const { dataset, augment } = this
    // Images that are changed for each step are none that a device could keep.
    const data = augment === undefined ? dataset : undefined
    const trainer = await engine.createTrainer(this.model.graph, this.recipe(), start, data)
    freeState(start)
    try {
      if (saved === undefined) await this.stopAt(0, trainer)
      await this.loop(trainer, start.step)
    } catch (error) {
      // Whoever asks why it diverged looks at what came before. Where nothing can be written, that is what to say.
      if (error instanceof TaskError && this.curve.length > 0)
        await this.saveCurve().catch(() => undefined)
      throw error
    } finally {
      await trainer.dispose()
    }
    const state: NetworkState = {
      complete: true,
      steps: spec.totalSteps,
      trainedBy: this.trainedBy,
    }
    await this.lease.write(paths.state, jsonText(state), this.from)
  }

  /**
   * The state to go on from: what was saved last, if all that training left until then is what was written.
   * Otherwise none, and what was saved is removed, so that nobody goes on from it beside what is made now.
   */
  private async resumePoint(): Promise<SavedState | undefined> {
    const { paths, spec, from, lease } = this
    try {
      const bytes = await readStored(paths.resume)
      if (bytes !== undefined && (await isStored(paths.resume, 'place', from))) {
        const saved = decodeTrainState(bytes, paths.resume, this.stateShapes())
        const curve = await pointsUntil(paths, saved.step)
        const left = spec.checkpointSteps.filter((step) => step <= saved.step)
        const files = left.flatMap((step) => checkpointOutputs(paths, step))
        const whole = await Promise.all(files.map(({ path }) => isStored(path, 'content')))
        if (curve.length > 0 && whole.every(Boolean)) return saved
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      // Said by the run, which looked at the files before it started this task.
    }
    await lease.remove(paths.resume)
    await lease.remove(paths.curve)
    return undefined
  }

  private stateShapes(): StateShapes {
    const { graph } = this.model
    return {
      parameters: Object.fromEntries(graph.parameters.map(({ name, shape }) => [name, shape])),
      slots: compileTrainStep(graph, this.recipe()).slots,
    }
  }

  private async loop(trainer: Trainer, firstStep: number): Promise<void> {
    const { spec, dataset, context, lease } = this
    const { totalSteps } = spec
    await trainLoop({
      trainer,
      dataset,
      batchOf: batchOrder(spec.orderSeed, dataset.train.count, spec.batchSize),
      learningRateAt: this.learningRateAt,
      augment: this.augment,
      firstStep,
      totalSteps,
      stops: this.stops(),
      saveEvery: SAVE_EVERY_MS,
      signal: AbortSignal.any([context.signal, lease.signal]),
      hooks: {
        atStop: (step) => this.stopAt(step, trainer),
        save: async () => this.saveResumePoint(await trainer.state()),
        progress: (step, loss) =>
          context.report({ done: step, total: totalSteps, note: `loss ${loss.toPrecision(3)}` }),
      },
    })
  }

  private stops(): number[] {
    return [...this.spec.checkpointSteps, ...this.spec.evaluationSteps].sort((a, b) => a - b)
  }

  /**
   * Evaluates and, where the plan wants one, leaves a checkpoint and a point to resume from. Throws TaskError, leaving
   * nothing of this step, when the training loss is no longer finite: the loop, whose losses are those before each
   * step, would see it one step later, or never. A test loss that is not finite says of a few inputs that their
   * outputs overflow, and ends nothing. Tells whether there is a point to resume from.
   */
  private async stopAt(step: number, trainer: Trainer): Promise<boolean> {
    const { paths, lease, model, spec } = this
    const state = await trainer.state()
    const measured = await this.measure(trainer, state.parameters)
    const point = curvePoint(step, spec.stepsPerEpoch, measured)
    if (!Number.isFinite(point.trainLoss)) {
      throw divergence(step, point.trainLoss, this.learningRateAt(Math.max(0, step - 1)))
    }
    this.curve.push(point)
    if (!spec.checkpointSteps.includes(step)) return false
    await lease.write(paths.checkpoint(step), exportOnnx(model.graph, state.parameters))
    await this.save(paths.optimizer(step), { ...state, parameters: {} })
    await this.saveResumePoint(state)
    return true
  }

  private saveCurve(): Promise<void> {
    return this.lease.write(this.paths.curve, formatCurve(this.curve))
  }

  /** The curve until now, and then the point, which a resumed training wants the curve of. */
  private async saveResumePoint(state: TrainState): Promise<void> {
    await this.saveCurve()
    await this.save(this.paths.resume, state, this.from)
  }

  private save(path: string, state: TrainState, from?: string): Promise<void> {
    return this.lease.write(path, encodeTrainState({ ...state, trainedBy: this.trainedBy }), from)
  }

  private async measure({ outputs }: Trainer, parameters: Tensors): Promise<Evaluations> {
    const { dataset } = this
    if (outputs !== undefined) return evaluateTrained(outputs, dataset)
    const predictor = await this.engine.createPredictor(this.model.graph, parameters)
    try {
      return await evaluate(predictor, dataset)
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
    const names = this.model.blocks
      .filter((block) => inherits.blocks.includes(block.name))
      .flatMap((block) => block.parameters)
    const lent = await lentWeights(inherits, names, this.model.graph, this.context)
    const inherited = Object.fromEntries(names.map((name) => [name, lent[name]]))
    return { step: 0, parameters: { ...drawn, ...inherited }, slots: {} }
  }
}

/** The weights of a donor that goes by these names. Throws InputError where one from elsewhere has other shapes. */
async function lentWeights(
  { network: id, step }: Inheritance,
  names: readonly string[],
  heir: Graph,
  { plan, results }: TaskContext,
): Promise<Tensors> {
  const donor = plan.networks.find((network) => network.id === id)!
  if (donor.origin === 'trained') {
    const { graph } = buildModel(donor.spec.model, plan.data)
    return readCheckpointWeights(networkPaths(results, id).checkpoint(step), graph)
  }
  const file = await givenFile(donor, step)
  const bytes = readInputFile(file)
  const lent = importOnnxParameters(bytes)
  const others = inputsFirst(bytes)
  const turned = names.find((name) => others.has(name))
  if (turned !== undefined) {
    throw new InputError(
      `${file}: it multiplies by ${turned} as [inputs, outputs], and the layers that it lends need [outputs, inputs]: export it from a Linear layer`,
    )
  }
  for (const { name, shape } of heir.parameters) {
    if (!names.includes(name) || lent[name]?.shape.join() === shape.join()) continue
    const found =
      lent[name] === undefined ? 'has no weights of that name' : `has [${lent[name].shape}]`
    throw new InputError(
      `${file}: the layers that it lends need ${name} of shape [${shape}], but it ${found}; there are ` +
        Object.keys(lent).join(', '),
    )
  }
  return lent
}

/** Points of the curve up to a step. Throws InputError when it is damaged. */
async function pointsUntil(paths: NetworkPaths, step: number): Promise<CurvePoint[]> {
  return (await readCurve(paths)).filter((point) => point.step <= step)
}
