import type { Tensor, Tensors } from '../core/tensor.js'
import type { Engine, Predictor } from '../engine/types.js'
import { inferTypes } from '../graph/infer.js'
import { BATCH, type Graph, type GraphInput } from '../graph/types.js'
import { batchSize } from './batchSize.js'
import { linearParts, maskCells, playerImages, subsetImages } from './cells.js'
import { nodesAbove } from './cutGraph.js'
import { parametersOf } from './parameters.js'
import { MASK_CELLS, MASK_ROWS, stageGraph, stageRows } from './stageGraph.js'
import type { Stage } from './stages.js'
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

/** Opens the sessions of all stages. `batch` coalitions run together; by default a rule decides. */
export async function createPipeline(
  engine: Engine,
  graph: Graph,
  parameters: Tensors,
  stages: readonly Stage[],
  n: number,
  batch?: number,
): Promise<Pipeline> {
  const running: RunningStage[] = []
  for (const stage of stages) {
    running.push(await openStage(engine, graph, parameters, stage, n, batch))
  }
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
  engine: Engine,
  graph: Graph,
  parameters: Tensors,
  stage: Stage,
  n: number,
  fixedBatch?: number,
): Promise<RunningStage> {
  const built = stageGraph(graph, stage, n)
  const weights = parametersOf(built.graph, { ...parameters, ...built.constants })
  const predictor = await engine.createPredictor(built.graph, weights)
  const [rowsInput, cellsInput, ...others] = built.graph.inputs
  const rowWidth = rowsInput.shape[1]
  const rows = stageRows(stage, n)
  const count = stage.coalitions.length
  const batch = Math.min(count, fixedBatch ?? batchSize(built.graph, engine.device))
  const cells = await cellMaker(engine, graph, parameters, stage)
  return {
    async run(value, table) {
      const cellsTensor = { shape: cellsInput.shape, data: await cells.of(value, table) }
      let result: Float32Array | undefined
      for (let start = 0; start < count; start += batch) {
        const size = Math.min(batch, count - start)
        const chunk = rows.subarray(start * rowWidth, (start + size) * rowWidth)
        const feeds: Record<string, Tensor<Float32Array | Int32Array>> = {
          [MASK_ROWS]: { shape: [size, rowWidth], data: chunk },
          [MASK_CELLS]: cellsTensor,
        }
        for (const input of others) feeds[input.name] = repeated(input, value.input, size)
        const output = await predictor.run(feeds)
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

/** Makes `mask.cells` of a stage from the sample or from the table of the stage before. */
interface CellMaker {
  of(value: MaskedValue, table: Float32Array): Promise<Float32Array>
  readonly predictor?: Predictor
}

async function cellMaker(
  engine: Engine,
  graph: Graph,
  parameters: Tensors,
  { join, start }: Stage,
): Promise<CellMaker> {
  if (join.kind === 'gather') return { of: async (_value, table) => table }
  if (join.kind === 'mask') {
    return { of: async ({ x, baseline, players }) => maskCells(x, baseline, players) }
  }
  const { from, subsets, table: layout } = join
  const shape = inferTypes(graph).get(from)?.shape ?? []
  const part = nodesAbove({ ...graph, output: start }, from)
  const affine: Graph = { ...part, inputs: [{ name: from, shape, dtype: 'float32' }] }
  const predictor = await engine.createPredictor(affine, parametersOf(affine, parameters))
  return {
    predictor,
    async of({ x, baseline, players }, table) {
      const images =
        layout === undefined
          ? playerImages(x, baseline, players)
          : subsetImages(table, layout, subsets)
      const fed = { shape: [subsets.length + 1, ...shape.slice(1)], data: images }
      return linearParts(await predictor.run({ [from]: fed }), subsets.length)
    },
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
