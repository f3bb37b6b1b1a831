/** How hard samples are for a network at one checkpoint, from forward passes on their unmasked inputs. */

import type { Dataset, Samples } from '../../data/types.js'
import type { BoundNetwork, Predictor } from '../../engine/types.js'
import { lowerGraph } from '../../graph/cut.js'
import { inputNorms, type LastLayer, lastLayer } from '../../masking/evaluation/lastLayer.js'
import type { Output } from '../../masking/evaluation/output.js'
import { openPart } from '../../masking/evaluation/parameters.js'
import {
  type SampleDifficulty,
  sampleDifficulty,
} from '../../masking/evaluation/sampleDifficulty.js'
import { outputBatches } from '../../training/evaluate.js'

/** The difficulty of rows of a split, against their given labels. */
export interface RowDifficulties {
  readonly rows: readonly SampleDifficulty[]
  /**
   * GraNd of the last layer a row: ‖∂loss/∂(W, b)‖ = ‖∂loss/∂z‖₂ · ‖(h, 1)‖₂, exactly; undefined where the network has no
   * last layer z = W h + b that could be told.
   */
  readonly grand: Float64Array | undefined
}

/** The difficulty of rows whose outputs [count, width] are given, and the output that belongs to each label. */
export function difficultiesOf(
  values: ArrayLike<number>,
  width: number,
  labels: ArrayLike<number>,
  kind: Output['kind'],
): SampleDifficulty[] {
  return Array.from(labels, (label, row) =>
    sampleDifficulty(values, row * width, width, label, kind),
  )
}

/** GraNd of the last layer from the lengths of what it takes, a number per row. */
export function lastLayerGrand(
  rows: readonly SampleDifficulty[],
  norms: Float64Array,
): Float64Array {
  return norms.map((norm, row) => rows[row].outputGradient * norm)
}

/** The difficulty of rows for a network whose graph is known; `predictor` runs the whole of it. */
export async function graphDifficulties(
  network: BoundNetwork,
  predictor: Predictor,
  dataset: Dataset,
  samples: Samples,
): Promise<RowDifficulties> {
  const rows: SampleDifficulty[] = []
  for await (const { start, count, values } of outputBatches(predictor, dataset, samples)) {
    const width = values.length / count
    const labels = samples.labels.subarray(start, start + count)
    rows.push(...difficultiesOf(values, width, labels, width === 1 ? 'binary' : 'log-odds'))
  }
  const { graph } = network
  const layer = lastLayer(graph)
  if (layer === undefined) return { rows, grand: undefined }
  return { rows, grand: lastLayerGrand(rows, await normsOf(layer)) }

  async function normsOf({ input, hasBias }: LastLayer): Promise<Float64Array> {
    // A network of one layer takes the sample itself.
    if (graph.inputs.some(({ name }) => name === input)) {
      return inputNorms(samples.inputs, samples.count, hasBias)
    }
    const part = await openPart(network, lowerGraph(graph, input))
    try {
      const norms = new Float64Array(samples.count)
      for await (const { start, count, values } of outputBatches(part, dataset, samples)) {
        norms.set(inputNorms(values, count, hasBias), start)
      }
      return norms
    } finally {
      await part.dispose()
    }
  }
}
