/** Learns a baseline under which few interactions are strong, by gradient descent. */
import { differentiate } from '../../autodiff/differentiate.js'
import { subsetCount } from '../../core/subset.js'
import type { BoundNetwork, Predictor } from '../../engine/types.js'
import { graphBuilder } from '../../graph/builder.js'
import { BATCH, type Graph, type GraphInput } from '../../graph/types.js'
import { mobius, mobiusAdjoint } from '../../interactions/mobius.js'
import { maskCells } from '../evaluation/cells.js'
import { type Output, outputGradient, scalarOutput } from '../evaluation/output.js'
import { openPart } from '../evaluation/parameters.js'
import { repeated } from '../evaluation/pipeline.js'
import { MASK_CELLS, MASK_ROWS, stageGraph, stageRows } from '../sharing/stageGraph.js'
import { wholeNetwork } from '../sharing/stages.js'
import { BACKGROUND, type Baseline, type Players } from '../types.js'
import { learnedBaseline } from './baselines.js'

/** The most coalitions that go through forward and backward pass together. */
const BATCH_SIZE = 64
/** Adam's constants (Kingma & Ba, 2015). */
const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/** A training sample that the baseline is learned on. */
export interface LearningSample {
  /** The masked value of the sample, flat. */
  readonly x: Float32Array
  /** The network's own input, where the layers above the masked value still read it. */
  readonly input: Float32Array
  readonly label: number
  readonly players: Players
}

export interface LearningOptions {
  readonly n: number
  readonly output: Output
  readonly samples: readonly LearningSample[]
  /** Where learning starts, one value a cell. */
  readonly start: Float32Array
  /** Largest change of every cell. */
  readonly bound: Float32Array
  /** Cells with the same number share one value. */
  readonly shared: Int32Array
  readonly learningRate: number
  readonly iterations: number
}

/**
 * A baseline b that makes AND interactions sparse: gradient descent on the mean over some training
 * samples of Σ_{T≠∅}|I_and(T)|, with b kept within a bound of where it started (method: docs/method.md,
 * "Players, masking, baselines"; the lab's AOG learns b with these settings; that Adam takes the steps
 * is our choice).
 *
 * The gradient of Σ|I(T)| in v is the adjoint Möbius transform of sign I; through the network it goes
 * to the masked cells, which are b.
 */
export async function learnBaseline(
  network: BoundNetwork,
  at: string,
  options: LearningOptions,
): Promise<Baseline> {
  const { n, samples, start, bound, shared, learningRate } = options
  const passes = await openPasses(network, at, n)
  const values = start.slice()
  const size = shared.reduce((most, group) => Math.max(most, group + 1), 0)
  const momentum = new Float64Array(size)
  const square = new Float64Array(size)
  for (let iteration = 1; iteration <= options.iterations; iteration++) {
    const gradient = new Float64Array(size)
    for (const sample of samples) {
      const ofCells = await cellGradient(passes, sample, values, options)
      for (let cell = 0; cell < values.length; cell++) gradient[shared[cell]] += ofCells[cell]
    }
    const step = adamStep(gradient, momentum, square, iteration)
    for (let cell = 0; cell < values.length; cell++) {
      const moved = values[cell] - learningRate * step[shared[cell]]
      const [low, high] = [start[cell] - bound[cell], start[cell] + bound[cell]]
      values[cell] = Math.min(high, Math.max(low, moved))
    }
  }
  await passes.forward.dispose()
  await passes.backward.dispose()
  return learnedBaseline(values)
}

/** m̂ / (√v̂ + ε), with the running moments updated in place. */
function adamStep(
  gradient: Float64Array,
  momentum: Float64Array,
  square: Float64Array,
  iteration: number,
): Float64Array {
  return gradient.map((value, index) => {
    momentum[index] = BETA1 * momentum[index] + (1 - BETA1) * value
    square[index] = BETA2 * square[index] + (1 - BETA2) * value * value
    const mean = momentum[index] / (1 - BETA1 ** iteration)
    const deviation = Math.sqrt(square[index] / (1 - BETA2 ** iteration))
    return mean / (deviation + EPSILON)
  })
}

interface Passes {
  /** rows, cells → outputs [batch, width]. */
  readonly forward: Predictor
  /** rows, cells, gradient in the outputs → gradient in the cells [2n + 1, size]. */
  readonly backward: Predictor
  readonly rows: Float32Array
  readonly batch: number
  /** Inputs of the network that the masked graph still reads. */
  readonly others: readonly GraphInput[]
}

async function openPasses(network: BoundNetwork, at: string, n: number): Promise<Passes> {
  const { graph } = network
  const stage = wholeNetwork(graph.output, at, n)
  const masked = stageGraph(graph, stage, n).graph
  const batch = Math.min(BATCH_SIZE, subsetCount(n))
  const backward = gradientGraph(masked, batch)
  return {
    forward: await openPart(network, masked),
    backward: await openPart(network, backward),
    rows: stageRows(stage, n),
    batch,
    others: masked.inputs.slice(2),
  }
}

/** The gradient in `mask.cells` as a graph of its own, for a batch of fixed size. */
function gradientGraph(masked: Graph, batch: number): Graph {
  const builder = graphBuilder('gradient/')
  for (const input of masked.inputs) {
    const shape = input.shape.map((extent) => (extent === BATCH ? batch : extent))
    builder.input({ ...input, shape })
  }
  for (const parameter of masked.parameters) builder.parameter(parameter)
  for (const { kind, name, ...fields } of masked.nodes) builder.node(kind, fields as never, name)
  const shape = builder.shapeOf(masked.output)
  const seed = builder.input({ name: 'seed', shape, dtype: 'float32' })
  const gradients = differentiate(builder, masked.output, seed, [MASK_CELLS])
  const output = gradients.get(MASK_CELLS)
  if (output === undefined) throw new Error('the output does not depend on the masked cells')
  const { inputs, parameters, nodes } = builder
  return { inputs, parameters, nodes, output }
}

/** Gradient of Σ_{T≠∅}|I_and(T)| of one sample in the baseline, cell by cell. */
async function cellGradient(
  { forward, backward, rows, batch, others }: Passes,
  { x, input, label, players }: LearningSample,
  baseline: Float32Array,
  { n, output }: LearningOptions,
): Promise<Float64Array> {
  const width = 2 * n + 1
  const cells = { shape: [width, x.length], data: maskCells(x, baseline, players) }
  const own = Object.fromEntries(others.map((other) => [other.name, repeated(other, input, batch)]))
  const feeds = (start: number) => ({
    ...own,
    [MASK_ROWS]: {
      shape: [batch, width],
      data: rows.subarray(start * width, (start + batch) * width),
    },
    [MASK_CELLS]: cells,
  })
  const outputs: Float32Array[] = []
  const values = new Float64Array(subsetCount(n))
  for (let start = 0; start < values.length; start += batch) {
    const part = await forward.run(feeds(start))
    const classes = part.length / batch
    for (let row = 0; row < batch; row++) {
      values[start + row] = scalarOutput(part, row * classes, classes, label, output)
    }
    outputs.push(part)
  }
  const weights = interactionSigns(values)
  const gradient = new Float64Array(x.length)
  for (const [index, part] of outputs.entries()) {
    const seed = seeds(part, weights.subarray(index * batch, (index + 1) * batch), label, output)
    const shape = [batch, part.length / batch]
    const found = await backward.run({ ...feeds(index * batch), seed: { shape, data: seed } })
    for (let cell = 0; cell < x.length; cell++) {
      const player = players.map[cell]
      if (player !== BACKGROUND) gradient[cell] += found[(n + player) * x.length + cell]
    }
  }
  return gradient
}

/** ∂Σ_{T≠∅}|I(T)| / ∂v(S) for every S. */
function interactionSigns(values: Float64Array): Float64Array {
  const interactions = values.slice()
  mobius(interactions)
  const signs = interactions.map(Math.sign)
  signs[0] = 0
  mobiusAdjoint(signs)
  return signs
}

/** Gradient in the outputs of a batch: weight of the coalition times ∂v/∂z. */
function seeds(
  outputs: Float32Array,
  weights: Float64Array,
  label: number,
  output: Output,
): Float32Array {
  const width = outputs.length / weights.length
  const gradient = new Float32Array(outputs.length)
  for (const [row, weight] of weights.entries()) {
    const ofRow = outputGradient(outputs, row * width, width, label, output)
    for (let c = 0; c < width; c++) gradient[row * width + c] = weight * ofRow[c]
  }
  return gradient
}
