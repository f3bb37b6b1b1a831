import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { stepScalars } from '../../autodiff/optimizer.js'
import { compileTrainStep, type TrainStep } from '../../autodiff/trainStep.js'
import { freeArrays } from '../../core/freeArrays.js'
import { bytesOf, sizeOf, type Tensor, type Tensors } from '../../core/tensor.js'
import { valueBytes } from '../../graph/infer.js'
import type { Graph, GraphInput, Shape } from '../../graph/types.js'
import { checkBatches, gathered, someOf } from '../batches.js'
import { fillMask, fillTargets } from '../feeds.js'
import { initialSlots } from '../state.js'
import type {
  Batches,
  DeviceName,
  Trainer,
  TrainingRecipe,
  TrainingSamples,
  TrainState,
} from '../types.js'
import { dataTypes, type TensorProto } from './format.js'
import type { Target } from './model.js'
import { loadOrt, type Ort, type OrtFeeds, openSession } from './session.js'
import { after, before, COUNT, encodeSteps, LOSSES, ofSteps, ROWS, SAMPLES } from './steps.js'
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

export interface TrainerOptions {
  /** What all batches are of. */
  readonly samples?: TrainingSamples
  /** How the model is written; by default as is tried first on the device. */
  readonly target?: Target
  /** Whether a call takes several steps; by default on every GPU, and on the CPU where they are small. */
  readonly looped?: boolean
}

/**
 * A network in training as one ONNX Runtime session, which takes many steps in a call, or one where that is large. What they
 * change stays on the device in between and comes back after the last, in new arrays, which the next call reads. On the CPU samples are
 * read where they are; other devices keep `samples`, up to {@link RESIDENT_BYTES}, or get the rows of their batches.
 */
export async function createOnnxTrainer(
  network: Graph,
  recipe: TrainingRecipe,
  start: TrainState,
  device: DeviceName,
  {
    samples,
    target,
    looped = device !== 'cpu' || stepBytes(network, recipe.batchSize) <= LOOPED_BYTES,
  }: TrainerOptions = {},
): Promise<OnnxTrainer> {
  const compiled = compileTrainStep(network, recipe)
  const ort = await loadOrt()
  const fits = samples !== undefined && samples.inputs.byteLength <= RESIDENT_BYTES
  const resident = device !== 'cpu' && fits ? samples : undefined
  const form = {
    target: target ?? (await targetsOf(device))[0],
    looped,
    resident: resident && samplesProto(resident, compiled.program.inputs[0]),
  }
  const session = await openSession(encodeSteps(compiled, form), device)
  const state = { ...start.parameters, ...initialSlots(compiled.slots, start) }
  const reading = device === 'cpu' ? 'in place' : (resident ?? 'rows')
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

/** Bytes of the targets of a step, its rows and dropout masks, and of its batch where that is copied. */
function feedBytes({ program, masks, targetsShape }: TrainStep, reading: Reading): number {
  const { shape } = program.inputs[0]
  const shapes = [targetsShape, [shape[0]], ...masks.map((mask) => mask.shape)]
  if (reading === 'rows') shapes.push(shape)
  return 4 * shapes.reduce((sum, each) => sum + sizeOf(each), 0)
}

/** Samples as a constant of a model whose batch is `input`. */
function samplesProto(samples: TrainingSamples, { dtype, shape }: GraphInput): TensorProto {
  const values = dtype === 'int32' ? Int32Array.from(samples.inputs) : samples.inputs
  const dims = [samples.labels.length, ...shape.slice(1)]
  return { name: SAMPLES, dims, dataType: dataTypes[dtype], rawData: bytesOf(values) }
}

/** How a session reads samples: all of them where they are, copies of the rows of its batches, or those that are part of it. */
type Reading = 'in place' | 'rows' | TrainingSamples

/** A trainer whose steps can be taken back. */
export class OnnxTrainer implements Trainer {
  /** Parameters and slots by name. */
  private readonly values: OrtFeeds = {}
  private wrapped: { readonly inputs: Float32Array; readonly tensor: OrtTensor } | undefined

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
    const { next } = this.compiled
    const feeds: OrtFeeds = { ...this.sampleFeeds(batches), ...this.stepFeeds(batches) }
    for (const [name, value] of Object.entries(this.values)) {
      feeds[name in next ? before(name) : name] = value
    }
    const results = await this.session.run(feeds)
    const outdated: Float32Array[] = []
    for (const name of Object.keys(next)) {
      outdated.push(this.values[name].data as Float32Array)
      this.values[name] = results[after(name)]
    }
    freeArrays(outdated)
    this.done += batches.learningRates.length
    return results[LOSSES].data as Float32Array
  }

  /** Where each step finds its batch. */
  private sampleFeeds({ inputs, rows, learningRates: { length } }: Batches): OrtFeeds {
    const { ort } = this
    const { reading } = this.calls
    const { dtype, shape } = this.compiled.program.inputs[0]
    const dims = [length, rows.length / length]
    const feeds: OrtFeeds = { [ROWS]: new ort.Tensor('int32', Int32Array.from(rows), dims) }
    if (typeof reading === 'object') {
      if (inputs === reading.inputs) return feeds
      throw new Error('the batches are of other samples than the trainer was made for')
    }
    if (this.wrapped?.inputs !== inputs) {
      const data = dtype === 'int32' ? Int32Array.from(inputs) : inputs
      const size = sizeOf(shape.slice(1))
      const samples = [inputs.length / size, ...shape.slice(1)]
      this.wrapped = { inputs, tensor: new ort.Tensor(dtype, data, samples) }
    }
    return { ...feeds, [SAMPLES]: this.wrapped.tensor }
  }

  /** Everything else that the host prepares for each step. */
  private stepFeeds({ rows, labels, learningRates }: Batches): OrtFeeds {
    const { compiled, recipe, ort } = this
    const count = learningRates.length
    const batchSize = rows.length / count
    const feeds: OrtFeeds = {}
    const add = (name: string, shape: Shape, fill: (part: Float32Array, step: number) => void) => {
      const size = sizeOf(shape)
      const all = new Float32Array(count * size)
      for (let step = 0; step < count; step++) {
        fill(all.subarray(step * size, (step + 1) * size), step)
      }
      feeds[ofSteps(name)] = new ort.Tensor('float32', all, [count, ...shape])
    }
    add('targets', compiled.targetsShape, (part, step) => {
      const own = rows.subarray(step * batchSize, (step + 1) * batchSize)
      const given = Int32Array.from(own, (row) => labels[row])
      fillTargets(part, given, compiled.loss, recipe.labelSmoothing)
    })
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
    feeds[COUNT] = new ort.Tensor('int64', BigInt64Array.of(BigInt(count)), [])
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
