import { TaskError } from '../core/errors.js'
import { grandCoalition, playersOf, subsetCount } from '../core/subset.js'
import type { Tensor, Tensors } from '../core/tensor.js'
import type { Engine, Predictor } from '../engine/types.js'
import { inferTypes } from '../graph/infer.js'
import { BATCH, type Graph, type GraphInput, type Shape } from '../graph/types.js'
import { batchSize } from './batchSize.js'
import { lowerGraph } from './cutGraph.js'
import { MASK_CELLS, MASK_ROWS, maskCells, maskedGraph, maskRows } from './maskedGraph.js'
import {
  checkOutputWidth,
  type Output,
  predictedClass,
  sampleLoss,
  scalarOutput,
} from './output.js'
import { parametersOf } from './parameters.js'
import type { Baseline, Players } from './types.js'

/** A sample to analyse. `id` is its stable name in messages and results. */
export interface MaskedSample {
  readonly id: number
  /** The network's input, flat; token ids for text. */
  readonly input: Float32Array
  /** The given label y. */
  readonly label: number
}

/** v(x_S) of one sample for all 2^n coalitions, with the plain prediction. */
export interface SampleValues {
  readonly id: number
  /** v by coalition bitmask, [2^n]. */
  readonly values: Float64Array
  /** v(∅) before it was subtracted, if it was. */
  readonly emptyValue: number
  /** The network's output on the unmasked sample, [width]. */
  readonly logits: Float32Array
  readonly prediction: number
  /** Cross-entropy of the unmasked sample at the given label. */
  readonly loss: number
}

/** Where and how a network's samples are masked. */
export interface MaskingPlan {
  /** Name of the masked value in the graph: the input `x`, an embedding or a layer's output. */
  readonly at: string
  readonly players: (sample: MaskedSample) => Players
  readonly baseline: Baseline
  readonly output: Output
  /** Coalitions that run together; by default {@link batchSize} decides. */
  readonly batch?: number
}

/** One network, ready to evaluate samples of n players; holds sessions until disposed. */
export interface MaskedEvaluator {
  evaluate(sample: MaskedSample): Promise<SampleValues>
  dispose(): Promise<void>
}

/** Prepares a network for masked evaluation. `n` is the number of players of every sample. */
export async function createMaskedEvaluator(
  engine: Engine,
  graph: Graph,
  parameters: Tensors,
  n: number,
  plan: MaskingPlan,
): Promise<MaskedEvaluator> {
  const types = inferTypes(graph)
  const width = types.get(graph.output)?.shape[1] ?? 0
  checkOutputWidth(plan.output, width)
  const shape = types.get(plan.at)?.shape.slice(1) ?? []
  const source = await sampleSource(engine, graph, parameters, plan.at)
  const masked = maskedGraph(graph, plan.at, shape, n)
  const predictor = await engine.createPredictor(masked, parametersOf(masked, parameters))
  const batch = Math.min(subsetCount(n), plan.batch ?? batchSize(masked, engine.device))
  const rows = maskRows(
    Array.from({ length: subsetCount(n) }, (_, coalition) => coalition),
    n,
  )
  const logitsOfAll = async (sample: MaskedSample) => {
    const x = await source.valueOf(sample)
    checkFinite(x, sample)
    const players = plan.players(sample)
    const cells = maskCells(x, plan.baseline.valuesFor(x), players)
    return runCoalitions(predictor, masked, sample, { rows, cells, n, batch, width })
  }
  return {
    evaluate: async (sample) => sampleValues(sample, await logitsOfAll(sample), width, plan.output),
    async dispose() {
      await source.dispose()
      await predictor.dispose()
    },
  }
}

/** Evaluates samples one after another, so that memory does not grow with their number. */
export async function* evaluateMasked(
  evaluator: MaskedEvaluator,
  samples: Iterable<MaskedSample>,
  onProgress?: (done: number) => void,
): AsyncGenerator<SampleValues> {
  let done = 0
  for (const sample of samples) {
    yield await evaluator.evaluate(sample)
    onProgress?.(++done)
  }
}

interface CoalitionRun {
  readonly rows: Float32Array
  readonly cells: Float32Array
  readonly n: number
  readonly batch: number
  readonly width: number
}

/** The network's output for every coalition, [2^n, width], a batch of coalitions at a time. */
async function runCoalitions(
  predictor: Predictor,
  graph: Graph,
  sample: MaskedSample,
  { rows, cells, n, batch, width }: CoalitionRun,
): Promise<Float32Array> {
  const rowWidth = 2 * n + 1
  const count = subsetCount(n)
  const logits = new Float32Array(count * width)
  const cellsTensor: Tensor = { shape: [rowWidth, cells.length / rowWidth], data: cells }
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start)
    const chunk = rows.subarray(start * rowWidth, (start + size) * rowWidth)
    const feeds: Record<string, Tensor<Float32Array | Int32Array>> = {
      [MASK_ROWS]: { shape: [size, rowWidth], data: chunk },
      [MASK_CELLS]: cellsTensor,
    }
    for (const input of graph.inputs) feeds[input.name] ??= repeatedInput(input, sample, size)
    logits.set(await predictor.run(feeds), start * width)
  }
  return logits
}

/** The sample's own input for every coalition of a batch: what the rest of the network still reads. */
function repeatedInput(
  { shape, dtype }: GraphInput,
  { input }: MaskedSample,
  batch: number,
): Tensor<Float32Array | Int32Array> {
  const data =
    dtype === 'int32'
      ? new Int32Array(batch * input.length)
      : new Float32Array(batch * input.length)
  for (let row = 0; row < batch; row++) data.set(input, row * input.length)
  return { shape: withBatch(shape, batch), data }
}

function withBatch(shape: Shape, batch: number): Shape {
  return shape.map((extent) => (extent === BATCH ? batch : extent))
}

/** Computes the value that is masked: the input itself, or an inner value by the layers below it. */
interface SampleSource {
  valueOf(sample: MaskedSample): Promise<Float32Array>
  dispose(): Promise<void>
}

async function sampleSource(
  engine: Engine,
  graph: Graph,
  parameters: Tensors,
  at: string,
): Promise<SampleSource> {
  if (graph.inputs.some(({ name }) => name === at)) {
    return { valueOf: async ({ input }) => input, dispose: async () => {} }
  }
  const lower = lowerGraph(graph, at)
  const predictor = await engine.createPredictor(lower, parametersOf(lower, parameters))
  const [input] = lower.inputs
  return {
    valueOf: (sample) => predictor.run({ [input.name]: repeatedInput(input, sample, 1) }),
    dispose: () => predictor.dispose(),
  }
}

/** v of every coalition from the logits [2^n, width], and the plain prediction from its last row. */
function sampleValues(
  sample: MaskedSample,
  logits: Float32Array,
  width: number,
  output: Output,
): SampleValues {
  const count = logits.length / width
  const full = grandCoalition(Math.log2(count)) * width
  const values = new Float64Array(count)
  for (let coalition = 0; coalition < count; coalition++) {
    const value = scalarOutput(logits, coalition * width, width, sample.label, output)
    if (!Number.isFinite(value)) throw notFinite(sample, coalition, value)
    values[coalition] = value
  }
  const emptyValue = values[0]
  if (output.fromEmpty)
    for (let coalition = 0; coalition < count; coalition++) values[coalition] -= emptyValue
  return {
    id: sample.id,
    values,
    emptyValue,
    logits: logits.slice(full, full + width),
    prediction: predictedClass(logits, full, width),
    loss: sampleLoss(logits, full, width, sample.label, output.kind),
  }
}

/** A value that is not finite would spread to every coalition, masked or not. */
function checkFinite(x: Float32Array, { id }: MaskedSample): void {
  const cell = x.findIndex((value) => !Number.isFinite(value))
  if (cell < 0) return
  throw new TaskError(`sample ${id} has the value ${x[cell]} in cell ${cell} of what is masked`, {
    context: { sample: id, cell },
  })
}

function notFinite(sample: MaskedSample, coalition: number, value: number): TaskError {
  const members = playersOf(coalition).join('+') || 'empty'
  return new TaskError(
    `the output of sample ${sample.id} for coalition ${members} is ${value}: ` +
      'the network gave values that are not finite, or a probability of 0 or 1 (set analysis.clamp)',
    { context: { sample: sample.id, coalition } },
  )
}
