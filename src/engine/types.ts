/** What an engine is to the rest of the program: something that trains and runs networks on a device. */
import type { StepRecipe } from '../autodiff/recipe.js'
import type { Tensor, Tensors } from '../core/tensor.js'
import type { Graph } from '../graph/types.js'

/** What kind of device computes; kinds round differently from each other. */
export type DeviceKind = 'cpu' | 'webgpu' | 'cuda'

/** A device: any one of its kind, or an NVIDIA card by CUDA's number for it (`cuda:1`). */
export type DeviceName = DeviceKind | CardName
export type CardName = `cuda:${number}`

/** What a training step does besides the forward pass: loss, gradients, update. */
export interface TrainingRecipe extends StepRecipe {
  readonly labelSmoothing: number
  /** Seed of the dropout masks. */
  readonly dropoutSeed: number
}

/** Everything that a training step changes; restoring it resumes bit for bit. */
export interface TrainState {
  /** Steps done so far. */
  readonly step: number
  /** Weights and batch-norm statistics by name (`conv1.weight`). */
  readonly parameters: Tensors
  /** Optimiser slots by name (`conv1.weight.momentum`). */
  readonly slots: Tensors
}

/** Labelled samples that batches are drawn from: inputs [samples, ...shape], labels [samples]. */
export interface TrainingSamples {
  readonly inputs: Float32Array
  readonly labels: Int32Array
}

/** What a training is of: samples that batches are drawn from, and others that it is only measured on. */
export interface TrainingData {
  readonly train: TrainingSamples
  readonly test: TrainingSamples
}

/** Consecutive full batches. */
export interface Batches extends TrainingSamples {
  /** Rows of the samples, batch after batch: [batches × batchSize]. */
  readonly rows: Uint32Array
  /** One to a batch. */
  readonly learningRates: readonly number[]
}

/** One network in training. */
export interface Trainer {
  /**
   * One optimiser step per batch, one after the other. Returns the mean loss of each batch before its update.
   * However steps are divided between calls, all comes out the same, bit for bit.
   */
  steps(batches: Batches): Promise<readonly number[]>
  /**
   * What the network as it is now gives in evaluation mode, [rows, outputs], for rows of the training samples and, counted
   * on, of the test samples. Only there where the device keeps both; elsewhere a predictor, with its weights baked in, is faster.
   */
  readonly outputs?: (rows: Uint32Array) => Promise<Float32Array>
  /** A snapshot that later steps do not change. */
  state(): Promise<TrainState>
  dispose(): Promise<void>
}

/** A graph with its weights baked in, in evaluation mode; any batch size. */
export interface Predictor {
  /** Runs the graph; feeds by input name. Returns the graph's output, row-major. */
  run(feeds: Readonly<Record<string, Tensor<Float32Array | Int32Array>>>): Promise<Float32Array>
  dispose(): Promise<void>
}

/** An engine on a device. The only things that know ONNX Runtime or tfjs live behind this. */
export interface Engine {
  readonly name: 'onnx' | 'tfjs' | 'reference'
  readonly device: DeviceName
  /** Versions for the manifest, such as `{ 'onnxruntime-node': '1.30.0' }`. */
  readonly versions: Readonly<Record<string, string>>
  /** Copies `start`. With `data` all batches must be of its training samples, and a device may keep them all. */
  createTrainer(
    graph: Graph,
    recipe: TrainingRecipe,
    start: TrainState,
    data?: TrainingData,
  ): Promise<Trainer>
  createPredictor(graph: Graph, parameters: Tensors): Promise<Predictor>
}

/** A network with its weights. */
export interface WeightedGraph {
  readonly graph: Graph
  readonly parameters: Tensors
}

/** A network with its weights on the engine that is to run it. */
export interface BoundNetwork extends WeightedGraph {
  readonly engine: Engine
}
