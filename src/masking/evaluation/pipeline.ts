/** Runs the stages of masked evaluation one after the other on an engine. */
import { EnvironmentError } from '../../core/errors.js'
import type { Tensor } from '../../core/tensor.js'
import type { BoundNetwork, Engine } from '../../engine/types.js'
import { BATCH, type GraphInput } from '../../graph/types.js'
import { MASK_CELLS, MASK_ROWS, stageGraph, stageRows } from '../sharing/stageGraph.js'
import type { Stage } from '../sharing/stages.js'
import {
  MASK_BASELINE,
  MASK_SAMPLE,
  MASK_TABLE,
  type Superposition,
  superposeGraph,
} from '../sharing/superposeGraph.js'
import type { Players } from '../types.js'
import { agreesAlone, graphBatch, type RunCoalitions } from './batchSize.js'
import { maskCells } from './cells.js'
import { openPart } from './parameters.js'

/** The masked value of a sample, its baseline and the players over it. */
interface MaskedValue {
  readonly x: Float32Array
  readonly baseline: Float32Array
  readonly players: Players
  /** The network's own input, where the layers above the masked value still read it. */
  readonly input: Float32Array
}

/** Stages ready to run: the network's output for every coalition of the last, [coalitions, width]. */
export interface Pipeline {
  run(value: MaskedValue): Promise<Float32Array>
  dispose(): Promise<void>
}

/** How coalitions are run together. */
interface Batching {
  /** How many at once; by default as many as suit the device ({@link graphBatch}). */
  readonly batch?: number
  /** What runs as it should in batches, so that it is tried once for all checkpoints of a network. */
  readonly checked: Set<string>
}

/** Opens the sessions of all stages, for samples of these players. */
export async function createPipeline(
  network: BoundNetwork,
  stages: readonly Stage[],
  players: Players,
  batching: Batching,
): Promise<Pipeline> {
  const running: RunningStage[] = []
  for (const stage of stages) running.push(await openStage(network, stage, players, batching))
  const isMasked = stages[0].join.kind === 'mask'
  return {
    async run(value) {
      const { x, baseline, players: own } = value
      let table = isMasked ? maskCells(x, baseline, own) : x
      for (const stage of running) table = await stage.run(value, table)
      return table
    },
    async dispose() {
      for (const stage of running) await stage.dispose()
    },
  }
}

interface RunningStage {
  /** Runs all coalitions of the stage on the table of the stage before, or on the masked value. */
  run(value: MaskedValue, table: Float32Array): Promise<Float32Array>
  dispose(): Promise<void>
}

async function openStage(
  network: BoundNetwork,
  stage: Stage,
  players: Players,
  { batch: asked, checked }: Batching,
): Promise<RunningStage> {
  const { engine } = network
  const own = stageGraph(network.graph, stage, players.n)
  const { graph } = own
  const predictor = await openPart(network, graph, own.constants)
  const maker = await openCells(network, stage, players)
  const [{ shape: cellsShape }] = graph.inputs.filter(({ name }) => name === MASK_CELLS)
  const others = graph.inputs.filter(({ name }) => name !== MASK_ROWS && name !== MASK_CELLS)
  const rows = stageRows(stage, players.n)
  const count = stage.coalitions.length
  const width = rows.length / count

  // The same feeds for every sample: an engine may keep what it makes of one.
  const parts = new Map<number, Tensor<Float32Array>>()
  function rowsOf(start: number, size: number): Tensor<Float32Array> {
    const known = parts.get(start)
    if (known !== undefined && known.shape[0] === size) return known
    const data = rows.subarray(start * width, (start + size) * width)
    const part = { shape: [size, width], data }
    parts.set(start, part)
    return part
  }

  function runner(cells: Float32Array, input: Float32Array): RunCoalitions {
    const cellsTensor = { shape: cellsShape, data: cells }
    return (start, size) => {
      const feeds: Record<string, Tensor<Float32Array | Int32Array>> = {
        [MASK_ROWS]: rowsOf(start, size),
        [MASK_CELLS]: cellsTensor,
      }
      for (const other of others) feeds[other.name] = repeated(other, input, size)
      return predictor.run(feeds)
    }
  }

  const batch = Math.min(count, asked ?? graphBatch(graph, engine.device))
  const key = JSON.stringify([engine.device, graph, count])
  return {
    async run(value, table) {
      const cells = maker === undefined ? table : await maker.run(value, table)
      const runPart = runner(cells, value.input)
      if (asked === undefined && !checked.has(key)) {
        if (!(await agreesAlone(batch, runPart))) throw batchFault(engine)
        checked.add(key)
      }
      if (batch === count) return runPart(0, count)
      let result: Float32Array | undefined
      for (let start = 0; start < count; start += batch) {
        const size = Math.min(batch, count - start)
        const output = await runPart(start, size)
        result ??= new Float32Array((output.length / size) * count)
        result.set(output, start * (output.length / size))
      }
      return result ?? new Float32Array()
    },
    async dispose() {
      await predictor.dispose()
      await maker?.dispose()
    },
  }
}

/** Our own networks mix no rows of a batch: where one does, the engine computes it wrongly. */
function batchFault({ name, device }: Engine): EnvironmentError {
  return new EnvironmentError(
    `the engine ${name} on ${device} computes masked inputs wrongly: outputs of a row depend on the other rows of its batch, ` +
      'or differ between two equal runs; use --device cpu, or another version of the engine',
    { context: { device } },
  )
}

/** Opens what makes the cells of a superposition; undefined for other stages, whose cells are the table itself. */
async function openCells(
  network: BoundNetwork,
  stage: Stage,
  players: Players,
): Promise<RunningStage | undefined> {
  if (stage.join.kind !== 'superpose') return undefined
  const own = superposeGraph(network.graph, stage as Superposition, players)
  const predictor = await openPart(network, own.graph, own.constants)
  return {
    run({ x, baseline }, table) {
      const values: Readonly<Record<string, Float32Array>> = {
        [MASK_SAMPLE]: x,
        [MASK_BASELINE]: baseline,
        [MASK_TABLE]: table,
      }
      const feeds = own.graph.inputs.map(
        ({ name, shape }) => [name, { shape, data: values[name] }] as const,
      )
      return predictor.run(Object.fromEntries(feeds))
    },
    dispose: () => predictor.dispose(),
  }
}

/** The sample's own input for every coalition of a batch. */
export function repeated(
  { shape, dtype }: GraphInput,
  input: Float32Array,
  batch: number,
): Tensor<Float32Array | Int32Array> {
  const size = batch * input.length
  const data = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
  for (let row = 0; row < batch; row++) data.set(input, row * input.length)
  return { shape: shape.map((extent) => (extent === BATCH ? batch : extent)), data }
}
