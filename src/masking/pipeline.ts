import type { Tensor, Tensors } from '../core/tensor.js'
import type { Engine, Predictor } from '../engine/types.js'
import { BATCH, type Graph, type GraphInput } from '../graph/types.js'
import { batchChoice, type MeasuredBatches, measureBatch, type RunCoalitions } from './batchSize.js'
import { maskCells } from './cells.js'
import { parametersOf } from './parameters.js'
import { MASK_CELLS, MASK_ROWS, type StageGraph, stageGraph, stageRows } from './stageGraph.js'
import type { Stage } from './stages.js'
import {
  MASK_BASELINE,
  MASK_SAMPLE,
  MASK_TABLE,
  type Superposition,
  superposeGraph,
} from './superposeGraph.js'
import type { Players } from './types.js'

/** The masked value of a sample, its baseline and the players over it. */
export interface MaskedValue {
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

/** A network on an engine. */
export interface Network {
  readonly engine: Engine
  readonly graph: Graph
  readonly parameters: Tensors
}

/** How many coalitions run together: a number, or what was and will be measured. */
export type Batches = number | MeasuredBatches

/** Opens the sessions of all stages, for samples of these players. */
export async function createPipeline(
  network: Network,
  stages: readonly Stage[],
  players: Players,
  batches: Batches,
): Promise<Pipeline> {
  const running: RunningStage[] = []
  for (const stage of stages) running.push(await openStage(network, stage, players, batches))
  return {
    async run(value) {
      let table: Float32Array = value.x
      for (const stage of running) table = await stage.run(value, table)
      return table
    },
    async dispose() {
      for (const stage of running) await stage.dispose()
    },
  }
}

interface RunningStage {
  /** Runs all coalitions of the stage on the table of the stage before (unused by the first). */
  run(value: MaskedValue, table: Float32Array): Promise<Float32Array>
  dispose(): Promise<void>
}

async function openStage(
  network: Network,
  stage: Stage,
  players: Players,
  batches: Batches,
): Promise<RunningStage> {
  const built = stageGraph(network.graph, stage, players.n)
  const predictor = await openPredictor(network, built)
  const [rowsInput, cellsInput, ...others] = built.graph.inputs
  const rowWidth = rowsInput.shape[1]
  const rows = stageRows(stage, players.n)
  const count = stage.coalitions.length
  const cells = await cellMaker(network, stage, players)

  // The same feeds for every sample: an engine may keep what it makes of one.
  const parts = new Map<string, Tensor<Float32Array>>()
  function rowsOf(start: number, size: number): Tensor<Float32Array> {
    const key = `${start} ${size}`
    const data = rows.subarray(start * rowWidth, (start + size) * rowWidth)
    const part = parts.get(key) ?? { shape: [size, rowWidth], data }
    parts.set(key, part)
    return part
  }

  function runner(cellsTensor: Tensor<Float32Array>, input: Float32Array): RunCoalitions {
    return (start, size) => {
      const feeds: Record<string, Tensor<Float32Array | Int32Array>> = {
        [MASK_ROWS]: rowsOf(start, size),
        [MASK_CELLS]: cellsTensor,
      }
      for (const other of others) feeds[other.name] = repeated(other, input, size)
      return predictor.run(feeds)
    }
  }

  async function batchOf(runPart: RunCoalitions): Promise<number> {
    if (typeof batches === 'number') return Math.min(count, batches)
    const key = JSON.stringify([network.engine.device, built.graph, count])
    const known = batches.get(key)
    if (known !== undefined) return known
    const { device } = network.engine
    const batch = await measureBatch(batchChoice(built.graph, device), count, device, runPart)
    batches.set(key, batch)
    return batch
  }

  let batch: number | undefined
  return {
    async run(value, table) {
      const data = await cells.of(value, table)
      const runPart = runner({ shape: cellsInput.shape, data }, value.input)
      batch ??= await batchOf(runPart)
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
      await cells.predictor?.dispose()
    },
  }
}

function openPredictor(
  { engine, parameters }: Network,
  { graph, constants }: StageGraph,
): Promise<Predictor> {
  return engine.createPredictor(graph, parametersOf(graph, { ...parameters, ...constants }))
}

/** Makes `mask.cells` of a stage from the sample or from the table of the stage before. */
interface CellMaker {
  of(value: MaskedValue, table: Float32Array): Promise<Float32Array>
  readonly predictor?: Predictor
}

async function cellMaker(network: Network, stage: Stage, players: Players): Promise<CellMaker> {
  const { join } = stage
  if (join.kind === 'gather') return { of: async (_value, table) => table }
  if (join.kind === 'mask') {
    return { of: async ({ x, baseline, players: own }) => maskCells(x, baseline, own) }
  }
  const built = superposeGraph(network.graph, stage as Superposition, players)
  const predictor = await openPredictor(network, built)
  const [{ shape }] = built.graph.inputs
  return {
    predictor,
    of: ({ x, baseline }, table) =>
      predictor.run(
        join.table === undefined
          ? { [MASK_SAMPLE]: { shape, data: x }, [MASK_BASELINE]: { shape, data: baseline } }
          : { [MASK_TABLE]: { shape, data: table } },
      ),
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
