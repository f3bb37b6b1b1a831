/** Trains a network with ONNX Runtime. */
import type { InferenceSession } from 'onnxruntime-node'
import { stepScalars } from '../../autodiff/optimizer.js'
import { compileTrainStep, type TrainStep } from '../../autodiff/trainStep.js'
import { freeArrays } from '../../core/freeArrays.js'
import { bytesOf, concatenated, sizeOf, type Tensor, type Tensors } from '../../core/tensor.js'
import { valueBytes } from '../../graph/infer.js'
import type { ElementType, Graph, Shape } from '../../graph/types.js'
import { checkBatches, EVALUATION_BATCH, gathered, someOf } from '../batches.js'
import { fillMask, fillTargets } from '../feeds.js'
import { initialSlots } from '../state.js'
import type {
  Batches,
  DeviceName,
  Trainer,
  TrainingData,
  TrainingRecipe,
  TrainingSamples,
  TrainState,
} from '../types.js'
import { dataTypes, type TensorProto } from './format.js'
import type { Target } from './model.js'
import { loadOrt, type Ort, type OrtFeeds, openSession } from './session.js'
import {
  after,
  before,
  COUNT,
  encodeSteps,
  LOSSES,
  OUTPUTS,
  OUTPUTS_COUNT,
  OUTPUTS_ROWS,
  ofSteps,
  ROWS,
  SAMPLES,
  TARGETS,
} from './steps.js'
import { targetsOf } from './target.js'

/**
 * Most bytes that one call of ONNX Runtime is fed for its steps, however many are asked for: little beside a process on
 * the CPU, where a call costs tenths of a millisecond; on a GPU it costs the way of all weights and back.
 */
const callBytes = (device: DeviceName) => (device === 'cpu' ? 2 ** 20 : 2 ** 24)

/**
 * Most bytes of weights, slots and values of a forward pass for which the CPU takes several steps in a call: a second
 * step in the same call took a fifth (ResNet-20) to 60% (AlexNet) more memory, and what a call costs is little beside it.
 */
const LOOPED_BYTES = 2 ** 24

/** Most bytes of samples that stay on a device: an eighth of the memory of a card of 8 GiB. */
const RESIDENT_BYTES = 2 ** 30

interface TrainerOptions {
  /** Whose training samples all batches are of. */
  readonly data?: TrainingData
  /** How the model is written; by default as is tried first on the device. */
  readonly target?: Target
  /** Whether a call takes several steps; by default on every GPU, and on the CPU where they are small. */
  readonly looped?: boolean
  /** Whether the data are part of a session with a loop; by default on every GPU where they fit, and not on the CPU. */
  readonly resident?: boolean
}

/**
 * A network in training as one ONNX Runtime session, which takes many steps in a call, or one where that is large. What they
 * change stays on the device in between and comes back after the last, in new arrays, which the next call reads. On the CPU samples are
 * read where they are; other devices keep `data`, up to {@link RESIDENT_BYTES}, and evaluate them, too, or get the rows of their batches.
 */
export async function createOnnxTrainer(
  network: Graph,
  recipe: TrainingRecipe,
  start: TrainState,
  device: DeviceName,
  {
    data,
    target,
    looped = device !== 'cpu' || stepBytes(network, recipe.batchSize) <= LOOPED_BYTES,
    resident = device !== 'cpu' && inputBytes(data) <= RESIDENT_BYTES,
  }: TrainerOptions = {},
): Promise<OnnxTrainer> {
  const compiled = compileTrainStep(network, recipe)
  const ort = await loadOrt()
  const kept = looped && resident ? data : undefined
  const form = {
    target: target ?? (await targetsOf(device))[0],
    looped,
    resident: kept && { network, tables: residentTables(kept, compiled, recipe) },
  }
  const session = await openSession(encodeSteps(compiled, form), device)
  const state = { ...start.parameters, ...initialSlots(compiled.slots, start) }
  const reading = kept ?? (device === 'cpu' ? 'in place' : 'rows')
  const perCall = looped
    ? Math.max(1, Math.floor(callBytes(device) / feedBytes(compiled, reading)))
    : 1
  return new OnnxTrainer(ort, session, compiled, recipe, { reading, perCall }, state, start.step)
}

/** Bytes of weights, momentum and all values of a forward pass. */
function stepBytes(network: Graph, batchSize: number): number {
  const weights = network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return 2 * 4 * weights + valueBytes(network, batchSize)
}

function inputBytes(data: TrainingData | undefined): number {
  return data === undefined ? 0 : data.train.inputs.byteLength + data.test.inputs.byteLength
}

/** Bytes of the rows of a step and its dropout masks, and of its batch and targets where those are copied. */
function feedBytes({ program, masks, targetsShape }: TrainStep, reading: Reading): number {
  const { shape } = program.inputs[0]
  const shapes = [[shape[0]], ...masks.map((mask) => mask.shape)]
  if (reading === 'rows') shapes.push(shape, targetsShape)
  return 4 * shapes.reduce((sum, each) => sum + sizeOf(each), 0)
}

interface Table extends Tensor<Float32Array | Int32Array> {
  readonly dtype: ElementType
}

/** What batches are picked from by their rows: inputs, and the targets of the labelled ones, the first. */
function tablesOf(
  { inputs, labels }: TrainingSamples,
  { program, targetsShape, loss }: TrainStep,
  { labelSmoothing }: TrainingRecipe,
): Readonly<Record<string, Table>> {
  const [{ dtype, shape }] = program.inputs
  const of = (all: Table['data'], [, ...each]: Shape) => [all.length / sizeOf(each), ...each]
  const targets = new Float32Array(labels.length * sizeOf(targetsShape.slice(1)))
  fillTargets(targets, labels, loss, labelSmoothing)
  const data = dtype === 'int32' ? Int32Array.from(inputs) : inputs
  return {
    [SAMPLES]: { dtype, shape: of(data, shape), data },
    [TARGETS]: { dtype: 'float32', shape: of(targets, targetsShape), data: targets },
  }
}

/** Training samples, then test samples, and targets as constants of a model. */
function residentTables(
  { train, test }: TrainingData,
  compiled: TrainStep,
  recipe: TrainingRecipe,
): TensorProto[] {
  const inputs = concatenated([train.inputs, test.inputs])
  const tables = Object.entries(tablesOf({ inputs, labels: train.labels }, compiled, recipe))
  return tables.map(([name, { dtype, shape, data }]) => {
    return { name, dims: [...shape], dataType: dataTypes[dtype], rawData: bytesOf(data) }
  })
}

/** How a session reads samples: all of them where they are, copies of the rows of its batches, or those that are part of it. */
type Reading = 'in place' | 'rows' | TrainingData

/** A trainer whose steps can be taken back. */
export class OnnxTrainer implements Trainer {
  /** Parameters and slots by name. */
  private readonly values: OrtFeeds = {}
  private wrapped: { readonly of: TrainingSamples; readonly tables: OrtFeeds } | undefined
  readonly outputs: Trainer['outputs']

  constructor(
    private readonly ort: Ort,
    private readonly session: InferenceSession,
    private readonly compiled: TrainStep,
    private readonly recipe: TrainingRecipe,
    private readonly calls: { readonly reading: Reading; readonly perCall: number },
    state: Tensors,
    private done: number,
  ) {
    for (const [name, { shape, data }] of Object.entries(state)) {
      this.values[name] = new ort.Tensor('float32', data.slice(), shape)
    }
    const { reading } = calls
    if (typeof reading === 'object') this.outputs = (rows) => this.outputsOf(rows, reading.train)
  }

  async steps(batches: Batches): Promise<readonly number[]> {
    checkBatches(batches, this.compiled.program.inputs[0].shape)
    const count = batches.learningRates.length
    const { reading, perCall } = this.calls
    const losses: number[] = []
    for (let from = 0; from < count; from += perCall) {
      const some = someOf(batches, from, Math.min(count, from + perCall))
      losses.push(...(await this.run(reading === 'rows' ? gathered(some) : some)))
    }
    return losses
  }

  private async run(batches: Batches): Promise<Float32Array> {
    const changed = Object.keys(this.compiled.next)
    const results = await this.session.run(this.feeds(batches), [LOSSES, ...changed.map(after)])
    const outdated: Float32Array[] = []
    for (const name of changed) {
      outdated.push(this.values[name].data as Float32Array)
      this.values[name] = results[after(name)]
    }
    freeArrays(outdated)
    this.done += batches.learningRates.length
    return results[LOSSES].data as Float32Array
  }

  /** What the network gives for samples that the session has: no step is taken, and the state goes in alone. */
  private async outputsOf(rows: Uint32Array, train: TrainingSamples): Promise<Float32Array> {
    const { program, targetsShape } = this.compiled
    const [batchSize] = program.inputs[0].shape
    // Of a step that is not taken: not every device takes tensors without values.
    const any = { ...train, rows: new Uint32Array(batchSize), learningRates: [0] }
    const feeds = { ...this.feeds(any), [COUNT]: this.whole(0), ...this.outputFeeds(rows) }
    const results = await this.session.run(feeds, [OUTPUTS])
    const outputs = results[OUTPUTS].data as Float32Array
    return outputs.subarray(0, rows.length * sizeOf(targetsShape.slice(1)))
  }

  /** Rows to evaluate, in full batches: the last is filled up with the first row. */
  private outputFeeds(rows: Uint32Array): OrtFeeds {
    const count = Math.ceil(rows.length / EVALUATION_BATCH)
    const filled = new Int32Array(count * EVALUATION_BATCH)
    filled.set(rows)
    const tensor = new this.ort.Tensor('int32', filled, [count, EVALUATION_BATCH])
    return { [OUTPUTS_ROWS]: tensor, [OUTPUTS_COUNT]: this.whole(count) }
  }

  private whole(value: number) {
    return new this.ort.Tensor('int64', BigInt64Array.of(BigInt(value)), [])
  }

  /** All that the session takes for steps from the state that there is. */
  private feeds(batches: Batches): OrtFeeds {
    const feeds = { ...this.sampleFeeds(batches), ...this.stepFeeds(batches) }
    for (const [name, value] of Object.entries(this.values)) {
      feeds[name in this.compiled.next ? before(name) : name] = value
    }
    return feeds
  }

  /** What the rows of batches are of; nothing of them is evaluated where the session could. */
  private sampleFeeds({ inputs, labels }: Batches): OrtFeeds {
    const { ort, compiled, recipe } = this
    const { reading } = this.calls
    if (typeof reading === 'object') {
      const { train } = reading
      if (inputs !== train.inputs || labels !== train.labels) {
        throw new Error('the batches are of other samples than the trainer was made for')
      }
      return { ...this.outputFeeds(Uint32Array.of(0)), [OUTPUTS_COUNT]: this.whole(0) }
    }
    if (this.wrapped?.of.inputs !== inputs || this.wrapped.of.labels !== labels) {
      const tables: OrtFeeds = {}
      for (const [name, table] of Object.entries(tablesOf({ inputs, labels }, compiled, recipe))) {
        tables[name] = new ort.Tensor(table.dtype, table.data, table.shape)
      }
      this.wrapped = { of: { inputs, labels }, tables }
    }
    return this.wrapped.tables
  }

  /** Everything else that the host prepares for each step. */
  private stepFeeds({ rows, learningRates }: Batches): OrtFeeds {
    const { compiled, recipe, ort } = this
    const count = learningRates.length
    const feeds: OrtFeeds = {
      [COUNT]: this.whole(count),
      [ROWS]: new ort.Tensor('int32', Int32Array.from(rows), [count, rows.length / count]),
    }
    const add = (name: string, shape: Shape, fill: (part: Float32Array, step: number) => void) => {
      const size = sizeOf(shape)
      const all = new Float32Array(count * size)
      for (let step = 0; step < count; step++) {
        fill(all.subarray(step * size, (step + 1) * size), step)
      }
      feeds[ofSteps(name)] = new ort.Tensor('float32', all, [count, ...shape])
    }
    for (const mask of compiled.masks) {
      add(mask.input, mask.shape, (part, step) => {
        fillMask(part, mask, recipe.dropoutSeed, this.done + step)
      })
    }
    const scalars = learningRates.map((rate, step) =>
      stepScalars(recipe.optimizer, rate, this.done + step + 1),
    )
    for (const name of Object.keys(scalars[0])) {
      add(name, [], (part, step) => part.fill(scalars[step][name]))
    }
    return feeds
  }

  async state(): Promise<TrainState> {
    const snapshot = (names: readonly string[]): Tensors =>
      Object.fromEntries(
        names.map((name): [string, Tensor] => {
          const { dims, data } = this.values[name]
          return [name, { shape: [...dims], data: (data as Float32Array).slice() }]
        }),
      )
    const { parameters, slots } = this.compiled
    return {
      step: this.done,
      parameters: snapshot(parameters),
      slots: snapshot(Object.keys(slots)),
    }
  }

  /** Goes back to a state, in the same session. */
  restore(state: TrainState): void {
    const values = { ...state.parameters, ...initialSlots(this.compiled.slots, state) }
    for (const [name, { data }] of Object.entries(values)) {
      const own = this.values[name].data as Float32Array
      own.set(data)
    }
    this.done = state.step
  }

  async dispose(): Promise<void> {
    await this.session.release()
  }
}
